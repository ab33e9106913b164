"""What the model is told of memory is true, whatever becomes of what is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from harness.anthropic_server import AnthropicServer
from harness.captures import CAPTURE, replied
from harness.command_line import Result

REMEMBERS = "You remember earlier conversations"


@pytest.mark.parametrize(
    ("options", "says", "remembers"),
    [
        (["--memory", "auto"], "is saved by the program", True),
        (["--memory", "review"], "saved only when they approve it", True),
        (["--memory", "off"], "nothing of it is saved as a memory", True),
        (["--incognito"], "Nothing of this chat is kept", False),
    ],
    ids=str,
)
def test_the_system_text_is_honest(
    cli: Callable[..., Result], anthropic: AnthropicServer, options: list[str], says: str, remembers: bool
) -> None:
    """Each mode says what becomes of the words, and whether anything is known from before; none says another's."""
    if options[-1] in ("auto", "review"):
        anthropic.reply(replied(), when=CAPTURE)
    anthropic.reply("Good.")
    cli("chat", "-p", *options, "Is it Tuesday?")
    system = str(anthropic.requests[0].body["system"])
    assert (True, remembers) == (says in system, REMEMBERS in system)
    assert (options[-1] == "auto") == ("is saved by the program" in system)
