"""Does the offline model look in the right place, where a person has both talks and documents? Run by hand.

    uv run --group dev python tests/bench/offline_sources.py [--fit]

People of `people.jsonl` and `families.jsonl` tell what they tell, in a store that holds the documents of some folders
under `documents/`. Then each asks what they ask about themselves, and some of the questions about the documents. An
answer leads where what it quotes first is right; the baseline is the same in a store without the other source.
`--fit` prints the weights of `agent/offline_question.py` anew, found on the odd people with FITTED documents; the even
ones with the others are the test.

    leads        of the questions about themselves, and about the documents: the first quote is right
    alone        the same where there is nothing else
    elsewhere    the first quote is from the other source
    said so      of what was never told: "nothing that answers this for certain"
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from document_answers import FITTED, FOLDER, is_gold, make_pdf, questions_of, quoted
from offline_answers import FILES, FIRST_QUOTED_ENDS, Person, answered, holds_all, people, tell
from sklearn.linear_model import LogisticRegression

from agentmem_cli.agent import offline_answer
from agentmem_cli.agent.conversation import Conversation
from agentmem_cli.agent.offline_answer import NOTHING_CERTAIN, NOTHING_FOUND
from agentmem_cli.agent.offline_question import LEAST
from agentmem_cli.knowledge.ingest import ingest_files
from agentmem_cli.language.classifier import judge, logit_of
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database

OF_A_PERSON = 6
"""How many questions about documents one person asks."""
OF_DOCUMENT, OF_TALK = "\n> ", "“"
"""What stands before a line of a document, and before what was said."""
Question = dict[str, Any]


@dataclass(slots=True)
class Count:
    """What became of the questions to one source, of those without an answer, and where there is no other source."""

    leads: list[bool] = field(default_factory=list)
    alone: list[bool] = field(default_factory=list)
    elsewhere: list[bool] = field(default_factory=list)
    said_so: list[bool] = field(default_factory=list)
    said_so_alone: list[bool] = field(default_factory=list)


def main() -> None:
    """Ask and print, a row for each source and half."""
    if "--fit" in sys.argv:
        fit()
        return
    held = [folder.name for folder in sorted(FOLDER.iterdir()) if folder.is_dir() and folder.name not in FITTED]
    print(f"{'':<32}{'leads':>8}{'alone':>8}{'elsewhere':>11}{'said so':>9}{'alone':>8}")
    for half, folders in (("odd", FITTED), ("even", held)):
        for name in FILES:
            own, of_documents = counts_of(people(name)[half == "even" :: 2], folders)
            print_count(f"{name}, {half}: themselves", own)
            print_count(f"{name}, {half}: documents", of_documents)


def fit() -> None:
    """Print the weights that tell best which source a question asks for."""
    asked: list[tuple[str, float, float]] = []

    def noted(text: str, documents: float, said: float) -> bool:
        asked.append((text, documents, said))
        return True

    with patch.object(offline_answer, "asks_documents", noted):
        for name in FILES:
            counts_of(people(name)[::2], FITTED)
    of_documents = {each["question"] for name in FITTED for each in questions_of(FOLDER / name)}
    some = [(text, documents, max(said, LEAST)) for text, documents, said in asked if said]
    logits = [list(map(logit_of, (*chances, judge([text])[0].of_documents))) for text, *chances in some]
    model = LogisticRegression(class_weight="balanced")
    model.fit(logits, [text in of_documents for text, *_ in some])
    print(f"SOURCE, SOURCE_BIAS = {tuple(model.coef_[0].round(2).tolist())}, {model.intercept_[0]:.2f}")


def print_count(name: str, count: Count) -> None:
    """One row, in shares."""
    columns = (count.leads, count.alone, count.elsewhere, count.said_so, count.said_so_alone)
    print(f"{name:<32}", *(f"{np.mean(each):>8.3f}" for each in columns), flush=True)


def counts_of(everybody: Sequence[Person], folders: Sequence[str]) -> tuple[Count, Count]:
    """What becomes of all questions of these people about themselves, and of theirs about the documents."""
    own, of_documents = Count(), Count()
    with tempfile.TemporaryDirectory() as home:
        stores = {name: store_of(FOLDER / name, Path(home, name)) for name in folders}
        asked = {name: cycle(shuffled(questions_of(FOLDER / name))) for name in folders}
        for person, name in zip(everybody, cycle(folders), strict=False):
            questions = [next(asked[name]) for _ in range(OF_A_PERSON)]
            with chat_in(stores[name], person.name) as documents, chat_in(None, person.name) as talks:
                for question in questions:
                    answer = answer_to(documents, question["question"])
                    (of_documents.said_so_alone if question["quote"] is None else of_documents.alone).append(
                        says_so(answer) if question["quote"] is None else leads(answer, question)
                    )
                for chat in (documents, talks):
                    tell(chat, person)
                ask_of_themselves(documents, talks, person, own)
                ask_of_documents(documents, questions, of_documents)
    return own, of_documents


def shuffled(questions: list[Question]) -> list[Question]:
    """In an order that has those without an answer among the others."""
    return [questions[place] for place in np.random.default_rng(0).permutation(len(questions))]


def ask_of_themselves(both: Conversation, talks: Conversation, person: Person, count: Count) -> None:
    """What the person asks about themselves, with documents beside it and without."""
    for question, wanted, _ in person.questions:
        answer = answer_to(both, question)
        count.leads.append(holds_all(first_said(answer), wanted))
        count.alone.append(holds_all(first_said(answer_to(talks, question)), wanted))
        count.elsewhere.append(is_from_documents(answer))
    for question in person.unknown:
        answer = answer_to(both, question)
        count.said_so.append(says_so(answer))
        count.said_so_alone.append(says_so(answer_to(talks, question)))


def ask_of_documents(both: Conversation, questions: Sequence[Question], count: Count) -> None:
    """What the person asks about the documents, with what was told beside them."""
    for question in questions:
        answer = answer_to(both, question["question"])
        if question["quote"] is None:
            count.said_so.append(says_so(answer))
        else:
            count.leads.append(leads(answer, question))
            count.elsewhere.append(bool(answer) and not is_from_documents(answer))


def leads(answer: str, question: Question) -> bool:
    """Whether the first thing quoted is the line of the document that answers."""
    heading, line = next(quoted(answer), ("", ""))
    return is_from_documents(answer) and is_gold(question, heading, line)


def is_from_documents(answer: str) -> bool:
    """Whether the first quote is from a document."""
    places = [answer.find(mark) for mark in (OF_DOCUMENT, OF_TALK) if mark in answer]
    return bool(places) and answer.startswith(OF_DOCUMENT, min(places))


def first_said(answer: str) -> str:
    """The answer up to the end of the first thing that was said, where that is what it quotes first."""
    return "" if is_from_documents(answer) else answer.partition(FIRST_QUOTED_ENDS)[0]


def says_so(answer: str) -> bool:
    """Whether it says that nothing answers, or nothing for certain."""
    return NOTHING_CERTAIN in answer or NOTHING_FOUND in answer


def answer_to(chat: Conversation, question: str) -> str:
    """The whole answer, in a session of its own."""
    chat.new_session()
    return answered(chat, question).answer


def store_of(folder: Path, home: Path) -> Path:
    """A data folder that holds the documents of a folder."""
    pdfs = home / "documents"
    pdfs.mkdir(parents=True)
    for path in sorted(folder.glob("*.md")):
        make_pdf(path, pdfs / f"{path.stem}.pdf")
    settings = load_settings(user="reader", environ={"AGENTMEM_HOME": str(home / "store")})
    with closing(open_database(settings)) as database:
        for result in ingest_files(database, sorted(pdfs.iterdir())):
            assert result.status == "indexed", result
    return home / "store"


@contextmanager
def chat_in(store: Path | None, name: str) -> Iterator[Conversation]:
    """A chat with the offline model in a copy of a store; None is an empty one."""
    with tempfile.TemporaryDirectory() as home:
        if store:
            shutil.copytree(store, home, dirs_exist_ok=True)
        settings = load_settings(user=name, environ={"AGENTMEM_HOME": home})
        with closing(Conversation(settings, open_database(settings), model="offline", warn=print)) as chat:
            chat.start()
            yield chat


if __name__ == "__main__":
    main()
