"""The terminal is safe: no sequence that steers one comes out, whichever way it got in and however it was split."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from harness.anthropic_server import AnthropicServer
from harness.command_line import Result, run_here

from agentmem_cli.terminal.safe_text import safe_line, safe_text

SEQUENCES = [
    *("\x1b[2J", "\x1b[31m", "\x1b[?1049h", "\x1b[6n", "\x1b[c", "\x1b[>q", "\x1b[18t", "\x1b[?25l", "\x1b[1;1H"),
    *("\x1b]0;owned\x07", "\x1b]2;owned\x1b\\", "\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "\x1b]52;c;ZXZpbA==\x07"),
    *("\x1b]1337;File=:AAAA\x07", "\x1b]9;hi\x07", "\x1b]4;1;?\x07", "\x1b]10;?\x07", "\x1b]777;notify;a;b\x07"),
    *("\x1bPq#0;2;0;0;0\x1b\\", "\x1bP$qm\x1b\\", "\x1bP+q544e\x1b\\", "\x1b_Gf=24;AAAA\x1b\\", "\x1b^pm\x1b\\"),
    *(
        "\x1bXsos\x1b\\",
        "\x1bc",
        "\x1b7",
        "\x1b8",
        "\x1b#8",
        "\x1b(0",
        "\x1bM",
        "\x1b=",
        "\x1b>",
        "\x1bZ",
        "\x1b\x1b[A",
    ),
    *(
        "\x9b2J",
        "\x9b31m",
        "\x9d0;owned\x9c",
        "\x90q\x9c",
        "\x9eprivate\x9c",
        "\x9fapc\x9c",
        "\x98sos\x9c",
        "\x84",
        "\x85",
    ),
    *("\x00", "\x07", "\x08\x08", "\x0b", "\x0c", "\x0e", "\x0f", "\x11", "\x13", "\x1a", "\x7f", "over\rwritten"),
    *("\u202aa", "\u202ba", "\u202ca", "\u202da", "\u202ea", "\u2066a", "\u2067a", "\u2068a", "\u2069a", "\u061ca"),
    *("\ufeff", "\ufff9a\ufffab\ufffb", "\U000e0041\U000e0042", "\U000e0001", "\U000e007f", "\u2028", "\u2029"),
]
HOSTILE = "Boiler " + " ".join(SEQUENCES) + " green."


def steering(text: str) -> list[str]:
    """The characters of a text that steer a terminal or hide in it."""
    return [
        each
        for each in text
        if (unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") and each not in "\n\t")
        or each in "\u061c\ufeff\ufff9\ufffa\ufffb"
        or "\u202a" <= each <= "\u202e"
        or "\u2066" <= each <= "\u2069"
        or "\U000e0000" <= each <= "\U000e007f"
    ]


@pytest.mark.parametrize("clean", [safe_text, safe_line])
def test_every_split(clean: Callable[[str], str]) -> None:
    """Each sequence over one, two and three pieces."""
    for sequence in SEQUENCES:
        borders = range(len(sequence) + 1)
        for first, second in combinations(borders, 2):
            pieces = (sequence[:first], sequence[first:second], sequence[second:])
            assert [] == steering("".join(map(clean, pieces))), pieces


@pytest.mark.usefixtures("without_index")
def test_every_command_that_prints(home: Path, tmp_path: Path, anthropic: AnthropicServer) -> None:
    """A memory, a title, a message, a document's name and text, an answer and a provider's error, wherever shown."""
    line = json.dumps({"session": "s1", "role": "user", "content": HOSTILE, "name": HOSTILE})
    document = tmp_path / ("boiler" + "".join(each for each in "".join(SEQUENCES[:20]) if each not in "/\0") + ".txt")
    document.write_text(HOSTILE, errors="replace")
    anthropic.reply(pieces=list(HOSTILE))
    anthropic.error(400, "invalid_request_error", HOSTILE)
    made = [
        run_here("sessions", "import", "-", stdin=line),
        run_here("sessions", "rename", "s1", HOSTILE),
        run_here("memories", "add", HOSTILE.replace("\n", " ")),
        run_here("ingest", str(document)),
        run_here("chat", "-p", "--memory", "off", "--session", "s2", "Boiler?"),
        run_here("chat", "-p", "--memory", "off", "--session", "s2", "Boiler?"),
    ]
    shown: list[Result] = []
    for words in (
        *(
            ("sessions", "list"),
            ("sessions", "show", "s1"),
            ("sessions", "show", "s2"),
            ("sessions", "search", "boiler"),
        ),
        *(("sessions", "export", "s1", "--format", "md"), ("memories", "list"), ("memories", "history")),
        *(("knowledge", "list"), ("knowledge", "search", "boiler"), ("recall", "boiler"), ("doctor",)),
        *(
            ("chat", "-p", "--model", "offline", "Where is my boiler?"),
            ("completion", "bash", "--line", "agentmem sessions show "),
        ),
        *(
            ("sessions", "show", HOSTILE.replace("\0", "")),
            ("config", "set", HOSTILE, "1"),
            (HOSTILE, "--model", "offline"),
        ),
    ):
        shown.append(run_here(*words))
        if words[0] in ("sessions", "memories", "knowledge", "recall") and "export" not in words:
            shown.append(run_here(*words, "--json"))
    assert home.exists()
    assert 5 <= sum("oiler" in result.out for result in shown)
    assert [] == [(result, found) for result in (*made, *shown) if (found := steering(result.out + result.err))]
