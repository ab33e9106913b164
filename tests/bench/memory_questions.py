"""How often does a captured memory ask whether it replaces another? Run by hand.

    uv run --group dev python tests/bench/memory_questions.py FILE

FILE is as for `replay.py`. Every message of the user goes through capture by rules and the writer, once; of LoCoMo's
conversations, each speaker is a user of their own. Prints how many memories are captured, how many replace an older
one at once and how many ask, beside the baseline that asks about whatever shares a word.
"""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from replay import KNOWN, messages

from agentmem_cli.memories.claims import claim_of
from agentmem_cli.memories.rules import capture_by_rules
from agentmem_cli.memories.store import list_memories
from agentmem_cli.memories.writer import Source, apply_operations
from agentmem_cli.records import Memory
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.schema import ensure_schema


def main(path: Path) -> None:
    """Replay and print."""
    captured = replaced = asked = shared = 0
    with tempfile.TemporaryDirectory() as folder, closing(Database(Path(folder) / "m.db", lock_timeout=30)) as database:
        ensure_schema(database)
        for number, said in enumerate(speakers(path.read_text(encoding="utf-8"))):
            for at, text in enumerate(said):
                known = list_memories(database, f"user {number}", limit=KNOWN)
                source = Source("s", f"r{at}", at, "rules")
                operations = capture_by_rules(text, known)
                written = apply_operations(
                    database,
                    source=source,
                    user_id=f"user {number}",
                    operations=operations,
                    typed_text=text,
                    mode="auto",
                    now=at,
                )
                new = [*written.added, *written.replaced]
                captured, replaced = captured + len(new), replaced + len(written.replaced)
                asked += len(written.asked)
                shared += sum(shares_a_word(memory, known) for memory in new)
    print(f"{captured} memories captured, {replaced} in the place of an older one")
    print(f"{'ask':<28}{asked / max(1, captured):>8.3f}")
    print(f"{'baseline: shares a word':<28}{shared / max(1, captured):>8.3f}")


def shares_a_word(memory: Memory, known: list[Memory]) -> bool:
    """Whether it has a content word in common with what was known."""
    objects = claim_of(memory.text).objects
    return any(objects & claim_of(other.text).objects for other in known)


def speakers(text: str) -> list[list[str]]:
    """What each user says."""
    if not text.lstrip().startswith("["):
        return [messages(text)]
    return [
        [turn["text"] for turn in turns_of(each["conversation"]) if turn["speaker"] == each["conversation"][speaker]]
        for each in json.loads(text)
        for speaker in ("speaker_a", "speaker_b")
    ]


def turns_of(conversation: dict[str, Any]) -> list[dict[str, Any]]:
    """The turns of all sessions of one of LoCoMo's conversations."""
    return [turn for value in conversation.values() if isinstance(value, list) for turn in value]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
