"""How well does the offline model answer questions about documents? Run by hand.

    uv run --group dev python tests/bench/document_answers.py [--postgres] [--fit | FOLDER...]

A folder under `documents/` holds some documents and `questions.jsonl`; see the README there. The documents of one
folder are made into PDFs and ingested together; each question is asked in a session of its own. An answer is right
when it names the document and page and one of its quotes is the sentence or row that answers.

    right      of the questions that have an answer
    certain    the same, without "nothing that answers this for certain"
    not there  of the questions without an answer, how many say so; of those with one, how many wrongly do

`--fit` prints the weights of `knowledge/quoting.py` anew, found on FITTED; the other folders are the test.
"""

from __future__ import annotations

import json
import re
import runpy
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression
from stores import empty_store

from agentmem_cli.agent.citations import citation
from agentmem_cli.agent.conversation import Conversation
from agentmem_cli.agent.events import TurnEnded
from agentmem_cli.agent.offline_answer import NOTHING_CERTAIN, NOTHING_FOUND
from agentmem_cli.agent.worker import PASSAGES
from agentmem_cli.knowledge.abbreviations import in_both_forms
from agentmem_cli.knowledge.abbreviations_asked import abbreviations_in
from agentmem_cli.knowledge.ingest import ingest_files
from agentmem_cli.knowledge.quoting import certainty_features, features, in_context, lines_of, matches_of
from agentmem_cli.knowledge.search import Searcher
from agentmem_cli.knowledge.words import WordIndex
from agentmem_cli.language.stems import stemmed_terms
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database

FOLDER = Path(__file__).with_name("documents")
NEW_PAGE = "---page---"
FITTED = ("furniture", "holdings", "hospital")
SHRINKAGE = 0.5
DENIED = 0.12
"""The share of the questions with an answer that are said to have none for certain: where the bias is put."""
RIGHT_SHARE = 0.7
"""The share of the words of the gold quote that a quoted line holds."""
_MAKE = runpy.run_path(str(Path(__file__).parents[1] / "make_samples.py"))
_RULE = re.compile(r"[\s|:-]+")
_ITEM = re.compile(r"([-*]|\d+[.)]) ")
_WORD = re.compile(r"\w+")


@dataclass(slots=True)
class Count:
    """How many questions were asked, and how many of them were answered in which way."""

    asked: int = 0
    right: int = 0
    certain: int = 0
    denied: int = 0
    foreign: int = 0
    said_so: int = 0


def main(*names: str) -> None:
    """Fit, or ask and print, a row a folder."""
    if "--fit" in names:
        fit()
        return
    print(f"{'documents':<12}{'right':>8}{'certain':>9}{'not there':>11}{'wrongly so':>12}")
    for folder in sorted(each for each in FOLDER.iterdir() if each.is_dir()):
        if not names or folder.name in names:
            with empty_store() as environment:
                print_count(folder.name, count_of(folder, environment))


def print_count(name: str, count: Count) -> None:
    """One row, in shares."""
    asked, foreign = max(1, count.asked), max(1, count.foreign)
    print(f"{name:<12}{count.right / asked:>8.3f}{count.certain / asked:>9.3f}", end="")
    print(f"{count.said_so / foreign:>11.3f}{count.denied / asked:>12.3f}")


def count_of(folder: Path, environment: dict[str, str]) -> Count:
    """What becomes of all questions of one folder."""
    count = Count()
    with closing(chat_about(folder, environment)) as chat:
        for question in questions_of(folder):
            chat.new_session()
            _count(count, question, answer_to(chat, question["question"]))
    return count


def _count(count: Count, question: dict[str, Any], answer: str) -> None:
    says_not_there = NOTHING_CERTAIN in answer or NOTHING_FOUND in answer
    if question["quote"] is None:
        count.foreign += 1
        count.said_so += says_not_there
        return
    right = is_right(question, answer)
    count.asked += 1
    count.right += right
    count.certain += right and not says_not_there
    count.denied += says_not_there


