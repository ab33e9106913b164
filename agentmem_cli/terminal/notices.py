"""The lines that the chat says beside the answers: what was remembered, why an answer is so, how to come back."""

from __future__ import annotations

from agentmem_cli.agent.choice import NO_MODEL_NOTICE, OFFLINE
from agentmem_cli.agent.events import Captured, TurnEnded
from agentmem_cli.recall.block import MESSAGE_LIMIT
from agentmem_cli.records import Memory, RecalledMemory, RecalledTurn
from agentmem_cli.settings import Settings
from agentmem_cli.terminal.dates import day
from agentmem_cli.terminal.safe_text import safe_line

INCOGNITO = (
    "Incognito: this chat is kept nowhere and knows nothing of you. Your documents are searched; a model's provider"
    " still sees what you send."
)


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


def start_lines(settings: Settings, model: str) -> list[str]:
    """What the chat says of itself before the first prompt."""
    lines = [f"agentmem · {settings.user} · {model}" + (" · incognito" if settings.incognito else "")]
    if settings.incognito:
        lines.append(INCOGNITO)
    elif settings.memory == "off":
        lines.append("Memory is off: nothing that you say becomes a memory.")
    if model == OFFLINE:
        lines.append(NO_MODEL_NOTICE)
    return lines


def why_lines(ended: TurnEnded) -> list[str]:
    """Where the last answer comes from: profile, memories, messages and passages, each with its source."""
    recall = ended.evidence.recall
    lines: list[str] = []
    if recall is not None:
        lines += [f"profile   {_memory(memory)}" for memory in recall.profile]
        profile = {memory.memory_id for memory in recall.profile}
        for memory in recall.memories:
            place = "in the profile" if memory.memory_id in profile else _place(memory.text, ended)
            lines.append(f"memory    {_memory(memory)} · score {memory.score:.2f} · {place}")
        lines += [
            f"message   {_turn(turn)} · score {turn.score:.2f} · {_place(turn.text, ended)}" for turn in recall.turns
        ]
    for number, passage in enumerate(ended.evidence.passages, start=1):
        cited = " · cited" if number in ended.cited else ""
        lines.append(f"passage   [{number}] {passage.document}, page {passage.page} · score {passage.score:.2f}{cited}")
    lines += [f"no source [{number}] stands in the answer, with no passage behind it" for number in ended.uncited_marks]
    return [safe_line(line) for line in lines]


def _place(text: str, ended: TurnEnded) -> str:
    """Whether the prompt had room for a recalled text."""
    shown = " ".join(text.split())[: MESSAGE_LIMIT - 1]
    return "in the prompt" if shown in ended.evidence.in_prompt else "did not fit"


def _memory(memory: RecalledMemory) -> str:
    quote = f" · you said “{memory.quote}”" if memory.quote else ""
    return f"{memory.memory_id[:8]} {memory.text}{quote} · {day(memory.said_at)}"


def _turn(turn: RecalledTurn) -> str:
    text = turn.text if len(turn.text) <= 80 else turn.text[:79] + "…"
    return f"{turn.session[:8]} {turn.name or turn.role}: {text} · {day(turn.at)}"


def _texts(memories: list[Memory]) -> str:
    return "; ".join(memory.text for memory in memories)
