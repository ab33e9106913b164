"""The lines that the chat says beside the answers: what was remembered, why an answer is so, how to come back."""

from __future__ import annotations

from agentmem_cli.agent.events import Captured, TurnEnded
from agentmem_cli.records import Memory, RecalledMemory, RecalledTurn
from agentmem_cli.terminal.dates import day
from agentmem_cli.terminal.safe_text import safe_line


def memory_line(captured: Captured, undo: str) -> str:
    """`memory +1 ~1: Works in healthcare (undo: …)`, or "" when there is nothing to say. `undo` is the command."""
    parts = []
    if captured.added or captured.replaced:
        counts = [f"+{len(captured.added)}"] if captured.added else []
        counts += [f"~{len(captured.replaced)}"] if captured.replaced else []
        parts.append(f"memory {' '.join(counts)}: {_texts([*captured.added, *captured.replaced])} (undo: {undo})")
    if captured.proposed:
        parts.append(f"memory ?{len(captured.proposed)} to review: {_texts(captured.proposed)}")
    if captured.withheld:
        parts.append(f"left out of memory: {', '.join(captured.withheld)}")
    if captured.problem:
        parts.append(f"memory: {captured.problem}")
    return " · ".join(parts)


def why_lines(ended: TurnEnded) -> list[str]:
    """Where the last answer comes from: profile, memories, messages and passages, each with its source."""
    recall = ended.evidence.recall
    lines: list[str] = []
    if recall is not None:
        lines += [f"profile   {_memory(memory)}" for memory in recall.profile]
        lines += [f"memory    {_memory(memory)} · score {memory.score:.2f}" for memory in recall.memories]
        lines += [f"message   {_turn(turn)} · score {turn.score:.2f}" for turn in recall.turns]
    for number, passage in enumerate(ended.evidence.passages, start=1):
        cited = " · cited" if f"[{number}]" in ended.answer else ""
        lines.append(f"passage   [{number}] {passage.document}, page {passage.page} · score {passage.score:.2f}{cited}")
    return [safe_line(line) for line in lines]


def _memory(memory: RecalledMemory) -> str:
    quote = f" · you said “{memory.quote}”" if memory.quote else ""
    return f"{memory.memory_id[:8]} {memory.text}{quote} · {day(memory.said_at)}"


def _turn(turn: RecalledTurn) -> str:
    text = turn.text if len(turn.text) <= 80 else turn.text[:79] + "…"
    return f"{turn.session[:8]} {turn.name or turn.role}: {text} · {day(turn.at)}"


def _texts(memories: list[Memory]) -> str:
    return "; ".join(memory.text for memory in memories)