def fit() -> None:
    """Print the weights of the lines' score, and of the certainty that the best of them answers."""
    asked = [each for name in FITTED for each in asked_about(FOLDER / name)]
    weights = fitted_ranking([each for each in asked if each.is_gold.any()])
    print("WEIGHTS =", tuple(weights.round(2).tolist()))
    evidence = [each.evidence(weights) for each in asked if len(each.table)]
    answered = np.array([each.question["quote"] is not None for each in asked if len(each.table)])
    model = LogisticRegression(C=1.0, class_weight="balanced").fit(evidence, answered)
    denied = float(np.quantile((np.array(evidence) @ model.coef_[0])[answered], DENIED))
    print("CERTAINTY, UNCERTAIN =", tuple(model.coef_[0].round(2).tolist()), round(-denied, 2))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its lines: their features, words held, and which of them answer."""

    question: dict[str, Any]
    shown: list[str]
    table: NDArray[np.float32]
    matches: NDArray[np.float32]
    rarity: dict[str, float]
    is_gold: NDArray[np.bool_]

    def evidence(self, weights: NDArray[np.float64]) -> list[float]:
        """What tells whether the best line answers."""
        best = int((self.table @ weights).argmax())
        question, meaning, row = self.question["question"], float(self.table[best, 1]), self.matches[best]
        return certainty_features(question, self.shown[best], meaning, row, self.rarity)


def asked_about(folder: Path) -> list[Asked]:
    """Every question of a folder, with the lines of the passages that the chat would be given."""
    with empty_store() as environment, closing(chat_about(folder, environment)):
        settings = load_settings(user="reader", environ=environment)
        with closing(open_database(settings)) as database:
            searcher, index = Searcher(database, settings), WordIndex(database)
            return [_asked(question, searcher, index) for question in questions_of(folder)]


def _asked(question: dict[str, Any], searcher: Searcher, index: WordIndex) -> Asked:
    text = question["question"]
    passages = searcher.search(text, limit=PASSAGES)
    lines = [line for place, passage in enumerate(passages) for line in lines_of(place, passage)]
    abbreviations = abbreviations_in(text, index)
    shown = [in_both_forms(in_context(line, passages[line.place]), abbreviations) for line in lines]
    rarity = index.rarities(stemmed_terms(text))
    matches = matches_of(text, shown)
    gold = [_is_gold(question, f"{citation(passages[line.place])} ", line.text) for line in lines]
    return Asked(question, shown, features(text, lines, shown, matches, rarity), matches, rarity, np.array(gold))


def fitted_ranking(asked: list[Asked]) -> NDArray[np.float64]:
    """The weights of a softmax over the lines of each question that make what answers likeliest."""
    spread = np.concatenate([each.table for each in asked]).std(axis=0)

    def loss(weights: NDArray[np.float64]) -> float:
        total = SHRINKAGE * float(weights @ weights)
        for each in asked:
            scores = each.table / spread @ weights
            total -= float(logsumexp(scores[each.is_gold]) - logsumexp(scores))
        return total / len(asked)

    found = minimize(loss, np.zeros(len(spread)), method="L-BFGS-B").x
    return np.asarray(found / spread, np.float64)


def questions_of(folder: Path) -> list[dict[str, Any]]:
    """The lines of the folder's questions."""
    return [json.loads(line) for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines() if line]


def chat_about(folder: Path, environment: dict[str, str]) -> Conversation:
    """A chat with the offline model that knows the documents of the folder."""
    pdfs = Path(environment["AGENTMEM_HOME"], "documents")
    pdfs.mkdir()
    for path in sorted(folder.glob("*.md")):
        make_pdf(path, pdfs / f"{path.stem}.pdf")
    settings = load_settings(user="reader", environ=environment)
    database = open_database(settings)
    for result in ingest_files(database, sorted(pdfs.iterdir())):
        assert result.status == "indexed", result
    chat = Conversation(settings, database, model="offline", warn=print)
    chat.start()
    return chat


def make_pdf(source: Path, path: Path) -> None:
    """A document as a PDF, its pages where the source has them."""
    pages = source.read_text(encoding="utf-8").split(NEW_PAGE)
    content: list[Any] = []
    for page in filter(str.strip, pages):
        content += [*blocks_of(page), _MAKE["NEW_PAGE"]]
    _MAKE["make_pdf"](path, content[:-1], page_height=1600)


def blocks_of(page: str) -> Iterator[str | list[list[str]]]:
    """Paragraphs, list entries, headings and tables, as `make_samples.py` takes them."""
    for kind, group in groupby(page.strip().splitlines(), key=_kind_of):
        lines = [line.strip() for line in group]
        if kind == "table":
            yield [_cells(line) for line in lines if not _RULE.fullmatch(line)]
        elif kind == "text":
            yield escape(" ".join(lines), quote=False)
        elif kind == "line":
            yield from (escape(line.replace("### ", "## "), quote=False) for line in lines)


def _kind_of(line: str) -> str:
    line = line.strip()
    if line.startswith("|"):
        return "table"
    if line.startswith("#") or _ITEM.match(line):
        return "line"
    return "text" if line else ""


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def answer_to(chat: Conversation, question: str) -> str:
    """The whole answer."""
    for event in chat.ask(question):
        if isinstance(event, TurnEnded):
            return event.answer
    raise AssertionError(question)


def is_right(question: dict[str, Any], answer: str) -> bool:
    """Whether the answer quotes the sentence under the right document and page."""
    return any(_is_gold(question, heading, line) for heading, line in _quoted(answer))


def _is_gold(question: dict[str, Any], source: str, line: str) -> bool:
    if question["quote"] is None:
        return False
    place = f"{Path(question['document']).stem}.pdf, p. {question['page']} "
    wanted = _words(question["quote"])
    return place in source and len(wanted & _words(line)) >= RIGHT_SHARE * len(wanted)


def _quoted(answer: str) -> Iterator[tuple[str, str]]:
    """(the line that names the source, a quoted line)."""
    heading = ""
    for line in answer.splitlines():
        if line.startswith(">"):
            yield heading, line
        elif line.strip():
            heading = line


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


if __name__ == "__main__":
    main(*sys.argv[1:])
