"""One answer for a script: stdout is the answer alone, or JSON; everything else is on stderr."""

from __future__ import annotations

import sys

from agentmem_cli.agent.choice import NO_MODEL_NOTICE, OFFLINE
from agentmem_cli.agent.conversation import Conversation
from agentmem_cli.agent.events import Captured, TextDelta, ToolUsed, TurnEnded
from agentmem_cli.errors import AgentmemError, ExitCode, UsageProblem
from agentmem_cli.records import TurnStatus
from agentmem_cli.terminal.notices import memory_line
from agentmem_cli.terminal.stopping import stopped_by_ctrl_c
from agentmem_cli.terminal.streams import note, report, say_json, say_part


def answer_once(conversation: Conversation, words: str, output: str) -> ExitCode:
    """Ask the words, what stdin holds, or both, and print the answer. Gives the exit code.

    Words and stdin together: the words are what the person typed, stdin is data and teaches nothing.
    """
    piped = "" if sys.stdin.isatty() else piped_text()
    question = "\n\n".join(part for part in (words, piped) if part.strip())
    typed = words if words.strip() else None
    if not question:
        raise UsageProblem("The message is empty.", "Give it as an argument, or pipe it in.")
    if conversation.model == OFFLINE:
        note(NO_MODEL_NOTICE)
    conversation.start()
    with stopped_by_ctrl_c(conversation):
        ended = _printed(conversation, question, output)
    captured = _captured(conversation, ended, typed)
    if output == "text":
        say_part("" if ended.answer.endswith("\n") or not ended.answer else "\n")
    else:
        result = {**ended.as_json(), "memory": captured.as_json()}
        say_json({"type": "end", **result} if output == "stream-json" else result, one_line=output == "stream-json")
    line = memory_line(captured, "agentmem memories undo")
    if line:
        note(line)
    if ended.error is not None:
        return report(ended.error)
    return ExitCode.INTERRUPTED if ended.status is TurnStatus.INTERRUPTED else ExitCode.OK


def piped_text() -> str:
    """All of stdin. Raises UsageProblem when it is not UTF-8."""
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as problem:
        raise UsageProblem(
            f"stdin is not UTF-8 text (byte {problem.object[problem.start]:#04x} at {problem.start}).",
            "Convert it first, for instance with iconv.",
        ) from None


def _printed(conversation: Conversation, question: str, output: str) -> TurnEnded:
    for event in conversation.ask(question):
        if isinstance(event, TurnEnded):
            return event
        if output == "text" and isinstance(event, TextDelta):
            say_part(event.text)
        elif output == "stream-json" and isinstance(event, TextDelta):
            say_json({"type": "text", "text": event.text}, one_line=True)
        elif output == "stream-json" and isinstance(event, ToolUsed):
            say_json({"type": "tool", "name": event.name, "query": event.query}, one_line=True)
    raise AgentmemError("The turn ended without a result.", "Try again.")


def _captured(conversation: Conversation, ended: TurnEnded, typed: str | None) -> Captured:
    if conversation.turn is None or ended.status is TurnStatus.FAILED:
        return Captured()
    return conversation.capture(conversation.turn, typed).result()
