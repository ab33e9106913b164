"""The lines that the chat says beside the answers: what was remembered, why an answer is so, how to come back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from agentmem_cli.agent.choice import NO_MODEL_NOTICE
from agentmem_cli.agent.citations import citation
from agentmem_cli.agent.events import Captured, TurnEnded
from agentmem_cli.recall.block import repeated
from agentmem_cli.records import OFFLINE, Memory, Recall, RecalledMemory, RecalledTurn
from agentmem_cli.settings import Settings
from agentmem_cli.terminal.dates import day
from agentmem_cli.terminal.safe_text import safe_line
from agentmem_cli.terminal.streams import counted

WHAT_WIDTH = 10
"""Columns of the first word of a line of `why_lines`, and the blanks behind it."""
INCOGNITO = (
    "Incognito: this chat is kept nowhere and knows nothing of you. Your documents are searched; a model's provider"
    " still sees what you send."
)


def memory_line(captured: Captured, *, undo: str, pending: str) -> str:
    """`memory +1 ~1: Works in healthcare (undo: …)`, or "" when there is nothing to say. Both are commands.

    What may replace an older memory asks: `memory +1 ?1: Lives in Bergen – replaces “Lives in Oslo”? (…)`.
    What is known no more says why: `memory -1: no longer “Works at Acme” (undo: …)`, or `forgotten “…”`.
    """
    parts = []
    gone = [f"no longer “{memory.text}”" for memory in captured.ended]
    gone += [f"forgotten “{memory.text}”" for memory in captured.forgotten]
    if captured.added or captured.replaced or gone:
        counts = [f"+{len(captured.added)}"] if captured.added else []
        counts += [f"~{len(captured.replaced)}"] if captured.replaced else []
        counts += [f"-{len(gone)}"] if gone else []
        counts += [f"?{len(captured.asked)}"] if captured.asked else []
        how = f"{f'{pending}; ' if captured.asked else ''}undo: {undo}"
        old = {memory.memory_id: memory.text for memory in captured.asked}
        texts = [_asking(memory, old) for memory in (*captured.added, *captured.replaced)] + gone
        parts.append(f"memory {' '.join(counts)}: {'; '.join(texts)} ({how})")
    if captured.proposed:
        parts.append(f"memory ?{len(captured.proposed)} to review: {_texts(captured.proposed)} ({pending})")
    if captured.withheld:
        parts.append(f"left out of memory: {', '.join(captured.withheld)}")
    if captured.problem:
        parts.append(f"memory: {captured.problem}")
    return " · ".join(parts)


def waiting_line(pending: Sequence[Memory]) -> str:
    """`2 memories wait for your approval, 1 memory may replace an older one`, of at least one that waits."""
    asking = sum(memory.status == "active" for memory in pending)
    proposed = len(pending) - asking
    parts = [f"{_memories(proposed)} {'waits' if proposed == 1 else 'wait'} for your approval"] if proposed else []
    parts += [f"{_memories(asking)} may replace an older one"] if asking else []
    return ", ".join(parts)


def status_line(ended: TurnEnded) -> str:
    """What an answer rests on and took: `recalled 2 memories · 1,240 tokens in (82 % cached), 90 out · 3.2 s`.

    "" when there is nothing but the time to tell.
    """
    usage = ended.usage
    counts = recalled_counts(ended.evidence.placed)
    parts = [counts] if counts else []
    if passages := ended.evidence.passages:
        parts.append(f"{len(ended.cited)} of {counted(len(passages), 'passage')} cited")
    if usage.input_tokens:
        cached = f" ({usage.cached_share:.0%} cached)" if usage.cache_read_tokens else ""
        parts.append(f"{usage.input_tokens:,} tokens in{cached}, {usage.output_tokens:,} out")
    if usage.cost is not None:
        parts.append(f"${usage.cost:.4f}")
    return " · ".join([*parts, f"{ended.seconds:.1f} s"]) if parts else ""


def recalled_counts(placed: Collection[str | int]) -> str:
    """`recalled 2 memories, 1 message`, of what the recalled block held; "" for nothing."""
    memories = sum(isinstance(source, str) for source in placed)
    counts = [_memories(memories)] if memories else []
    counts += [counted(len(placed) - memories, "message")] if len(placed) > memories else []
    return f"recalled {', '.join(counts)}" if counts else ""


def start_lines(settings: Settings, model: str) -> list[str]:
    """What the chat says of itself before the first prompt."""
    incognito = " · incognito" if settings.incognito else ""
    lines = [f"agentmem · {settings.user} · {model}{incognito} · /help"]
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
        place = _places(recall, ended.evidence.placed)
        lines += [
            f"memory    {_memory(memory)} · score {memory.score:.2f} · {place(memory.memory_id)}"
            for memory in recall.memories
        ]
        further = [turn for turn in recall.further if turn.message_id in ended.evidence.placed]
        lines += [
            f"message   {_turn(turn)} · {_rank(turn)} · {place(turn.message_id)}" for turn in recall.turns + further
        ]
    for number, passage in enumerate(ended.evidence.passages, start=1):
        cited = " · cited" if number in ended.cited else ""
        lines.append(f"passage   [{number}] {citation(passage)} · score {passage.score:.2f}{cited}")
    lines += [f"no source [{number}] stands in the answer, with no passage behind it" for number in ended.uncited_marks]
    return [safe_line(line) for line in lines]


def _places(recall: Recall, placed: Collection[str | int]) -> Callable[[str | int], str]:
    """What tells where in the prompt a memory or a message is, or why it is not."""
    profile = {memory.memory_id for memory in recall.profile}
    repeats = repeated(recall, placed)

    def place(source: str | int) -> str:
        if source in profile:
            return "in the profile"
        if source in placed:
            return "in the prompt"
        return "repeats another" if source in repeats else "left out"

    return place


def _rank(turn: RecalledTurn) -> str:
    """Its score; or that it is there for the message that it replies to."""
    return f"score {turn.score:.2f}" if turn.reply_to is None else "the reply to one of these"


def _memory(memory: RecalledMemory) -> str:
    quote = f" · you said “{memory.quote}”" if memory.quote else ""
    newer = f" (perhaps replaced; newer: {memory.perhaps_replaced_by})" if memory.perhaps_replaced_by else ""
    return f"{memory.memory_id[:8]} {memory.text}{newer}{quote} · {day(memory.said_at)}"


def _turn(turn: RecalledTurn) -> str:
    text = turn.text if len(turn.text) <= 80 else turn.text[:79] + "…"
    return f"{turn.session[:8]} {turn.name or turn.role}: {text} · {day(turn.at)}"


def _asking(memory: Memory, old: dict[str, str]) -> str:
    asked, text = old.get(memory.replaces_perhaps or ""), memory.text.removesuffix(".")
    return f"{text} – replaces “{asked}”?" if asked else text


def _memories(number: int) -> str:
    return "1 memory" if number == 1 else f"{number} memories"


def _texts(memories: list[Memory]) -> str:
    return "; ".join(memory.text.removesuffix(".") for memory in memories)
