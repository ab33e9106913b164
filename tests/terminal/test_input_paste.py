"""Long pastes: what the prompt shows of them, what is sent, and what of it may become a memory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agentmem_cli.terminal.paste import Pastes, Typed, asked_before, pasted_text

LONG = "\n".join(f"line {number}" for number in range(214))


@pytest.mark.parametrize("pasted", ["", "a word", "\n".join("0123456789"), "x" * 1_000], ids=len)
def test_a_short_paste_is_text(pasted: str) -> None:
    """Ten lines and a thousand characters are pasted as they are, and count as typed."""
    pastes = Pastes()
    assert pasted == pastes.folded(pasted)
    assert Typed(pasted, pasted) == pastes.sent(pasted)


def test_a_long_paste_is_a_mark() -> None:
    """It is sent whole, in its place, and its words are not the person's own."""
    pastes = Pastes()
    mark = pastes.folded(LONG)
    assert "[pasted 214 lines]" == mark
    assert "[pasted 2,000 characters]" == pastes.folded("x" * 2_000)
    assert Typed(f"see {LONG} here", "see  here") == pastes.sent(f"see {mark} here")


def test_two_pastes_of_a_size_are_told_apart() -> None:
    """Each has a mark of its own, and the same block the same one."""
    pastes = Pastes()
    first, second = pastes.folded(LONG), pastes.folded(LONG.upper())
    assert "[pasted 214 lines, 2]" == second
    assert first == pastes.folded(LONG)
    assert f"{LONG.upper()} {LONG}" == pastes.expanded(f"{second} {first}")


def test_a_mark_inside_a_paste_is_text() -> None:
    """What a block says of pastes is not taken for one."""
    pastes = Pastes()
    mark = pastes.folded(LONG)
    quoting = f"{mark}\n{LONG}"
    assert quoting == pastes.expanded(pastes.folded(quoting))
    assert "[pasted 3 lines]" == pastes.sent("[pasted 3 lines]").own


def test_asked_to_remember() -> None:
    """A block teaches where the person's own words ask for it, and not where its own do."""
    pastes = Pastes()
    mark = pastes.folded(f"remember me\n{LONG}")
    assert "" == pastes.sent(mark).own
    assert f"Remember this: remember me\n{LONG}" == pastes.sent(f"Remember this: {mark}").own


def test_an_editor_finds_the_block_and_leaves_the_mark() -> None:
    """What is unchanged folds again; what was changed stays as it is."""
    pastes = Pastes()
    shown = f"a {pastes.folded(LONG)} b"
    assert f"new {shown}" == pastes.folded_again("new " + pastes.expanded(shown))
    changed = pastes.expanded(shown).replace("line 7\n", "")
    assert changed == pastes.folded_again(changed)


def test_a_message_of_an_earlier_chat() -> None:
    """Nobody knows what of a long one was pasted, so it teaches nothing."""
    assert ("Hello", "") == (asked_before("Hello").own, asked_before(LONG).own)


@given(some.lists(some.tuples(some.text(), some.text(min_size=1).map(lambda text: text * 1_001)), max_size=4))
def test_any_text_is_sent_as_it_was(parts: list[tuple[str, str]]) -> None:
    """Whatever is typed and pasted in turn, all of it is sent, verbatim and in order."""
    pastes = Pastes()
    typed = [words.replace("[", "(") for words, _ in parts]  # a mark that is typed by hand is that mark
    shown = "".join(words + pastes.folded(block) for words, (_, block) in zip(typed, parts, strict=True))
    whole = "".join(words + block for words, (_, block) in zip(typed, parts, strict=True))
    assert whole == pastes.sent(shown).text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        ("one\x1b[13;1utwo\x1b[13uthree\x1b[13;2ufour", "one\ntwo\nthree\nfour"),
        ("one\x1b[106;5utwo\x1b[109;5uthree\x1b[27;5;106~four", "one\ntwo\nthree\nfour"),
        ("a\x1b[9ub\x1b[27;2;65~\x1b[233;1u\x1b[97:65;2:1u", "a\tbAéa"),
        ("\x1b[99;5ustop\x1b[55555555555;1u\x1b[55296u", "stop?"),
        ("\x1b[1;31mred\x1b[0m \x9b32mgreen", "red green"),
        ("\x1b]0;title\x07a\x1b]8;;https://x.org\x1b\\link\x1b]8;;\x1b\\", "alink"),
        ("a\x1bPq#0;2~~\x1b\\b\x1b_Gf=1;AAAA\x1b\\c", "abc"),
        ("bell\x07 back\x08 \x1b(B\x1bM\x1b", "bell back "),
        ("tab\there, naïve, 漢字, 🙂, [13;1u", "tab\there, naïve, 漢字, 🙂, [13;1u"),
    ],
)
def test_a_paste_is_text(data: str, text: str) -> None:
    """Keys are what they type, as a multiplexer writes line ends; colours, titles and the like are left out."""
    assert text == pasted_text(data)


@given(some.text(some.characters(min_codepoint=0x20, exclude_categories=["Cc", "Cs"])))
def test_a_paste_of_text_is_that_text(text: str) -> None:
    """Nothing but escape sequences and control characters is changed."""
    assert text == pasted_text(text)
