"""The interactive chat with a model behind it, on a pseudo-terminal: keys in, screen out."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from harness.anthropic_server import AnthropicServer
from harness.command_line import Result
from harness.terminal import Terminal

Chat = Callable[..., AbstractContextManager[Terminal]]
Cli = Callable[..., Result]
PLAIN = ("--memory", "off", "--no-knowledge")
"""Without what a test does not ask for, each of which takes time to load."""


def leave(terminal: Terminal) -> str:
    """Ctrl-D; the id of the session that it says how to resume."""
    terminal.send("\x04")
    assert 0 == terminal.wait_for_exit()
    resumes = re.search(r"agentmem chat --user sarah --resume (\S+)", terminal.text())
    return resumes.group(1) if resumes else ""


def transcript(cli: Cli, session: str) -> list[tuple[str, str, str]]:
    """(role, status, text) of each message."""
    shown = cli("sessions", "show", session, "--json").json()
    return [(message["role"], message["status"], message["text"]) for message in shown["messages"]]


def questions(anthropic: AnthropicServer) -> list[str]:
    """What was asked in each request: the text that carries the cache mark."""
    return [
        part["text"]
        for request in anthropic.requests
        for message in request.body["messages"]
        for part in message["content"]
        if "cache_control" in part
    ]


def test_it_remembers_in_the_next_session(chat: Chat, home: Path) -> None:
    """Told who one is, it says what it remembers and how to come back; another session answers from memory."""
    with chat() as terminal:
        terminal.send("Hi, I'm Sarah. I prefer concise answers and I work in healthcare.\r")
        terminal.wait_for("memory +3")
        assert leave(terminal)
    with chat() as terminal:
        terminal.send("Where do I work?\r")
        assert "From memory: Works in healthcare" in terminal.wait_for("You said on")
        terminal.send("/why\r")
        assert "you said “I work in healthcare”" in terminal.wait_for("profile")
        leave(terminal)
    (history,) = (home / "history").iterdir()
    assert 0o600 == history.stat().st_mode & 0o777
    assert "Where do I work?" in history.read_text()


def test_what_is_sent_is_what_was_typed(chat: Chat, anthropic: AnthropicServer) -> None:
    """A doubled slash sends one, a path is no command, and Alt-Enter makes a line."""
    for number in range(3):
        anthropic.reply(f"answer-{number}")
    with chat(*PLAIN) as terminal:
        for number, keys in enumerate(["//help me", "/etc/hosts is a file", "one\x1b\rtwo"]):
            terminal.send(f"{keys}\r")
            terminal.wait_for(f"answer-{number}")
        leave(terminal)
    assert ["/help me", "/etc/hosts is a file", "one\ntwo"] == questions(anthropic)


def test_ctrl_c_keeps_what_there_is(chat: Chat, cli: Cli, anthropic: AnthropicServer) -> None:
    """Ctrl-C ends an answer at any time; its text is kept, marked, and goes with the next request."""
    anthropic.hang()
    anthropic.reply(pieces=["Once upon a time. ", *["more "] * 200], delay=0.1)
    anthropic.reply("All is well.")
    with chat(*PLAIN) as terminal:
        terminal.send("Nobody answers\r")
        wait_for_requests(anthropic, 1)
        terminal.send("\x03")
        terminal.wait_for("Stopped")
        terminal.send("Tell me a story\r")
        terminal.wait_for("Once upon")
        terminal.send("\x03")
        wait_until(lambda: terminal.text().count("Stopped") == 2)
        terminal.send("And then?\r")
        terminal.wait_for("All is well.")
        session = leave(terminal)
    first, story, *_ = transcript(cli, session)
    assert [("user", "interrupted", "Nobody answers"), ("user", "interrupted", "Tell me a story")] == [first, story]
    _, status, text = transcript(cli, session)[2]
    assert ("interrupted", True) == (status, text.startswith("Once upon a time."))
    assert "agent (interrupted)" in cli("sessions", "show", session).out
    sent = [message["content"][0]["text"] for message in anthropic.requests[-1].body["messages"]]
    assert ["(interrupted)", f"{text}\n\n(interrupted before the end)"] == [sent[1], sent[3]]


def test_ctrl_c_twice_comes_back_to_the_prompt(chat: Chat, anthropic: AnthropicServer) -> None:
    """A second Ctrl-C does not wait for the provider, and the chat goes on."""
    anthropic.hang()
    anthropic.reply("Here again.")
    with chat(*PLAIN) as terminal:
        terminal.send("Nobody answers\r")
        wait_for_requests(anthropic, 1)
        terminal.send("\x03\x03")
        wait_until(lambda: "Stopped" in terminal.text() or "Ctrl-D leaves" in terminal.text())
        terminal.send("Still there?\r")
        terminal.wait_for("Here again.")
        leave(terminal)


def test_a_failed_answer_can_be_retried(chat: Chat, cli: Cli, anthropic: AnthropicServer) -> None:
    """A provider's failure is one line; /retry asks again, and the question is not in the transcript twice."""
    anthropic.error(529, "overloaded_error", times=3)
    anthropic.reply("It was the plumber.")
    with chat(*PLAIN) as terminal:
        terminal.send("Who was it?\r")
        terminal.wait_for("The provider is overloaded.")
        terminal.send("/retry\r")
        terminal.wait_for("It was the plumber.")
        session = leave(terminal)
    assert [("user", "done", "Who was it?"), ("assistant", "done", "It was the plumber.")] == transcript(cli, session)


def test_nothing_in_an_answer_steers_the_terminal(chat: Chat, anthropic: AnthropicServer) -> None:
    """Escape sequences, C1 controls and characters that reorder a line reach the screen as text, entities too.

    Neither whole nor in two pieces, as text or as Markdown's entities, can they set the clipboard or the title.
    """
    anthropic.reply(
        pieces=[
            "A\x1b",
            "]52;c;ZXZpbA==\x07B\x1b]0;owned\x07C\x1b[2",
            "JD\x9b31mE \u202eF &#x202E;G &#27;[2JH",
            " end.",
        ]
    )
    with chat(*PLAIN) as terminal:
        terminal.send("Go\r")
        shown = terminal.wait_for("end.")
        leave(terminal)
    assert "A]52;c;ZXZpbA==B]0;ownedC[2JD31mE F" in shown
    raw = bytes(terminal.raw)
    assert [] == [each for each in ("\x1b]52", "\x1b]0;", "\x1b[2J", "\x9b", "\u202e") if each.encode() in raw]


def test_a_window_that_changes_in_the_middle_of_an_answer(chat: Chat, anthropic: AnthropicServer) -> None:
    """An answer that streams while the window changes is whole on the screen."""
    words = [f"word{number} " for number in range(30)]
    anthropic.reply(pieces=[*words, "\n\nThe second paragraph."], delay=0.03)
    with chat(*PLAIN) as terminal:
        terminal.send("Go\r")
        terminal.wait_for("word5")
        terminal.resize(columns=60, rows=30)
        terminal.wait_for("The second paragraph.")
        shown = terminal.wait_for("›").split()
        leave(terminal)
    assert [word.strip() for word in words] == list(dict.fromkeys(each for each in shown if each.startswith("word")))


def wait_for_requests(anthropic: AnthropicServer, count: int) -> None:
    wait_until(lambda: len(anthropic.requests) >= count)


def wait_until(claim: Callable[[], bool]) -> None:
    """Wait for what another process or thread makes true."""
    for _ in range(2_000):
        if claim():
            return
        time.sleep(0.01)
    raise AssertionError("It did not come true in twenty seconds.")
