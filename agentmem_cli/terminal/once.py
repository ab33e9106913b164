"""One answer for a script: stdout is the answer alone, or JSON; everything else is on stderr."""

from __future__ import annotations

import select
import sys
from collections.abc import Sequence
from concurrent.futures import Future, wait
from typing import Any

from agentmem_cli.agent.choice import NO_MODEL_NOTICE
from agentmem_cli.agent.conversation import Conversation
from agentmem_cli.agent.events import Captured, TextDelta, ToolUsed, TurnEnded, Waiting
from agentmem_cli.errors import AgentmemError, ExitCode, UsageProblem
from agentmem_cli.records import OFFLINE, TurnStatus
from agentmem_cli.terminal.notices import memory_line
from agentmem_cli.terminal.sources import cited_lines
from agentmem_cli.terminal.stopping import stopped_by_ctrl_c
from agentmem_cli.terminal.streams import note, report, say_json, say_part

PATIENCE = 3.0
"""Seconds that a message waits for what may be piped beside it."""
GRACE = 2.0
"""Seconds that an answered message waits for a model's capture: later than that, the next start does it."""


def answer_once(conversation: Conversation, words: str, output: str) -> ExitCode:
    """Ask the words, what stdin holds, or both, and print the answer. Gives the exit code.

    Words and stdin together: the words are what the person typed, stdin is data and teaches nothing.
    """
    piped = "" if sys.stdin.isatty() or (words.strip() and not _something_is_piped()) else piped_text()
    _refuse_command(words)
    question = "\n\n".join(part for part in (words, piped) if part.strip())
    typed = words if words.strip() else None
    if not question:
        raise UsageProblem("The message is empty.", "Give it as an argument, or pipe it in.")
    if conversation.model == OFFLINE:
        note(NO_MODEL_NOTICE)
    conversation.start()
    captures: list[Captured] = []
    catching_up = conversation.catch_up(captures.append)
    ended = print_answer(conversation, question, typed, output)
    captured = _captured(conversation, ended, catching_up)
    return print_result(ended, [*captures, captured], output)


def _refuse_command(words: str) -> None:
    """Raise UsageProblem for a command of the chat: as a message it would be answered, and nothing would be done."""
    if not words.lstrip().startswith("/"):
        return
    from agentmem_cli.terminal.slash import COMMANDS, is_command

    name = words.split(maxsplit=1)[0]
    if is_command(words) and name[1:] in COMMANDS:
        raise UsageProblem(
            f"{name} is a command of the interactive chat.",
            "Type it in `agentmem chat`; `agentmem --help` lists what works without it.",
        )


def print_answer(conversation: Conversation, question: str, typed: str | None, output: str) -> TurnEnded:
    """Ask, and print the answer as it comes. `typed` is the part that the person typed."""
    with stopped_by_ctrl_c(conversation):
        ended = _printed(conversation, question, typed, output)
    if output == "text":
        say_part("" if ended.answer.endswith("\n") or not ended.answer else "\n")
    return ended


def print_result(ended: TurnEnded, captures: Sequence[Captured], output: str) -> ExitCode:
    """Print what belongs to an answer, and give its exit code. The last of `captures` is the turn's own."""
    if output != "text":
        result = {**ended.as_json(), "memory": captures[-1].as_json()}
        say_json({"type": "end", **result} if output == "stream-json" else result, one_line=output == "stream-json")
    for line in cited_lines(ended) if output == "text" else []:
        note(line)
    for each in captures:
        note_captured(each)
    if ended.error is not None:
        return report(ended.error)
    return ExitCode.INTERRUPTED if ended.status is TurnStatus.INTERRUPTED else ExitCode.OK


def note_captured(captured: Captured) -> None:
    """Say what was kept, where there is something to say."""
    line = memory_line(captured, undo="agentmem memories undo", pending="agentmem memories pending")
    if line:
        note(line)


def piped_text() -> str:
    """All of stdin. Raises UsageProblem when it is not UTF-8."""
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as problem:
        raise UsageProblem(
            f"stdin is not UTF-8 text (byte {problem.object[problem.start]:#04x} at {problem.start}).",
            "Convert it first, for instance with iconv.",
        ) from None


def _something_is_piped() -> bool:
    """Whether stdin has something, or its end, within PATIENCE.

    Under a service or an editor it is often a pipe that nobody writes to and nobody closes: whoever gave a message
    waits for its answer. Once something came all of it is waited for.
    """
    try:
        ready, _, _ = select.select([sys.stdin.buffer], [], [], PATIENCE)
    except (OSError, ValueError):  # what cannot be waited for, such as a file on Windows, can be read at once
        return True
    if not ready:
        note(f"Nothing came from stdin in {PATIENCE:g} s: asked without it. `< /dev/null` asks at once.")
    return bool(ready)


def _printed(conversation: Conversation, question: str, typed: str | None, output: str) -> TurnEnded:
    for event in conversation.ask(question, typed=typed):
        if isinstance(event, TurnEnded):
            return event
        if isinstance(event, Waiting):
            note(event.text)
        elif output == "text" and isinstance(event, TextDelta):
            say_part(event.text)
        elif output == "stream-json" and isinstance(event, TextDelta):
            say_json({"type": "text", "text": event.text}, one_line=True)
        elif output == "stream-json" and isinstance(event, ToolUsed):
            say_json({"type": "tool", "name": event.name, "query": event.query}, one_line=True)
    raise AgentmemError("The turn ended without a result.", "Try again.")


def begin_capture(conversation: Conversation, ended: TurnEnded) -> Future[Captured]:
    """What the message teaches; nothing where no model could be reached."""
    if conversation.turn is not None and ended.model_answered:
        return conversation.capture(conversation.turn)
    nothing = Future[Captured]()
    nothing.set_result(Captured())
    return nothing


def _captured(conversation: Conversation, ended: TurnEnded, catching_up: Future[None]) -> Captured:
    """What the message taught; what takes too long waits in the queue, as what waited before does."""
    captured = begin_capture(conversation, ended)
    waited: list[Future[Any]] = [captured, catching_up]
    slow = wait(waited, None if conversation.captures_at_once else GRACE).not_done
    if slow:
        conversation.leave_captures()
    return Captured(waits=True) if captured in slow else captured.result()
