"""Conversations and questions about them, as the benchmarks need them: LoCoMo's form, LongMemEval's and our own.

A LoCoMo file is a list of conversations, each a pool of messages of its own. A LongMemEval file is a list of
questions, each with its sessions; all its sessions together are one pool. Each file of `chats` is a pool too, with a
session or a question on each line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from stores import empty_store

from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.sessions.transfer import ImportedLine, import_lines
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database

USER = "bench"


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the ids of the messages that answer it, oldest first, and its kind."""

    text: str
    evidence: list[str]
    kind: str


@dataclass(frozen=True, slots=True)
class Pool:
    """Messages, and the questions that they answer."""

    lines: list[ImportedLine]
    questions: list[Question]


def pools_of(path: str) -> list[Pool]:
    """What a file holds, in any of the forms."""
    if path.endswith(".jsonl"):
        return [_of_chats(Path(path))]
    samples = json.loads(Path(path).read_text(encoding="utf-8"))
    if "haystack_sessions" in samples[0]:
        return [_of_longmemeval(samples)]
    return [_of_locomo(sample) for sample in samples]


@contextmanager
def stored(lines: list[ImportedLine]) -> Iterator[tuple[Database, UserIndex]]:
    """A store that holds these messages, its vectors made and loaded."""
    with empty_store() as environment:
        database = open_database(load_settings(user=USER, environ=environment))
        import_lines(database, USER, lines)
        index = UserIndex(database, USER)
        index.refresh()
        yield database, index
        database.close()


def _of_locomo(sample: dict[str, Any]) -> Pool:
    conversation, lines, number = sample["conversation"], [], 1
    while f"session_{number}" in conversation:
        said_at = datetime.strptime(conversation[f"session_{number}_date_time"], "%I:%M %p on %d %B, %Y")  # noqa: DTZ007 -- the file has no zone
        for turn in conversation[f"session_{number}"]:
            role = "user" if turn["speaker"] == conversation["speaker_a"] else "assistant"
            caption = f" [shares {turn['blip_caption']}]" if turn.get("blip_caption") else ""
            text, at = turn["text"] + caption, int(said_at.timestamp())
            lines.append(ImportedLine(f"s{number}", role, text, at, turn["speaker"], turn["dia_id"]))
        number += 1
    asked = [each for each in sample["qa"] if each.get("evidence")]
    return Pool(lines, [Question(each["question"], each["evidence"], str(each["category"])) for each in asked])


def _of_chats(path: Path) -> Pool:
    lines, questions = [], []
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        if "question" in row:
            questions.append(Question(row["question"], row["evidence"], row["type"]))
            continue
        at = _moment(row["date"])
        for place, (role, text) in enumerate(row["turns"]):
            lines.append(ImportedLine(row["session"], role, text, at + place, None, f"{row['session']}:{place}"))
    return Pool(sorted(lines, key=lambda line: line.at or 0), questions)


def _moment(date: str) -> int:
    return int(datetime.strptime(date, "%Y/%m/%d (%a) %H:%M").timestamp())  # noqa: DTZ007 -- the files have no zone


def _of_longmemeval(samples: list[dict[str, Any]]) -> Pool:
    lines: dict[str, ImportedLine] = {}
    questions = []
    for sample in samples:
        evidence: list[tuple[int, str]] = []
        sessions = zip(
            sample["haystack_session_ids"], sample["haystack_dates"], sample["haystack_sessions"], strict=True
        )
        for session, date, turns in sessions:
            at = _moment(date)
            for place, turn in enumerate(turns):
                identifier = f"{session}:{place}"
                lines[identifier] = ImportedLine(session, turn["role"], turn["content"], at + place, None, identifier)
                if turn.get("has_answer"):
                    evidence.append((at, identifier))
        questions.append(Question(sample["question"], [each for _, each in sorted(evidence)], sample["question_type"]))
    ordered = sorted(lines.values(), key=lambda line: line.at or 0)
    return Pool([line for line in ordered if line.content.strip()], [each for each in questions if each.evidence])
