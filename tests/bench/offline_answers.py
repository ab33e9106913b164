"""How well does the offline model answer what a person asks about themselves? Run by hand.

    uv run --group dev python tests/bench/offline_answers.py [--fit]

`people.jsonl` has 40 people, one a line: the messages of their sessions, later `questions` whose answer holds every
`answer` string and shows no `stale` string as current, and `unknown` questions, whose answer was never said;
`families.jsonl` has 24 more by another author, who tell and ask about several others each. Each person gets a data
folder of their own. Every session runs through turn and capture; then each question is asked in a new session. An
answer leads where what is quoted first holds it. `--fit` prints the weights of `agent/offline_finds.py` anew. They are
fitted on the odd people; the even ones are the test.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp

from agentmem_cli.agent import offline_finds
from agentmem_cli.agent.conversation import Conversation
from agentmem_cli.agent.events import TurnEnded
from agentmem_cli.agent.offline_answer import EARLIER, NEAREST, NOTHING_CERTAIN, NOTHING_FOUND
from agentmem_cli.agent.offline_finds import FEATURES, WEIGHTS
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database

FILES = ("people", "families")
SHRINKAGE = 0.02
FIRST_QUOTED_ENDS = "”\n"
"""What stands behind the first quotation."""


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
    leads: int = 0
    stale: int = 0
    first: int = 0
    first_three: int = 0
    unknown: int = 0
    said_so: int = 0
    showed_nothing: int = 0


def main() -> None:
    """Ask and print, or fit."""
    if "--fit" in sys.argv:
        fit([person for name in FILES for person in people(name)[::2]])
        return
    print(f"{'':<16}{'right':>8}{'leads':>8}{'for certain':>13}{'stale':>8}", end="")
    print(f"{'never told: said so':>22}{'showed nothing':>16}{'recall: first':>16}{'three':>8}")
    for name in FILES:
        everybody = people(name)
        for half, chosen in {"odd": everybody[::2], "even": everybody[1::2]}.items():
            print_count(f"{name}, {half}", count_of(chosen))


def fit(chosen: Sequence[Person]) -> None:
    """Print the weights of a softmax over the sentences."""
    tables = [(table, is_right) for table, is_right in looked_up(chosen) if is_right.any()]

    def loss(weights: NDArray[np.float64]) -> float:
        scores = [(table @ weights, is_right) for table, is_right in tables]
        lost = np.mean([logsumexp(each) - logsumexp(each[is_right]) for each, is_right in scores])
        return float(lost + SHRINKAGE * weights @ weights)

    weights = minimize(loss, np.zeros(len(FEATURES))).x
    weights[FEATURES.index("assistant")] = WEIGHTS[FEATURES.index("assistant")]
    print(f"WEIGHTS = {tuple(weights.round(2).tolist())}  # of {FEATURES}")


def looked_up(chosen: Sequence[Person]) -> Iterator[tuple[NDArray[np.float64], NDArray[np.bool_]]]:
    """The sentences that are looked at for each question, shape (sentences, FEATURES), and which of them are right.

    What was replaced is left out: it never comes first.
    """
    for person in chosen:
        with tempfile.TemporaryDirectory() as folder, closing(chat_of(person, Path(folder))) as chat:
            tell(chat, person)
            for question, answer, stale in person.questions:
                chat.new_session()
                with patch.object(offline_finds, "features", wraps=offline_finds.features) as tabled:
                    answered(chat, question)
                if tabled.called:
                    _, _, sentences = tabled.call_args.args
                    is_current = np.array([not find.replaced_by for find in sentences])
                    is_right = np.array([answers(find.text, answer, stale) for find in sentences])
                    table = np.array(offline_finds.features(*tabled.call_args.args))
                    yield table[is_current], is_right[is_current]


def answers(text: str, answer: Sequence[str], stale: Sequence[str]) -> bool:
    """Whether a sentence holds the answer, and not one that is over."""
    return holds_all(text, answer) and not any(folded(each) in folded(text) for each in stale)


def print_count(half: str, count: Count) -> None:
    """One row: shares, but `stale`, which is a number of questions."""
    asked, unknown = max(1, count.asked), max(1, count.unknown)
    print(f"{half:<16}{count.right / asked:>8.3f}{count.leads / asked:>8.3f}", end="")
    print(f"{count.right_and_sure / asked:>13.3f}{count.stale:>8}", end="")
    print(f"{count.said_so / unknown:>22.3f}{count.showed_nothing / unknown:>16.3f}", end="")
    print(f"{count.first / asked:>16.3f}{count.first_three / asked:>8.3f}")


def people(name: str) -> list[Person]:
    """Everybody in the file."""
    lines = Path(__file__).with_name(f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
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
        count.leads += holds_all(ended.answer.partition(FIRST_QUOTED_ENDS)[0], answer)
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
    main()
