"""The input history as a file: private, shared by terminals, erased line by line, and never in the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agentmem_cli.terminal.history import InputHistory, forget_typed
from agentmem_cli.terminal.paste import Pastes

LONG = "\n".join(f"line {number}" for number in range(214))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that is not there yet, nor its folder."""
    return tmp_path / "home" / "history" / "someone"


def opened(path: Path | None) -> tuple[InputHistory, Pastes]:
    """The history as a new terminal finds it."""
    pastes = Pastes()
    return InputHistory(path, pastes), pastes


def test_what_was_typed_comes_back(path: Path) -> None:
    """Any text does, the newest first, to its owner alone."""
    history, _ = opened(path)
    texts = ["one", "two\nlines", 'quotes " and \\', "你好 שלום 🎉", "\udc80half", "\x1b]0;x\x07"]
    for text in texts:
        history.append_string(text)
    assert [text.encode("utf-8", "replace").decode() for text in reversed(texts)] == [
        *opened(path)[0].load_history_strings()
    ]
    assert (0o600, 0o700) == (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777)


def test_a_paste_comes_back_as_its_mark(path: Path) -> None:
    """The next chat shows the mark and sends the block, though the mark is another block's there."""
    history, pastes = opened(path)
    history.append_string(f"see {pastes.folded(LONG)}")
    again, others = opened(path)
    others.folded(LONG.upper())
    (shown,) = again.load_history_strings()
    assert ("see [pasted 214 lines, 2]", f"see {LONG}") == (shown, others.expanded(shown))


def test_two_terminals(path: Path) -> None:
    """What several write at once is all there, each line whole."""
    terminals = [opened(path)[0] for _ in range(4)]
    texts = [f"terminal {number} says {'x' * 5_000} {turn}" for turn in range(10) for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: terminals[each[0] % 4].append_string(each[1]), enumerate(texts)))
    assert sorted(texts) == sorted(opened(path)[0].load_history_strings())


def test_forgetting(path: Path) -> None:
    """Every entry that sent the message goes, with what was pasted and with a doubled slash; the others stay."""
    history, pastes = opened(path)
    for shown in ("keep", f"see {pastes.folded(LONG)}", "//etc", "see", "//etc"):
        history.append_string(shown)
    forget_typed(path, [f"see {LONG}", "/etc"])
    assert ["see", "keep"] == [*opened(path)[0].load_history_strings()]
    assert (False, 0o600) == (b"line 7" in path.read_bytes(), path.stat().st_mode & 0o777)
    forget_typed(path.with_name("nobody"), ["anything"])


def test_forgetting_what_commands_hold(path: Path) -> None:
    """A command with a word of the text goes, in any form of it, or a part of one; other commands stay."""
    history, _ = opened(path)
    kept = ["/help", "/memories tea", "/forget 3f2a91bc", "/new", "I am fine"]
    for shown in (
        *kept,
        "/forget peanut",
        "/remember I am allergic to peanuts",
        "/rename Peanuts and me",
        "/forget eanu",
    ):
        history.append_string(shown)
    history.forget(["I am allergic to peanuts."])
    assert sorted(kept) == sorted(opened(path)[0].load_history_strings())
    assert sorted(kept) == sorted(history.get_strings())


def test_forgetting_a_session(path: Path) -> None:
    """All that was typed in it goes, whatever it says."""
    for session in ("s1", "s2"):
        InputHistory(path, Pastes(), lambda session=session: session).append_string(f"/search in {session}")
    forget_typed(path, [], {"s1"})
    assert ["/search in s2"] == [*opened(path)[0].load_history_strings()]


def test_a_damaged_file(path: Path) -> None:
    """Half a line and lines of other programs are passed over."""
    history, _ = opened(path)
    history.append_string("whole")
    with path.open("ab") as file:
        file.write(b'{"text": "ha\n[1]\n\xff\n{"text": 1, "pasted": {}}\n')
    assert ["whole"] == [*opened(path)[0].load_history_strings()]


def test_no_file(path: Path) -> None:
    """Without a path nothing is written; a folder that cannot be made keeps no message from being sent."""
    opened(None)[0].append_string("secret")
    path.parent.parent.write_text("in the way")
    opened(path)[0].append_string("lost")
    assert [] == [*opened(path)[0].load_history_strings()]
