"""How well does the offline model answer what a person asks about themselves? Run by hand.

    uv run --group dev python tests/bench/offline_answers.py [odd|even]

`people.jsonl` has 40 people, one a line: the messages of their sessions, later `questions` whose answer holds every
`answer` string and shows no `stale` string as current, and `unknown` questions, whose answer was never said. Each
person gets a data folder of their own. Every session runs through turn and capture; then each question is asked in a
new session. The weights of the offline answer were chosen on the odd people; the even people are the test.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentmem_cli.agent.conversation import Conversation
from agentmem_cli.agent.events import TurnEnded
from agentmem_cli.agent.offline_answer import EARLIER, NEAREST, NOTHING_CERTAIN, NOTHING_FOUND
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database

PEOPLE = Path(__file__).with_name("people.jsonl")


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the file. `sessions` are messages; a question is (what is asked, answer, stale)."""

    name: str
    sessions: list[list[str]]
    questions: list[tuple[str, list[str], list[str]]]
    unknown: list[str]


@dataclass(slots=True)
class Count:
    """Questions asked, and how many of them were answered in which way."""

    asked: int = 0
    right: int = 0
    right_and_sure: int = 0
    stale: int = 0
    first: int = 0
    first_three: int = 0
    unknown: int = 0
    said_so: int = 0
    showed_nothing: int = 0


def main(which: str = "") -> None:
    """Ask and print."""
    print(f"{'people':<8}{'right':>8}{'for certain':>13}{'stale':>8}", end="")
    print(f"{'never told: said so':>22}{'showed nothing':>16}{'recall: first':>16}{'three':>8}")
    halves = {"odd": people()[::2], "even": people()[1::2]}
    for half, chosen in halves.items():
        if which in ("", half):
            print_count(half, count_of(chosen))


def print_count(half: str, count: Count) -> None:
    """One row: shares, but `stale`, which is a number of questions."""
    asked, unknown = max(1, count.asked), max(1, count.unknown)
    print(f"{half:<8}{count.right / asked:>8.3f}{count.right_and_sure / asked:>13.3f}{count.stale:>8}", end="")
    print(f"{count.said_so / unknown:>22.3f}{count.showed_nothing / unknown:>16.3f}", end="")
    print(f"{count.first / asked:>16.3f}{count.first_three / asked:>8.3f}")


def people() -> list[Person]:
    """Everybody in the file."""
    lines = PEOPLE.read_text(encoding="utf-8").splitlines()
    return [person_of(json.loads(line)) for line in lines]


def person_of(line: dict[str, Any]) -> Person:
    """A line of the file as a record."""
    questions = [(each["ask"], each["answer"], each["stale"]) for each in line["questions"]]
    return Person(line["person"], line["sessions"], questions, line["unknown"])


def count_of(chosen: list[Person]) -> Count:
    """What becomes of all questions of these people."""
    count = Count()
    for person in chosen:
        with tempfile.TemporaryDirectory() as folder, closing(chat_of(person, Path(folder))) as chat:
            tell(chat, person)
            ask(chat, person, count)
    return count


def chat_of(person: Person, folder: Path) -> Conversation:
    """A chat with the offline model in an empty data folder."""
    settings = load_settings(user=person.name, environ={"AGENTMEM_HOME": str(folder)})
    chat = Conversation(settings, open_database(settings), model="offline", knowledge=False, warn=print)
    chat.start()
    return chat


def tell(chat: Conversation, person: Person) -> None:
    """Have the person's sessions, with their capture."""
    for session in person.sessions:
        chat.new_session()
        for message in session:
            answered(chat, message)
            assert chat.turn is not None
            chat.capture(chat.turn).result()


def answered(chat: Conversation, message: str) -> TurnEnded:
    """How the turn ends."""
    for event in chat.ask(message):
        if isinstance(event, TurnEnded):
            return event
    raise AssertionError(message)


def ask(chat: Conversation, person: Person, count: Count) -> None:
    """Ask each question in a session of its own; nothing is captured from it."""
    for question, answer, stale in person.questions:
        chat.new_session()
        ended = answered(chat, question)
        count.asked += 1
        right = holds_all(ended.answer, answer)
        count.right += right
        count.right_and_sure += right and NEAREST not in ended.answer
        count.stale += any(folded(each) in folded(ended.answer.partition(EARLIER)[0]) for each in stale)
        recall = ended.evidence.recall
        said = [turn.text for turn in recall.turns if turn.role == "user"] if recall else []
        count.first += holds_all(" ".join(said[:1]), answer)
        count.first_three += holds_all(" ".join(said[:3]), answer)
    for question in person.unknown:
        chat.new_session()
        said_so = answered(chat, question).answer
        count.unknown += 1
        count.said_so += said_so.startswith((NOTHING_CERTAIN, NOTHING_FOUND))
        count.showed_nothing += said_so.startswith(NOTHING_FOUND)


def holds_all(text: str, wanted: Sequence[str]) -> bool:
    """Whether a text holds all of the strings, whatever their case."""
    return all(folded(each) in folded(text) for each in wanted)


def folded(text: str) -> str:
    """In lower case, with one blank between words."""
    return " ".join(text.casefold().split())


if __name__ == "__main__":
    main(*sys.argv[1:])
