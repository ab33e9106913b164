"""Many turns for a script, in one process: each line of stdin is a JSON object and one whole turn.

A turn's memories are captured before the next line is read, so that each answer knows what the earlier ones taught.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass

from agentmem_cli.agent.choice import NO_MODEL_NOTICE
from agentmem_cli.agent.conversation import Conversation
from agentmem_cli.errors import AgentmemError, ExitCode, UsageProblem
from agentmem_cli.records import OFFLINE
from agentmem_cli.terminal.once import begin_capture, note_captured, print_answer, print_result
from agentmem_cli.terminal.streams import note, say_json

FORMAT = "stream-json"


@dataclass(frozen=True, slots=True)
class StreamedMessage:
    """What one line asks. `session` None is the session that the last line was in."""

    content: str
    session: str | None


def answer_each(conversation: Conversation) -> ExitCode:
    """Answer each line of stdin until its end; blank lines are skipped.

    Gives USAGE when a line could not be used, else the code of the first turn that failed. Ctrl-C ends it.
    """
    if conversation.model == OFFLINE:
        note(NO_MODEL_NOTICE)
    conversation.start()
    conversation.catch_up(note_captured).result()
    codes = []
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if not line.strip():
            continue
        code = _answer_line(conversation, number, line)
        if code is ExitCode.INTERRUPTED:
            return code
        codes.append(code)
    if ExitCode.USAGE in codes:
        return ExitCode.USAGE
    return next((code for code in codes if code is not ExitCode.OK), ExitCode.OK)


def read_message(line: bytes) -> StreamedMessage:
    """What a line of stdin asks. Raises UsageProblem for one that cannot be used."""
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UsageProblem("This is not UTF-8 text.") from None
    except (ValueError, RecursionError):
        raise UsageProblem("This is not valid JSON.") from None
    if not isinstance(value, dict):
        raise UsageProblem('This is not a JSON object such as {"content": "Hello"}.')
    content, session = value.get("content"), value.get("session")
    if not isinstance(content, str):
        raise UsageProblem('"content" is not a text.' if "content" in value else 'There is no "content".')
    if not content.strip():
        raise UsageProblem('"content" is empty.')
    if session is not None and (not isinstance(session, str) or not session.strip()):
        raise UsageProblem('"session" is not the id of a session.')
    return StreamedMessage(content, session and session.encode("utf-8", "replace").decode())


def _answer_line(conversation: Conversation, number: int, line: bytes) -> ExitCode:
    """One turn, or an error on both streams when there can be none; the session is then as it was."""
    current = conversation.session_id
    try:
        message = read_message(line)
        if message.session not in (None, current):
            conversation.new_session(message.session)
        code = _whole_turn(conversation, message.content)
    except AgentmemError as error:
        if conversation.session_id != current:
            conversation.new_session(current)
        say_json({"type": "error", "line": number, "error": str(error)}, one_line=True)
        note(f"agentmem: line {number}: {error}")
        return error.exit_code
    return code


def _whole_turn(conversation: Conversation, content: str) -> ExitCode:
    """A turn with all that comes after its answer, however long a model takes for its capture."""
    ended = print_answer(conversation, content, None, FORMAT)
    captured = begin_capture(conversation, ended).result()
    conversation.refresh_vectors()
    return print_result(ended, [captured], FORMAT)
