"""One turn: a model or the offline look-up answers, and how it ended is settled in one transaction.

Runs on the conversation's event loop. However it ends, by an answer, an error, a stop or a failure of our
own, the turn is settled before `TurnEnded` is told, and `TurnEnded` is always told. Imports no Agno.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from agentmem_cli.agent.answer import Answer
from agentmem_cli.agent.events import Evidence, TurnEnded, TurnEvent
from agentmem_cli.agent.failures import NO_ANSWER
from agentmem_cli.agent.request import TurnContext
from agentmem_cli.errors import AgentmemError
from agentmem_cli.memories.ledger import note_used
from agentmem_cli.records import TurnStatus
from agentmem_cli.sessions.borrowed import has_read_borrowed
from agentmem_cli.sessions.turns import PendingTurn, settle_turn

_ELSEWHERE = AgentmemError(
    "In another window this exchange was taken back, or its session put into the trash, meanwhile.",
    "The answer waits there with it.",
)


async def run_turn(context: TurnContext, turn: PendingTurn, tell: Callable[[TurnEvent], None]) -> None:
    """Answer a committed question and settle it. Never raises; a stop is `task.cancel()`."""
    began = time.monotonic()
    answer = Answer(tell)
    status = TurnStatus.FAILED
    try:
        await context.answerer.answer(context, turn, answer)
        if answer.error is None and not answer.text.strip():
            answer.error = NO_ANSWER
        status = TurnStatus.DONE if answer.error is None else TurnStatus.FAILED
    except asyncio.CancelledError:
        status = TurnStatus.INTERRUPTED
    except AgentmemError as error:
        answer.error = error
    except Exception as error:  # noqa: BLE001 -- whatever fails, the turn is settled and the person is told
        answer.error = AgentmemError(f"The turn failed: {type(error).__name__}: {error}.", "Your message is kept.")
    tell(settled(context, turn, status, answer, time.monotonic() - began))


def settled(context: TurnContext, turn: PendingTurn, status: TurnStatus, answer: Answer, seconds: float) -> TurnEnded:
    """Settle a turn whose answering has ended, and count what it used. Never raises: a failure is the turn's error."""
    try:
        if not _settle(context, turn, status, answer):
            status, answer.error = TurnStatus.FAILED, _ELSEWHERE
        _count_uses(context, turn, answer.evidence)
    except AgentmemError as error:
        status, answer.error = TurnStatus.FAILED, error
    except Exception as error:  # noqa: BLE001 -- an end that is not told leaves the person waiting for ever
        failure = AgentmemError(f"The turn was not stored: {type(error).__name__}: {error}.", "`agentmem doctor`.")
        status, answer.error = TurnStatus.FAILED, failure
    return TurnEnded(
        turn.run_id,
        turn.session_id,
        status,
        answer.text,
        answer.error,
        answer.evidence,
        answer.usage,
        seconds,
        answer.context_tokens,
    )


def _settle(context: TurnContext, turn: PendingTurn, status: TurnStatus, answer: Answer) -> bool:
    """Settle the turn; whether it is still in sight."""
    at = int(time.time())
    run_data = answer.run_data if status is TurnStatus.DONE else None
    return settle_turn(
        context.database,
        turn,
        status,
        answer.text,
        at=at,
        run_data=run_data(at) if run_data else None,
        error=str(answer.error or ""),
        borrowed=_has_borrowed(context, turn, answer.evidence),
    )


def _has_borrowed(context: TurnContext, turn: PendingTurn, evidence: Evidence) -> bool:
    """Whether the answer may hold words that neither the person typed nor the model found by itself."""
    if evidence.tools or evidence.passages or turn.typed != turn.question:
        return True
    recalled = [source for source in evidence.placed if isinstance(source, int)]
    return has_read_borrowed(context.database, turn.session_id, turn.run_index, recalled)


def _count_uses(context: TurnContext, turn: PendingTurn, evidence: Evidence) -> None:
    """Count the memories that recall brought in. The answer is stored: a count that fails is only said."""
    try:
        note_used(context.database, turn.user_id, _recalled_in_prompt(evidence), int(time.time()))
    except AgentmemError as error:
        context.warn(f"The use of memories was not counted: {error.problem}")


def _recalled_in_prompt(evidence: Evidence) -> list[str]:
    """The memories of the block; those of the profile are there in any case, and would only confirm it."""
    return [source for source in evidence.placed if isinstance(source, str)]
