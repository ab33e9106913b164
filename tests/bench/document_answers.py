"""How well does the offline model answer questions about documents? Run by hand.

    uv run --group dev python tests/bench/document_answers.py [--fit | FOLDER...]

A folder under `documents/` holds some documents and `questions.jsonl`; see the README there. The documents of one
folder are made into PDFs and ingested together; each question is asked in a session of its own. An answer is right
when it names the document and page and one of its quotes is the sentence or row that answers.

    right        of the questions that have an answer
    certain      the same, without "nothing that answers this for certain"
    not there    of the questions without an answer, how many say so
    near         of those among them that ask for what the documents speak of
    wrongly so   of the questions with an answer, how many say that there is none
    auc          how often the certainty is higher for a question with an answer than for one without
    words        the baseline, the share of a question's words that the best line holds: its "not there", "near" and
                 auc, with the threshold at which it says so wrongly as often

`--fit` prints the weights of `knowledge/quoting.py` and `knowledge/certainty.py`, found on FITTED; the other folders
are the test. For the certainty each question is asked with the line that answers it, and without: an eighth of these
lines is taken out of the documents at a time.
"""

from __future__ import annotations

import json
import re
import runpy
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from agentmem_cli.agent.citations import citation
from agentmem_cli.agent.conversation import Conversation
from agentmem_cli.agent.events import TurnEnded
from agentmem_cli.agent.offline_answer import NOTHING_CERTAIN, NOTHING_FOUND
from agentmem_cli.agent.worker import PASSAGES
from agentmem_cli.knowledge.abbreviations_asked import abbreviations_in
from agentmem_cli.knowledge.certainty import certainty_of
from agentmem_cli.knowledge.ingest import ingest_files
from agentmem_cli.knowledge.quoting import WEIGHTS, Asked
from agentmem_cli.knowledge.search import Searcher
from agentmem_cli.knowledge.words import WordIndex
from agentmem_cli.language.stems import stemmed_terms
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database

FOLDER = Path(__file__).with_name("documents")
NEW_PAGE = "---page---"
FITTED = ("college", "furniture", "holdings", "hospital", "winery")
SHRINKAGE = 0.5
FOLDS = 8
REGULARIZATION = 0.3
"""scikit-learn's C: .02 to 1 are about as good."""
COUNTED = {"kept": 0.5, "taken": 0.7, "near": 2.0, "other": 1.5}
"""How much a question counts in the fit of the certainty, that has no answer or lost one, or whose neighbours did."""
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
    """What became of the questions: of those with an answer, of those without, and of the near ones among these."""

    right: list[bool] = field(default_factory=list)
    certain: list[bool] = field(default_factory=list)
    denied: list[bool] = field(default_factory=list)
    said_so: list[bool] = field(default_factory=list)
    near: list[bool] = field(default_factory=list)


def main(*names: str) -> None:
    """Fit, or ask and print, a row a folder."""
    if "--fit" in names:
        fit()
        return
    print(
        f"{'documents':<12}{'right':>8}{'certain':>9}{'not there':>11}{'near':>7}{'wrongly so':>12}{'auc':>7}", end=""
    )
    print(f"{'words: not there':>18}{'near':>7}{'auc':>7}")
    for folder in sorted(each for each in FOLDER.iterdir() if each.is_dir()):
        if not names or folder.name in names:
            with tempfile.TemporaryDirectory() as home:
                count = count_of(folder, Path(home))
            print_count(folder.name, count, asked_about(folder))


def print_count(name: str, count: Count, asked: list[Tried]) -> None:
    """One row, in shares."""
    shares = [float(np.mean(each)) for each in (count.right, count.certain, count.said_so, count.near, count.denied)]
    print(f"{name:<12}{shares[0]:>8.3f}{shares[1]:>9.3f}{shares[2]:>11.3f}{shares[3]:>7.3f}{shares[4]:>12.3f}", end="")
    certainties = np.array([each.certainty for each in asked])
    words = np.array([each.share_of_words for each in asked])
    answered = np.array([each.is_answered for each in asked])
    near = np.array([is_near(each.question) for each in asked])
    least = np.quantile(words[answered], shares[4])
    print(f"{roc_auc_score(answered, certainties):>7.3f}{(words[~answered] < least).mean():>18.3f}", end="")
    print(f"{(words[near] < least).mean():>7.3f}{roc_auc_score(answered, words):>7.3f}", flush=True)


def is_near(question: dict[str, Any]) -> bool:
    """Whether the documents speak of what a question without an answer asks for."""
    return question["quote"] is None and "near" in question["kind"]


def count_of(folder: Path, home: Path) -> Count:
    """What becomes of all questions of one folder."""
    count = Count()
    with closing(chat_about(folder, home)) as chat:
        for question in questions_of(folder):
            chat.new_session()
            _count(count, question, answer_to(chat, question["question"]))
    return count


def _count(count: Count, question: dict[str, Any], answer: str) -> None:
    says_not_there = NOTHING_CERTAIN in answer or NOTHING_FOUND in answer
    if question["quote"] is None:
        count.said_so.append(says_not_there)
        if is_near(question):
            count.near.append(says_not_there)
        return
    right = is_right(question, answer)
    count.right.append(right)
    count.certain.append(right and not says_not_there)
    count.denied.append(says_not_there)


def fit() -> None:
    """Print the weights of the lines' score, and of the certainty that the best of them answers."""
    whole = [each for name in FITTED for each in asked_about(FOLDER / name)]
    weights = fitted_ranking([each for each in whole if each.is_gold.any()])
    print("WEIGHTS =", tuple(weights.round(2).tolist()), flush=True)
    asked = [each for each in whole if len(each.table)]
    asked += [each for name in FITTED for each in without_answers(FOLDER / name) if len(each.table)]
    evidence = np.array([each.evidence(weights) for each in asked])
    answered = np.array([each.is_answered for each in asked])
    spread = evidence.std(axis=0)
    model = LogisticRegression(C=REGULARIZATION, class_weight="balanced")
    model.fit(evidence / spread, answered, sample_weight=[each.counts for each in asked])
    found = model.coef_[0] / spread
    is_whole = np.array([each.fold == "whole" for each in asked])
    bias = -float(np.quantile((evidence @ found)[answered & is_whole], DENIED))
    print("certainty.WEIGHTS =", tuple(found.round(3).tolist()), "BIAS =", round(bias, 2))


@dataclass(frozen=True, slots=True)
class Tried:
    """A question with its lines: their features, and which of them answer.

    `fold` is whole, kept where answers of other questions were taken out, or taken where its own was.
    """

    question: dict[str, Any]
    asked: Asked
    table: NDArray[np.float32]
    is_gold: NDArray[np.bool_]
    fold: str

    @property
    def is_answered(self) -> bool:
        """Whether an answer stands in the documents."""
        return self.question["quote"] is not None and self.fold != "taken"

    @property
    def counts(self) -> float:
        """Its weight in the fit."""
        other = "" if self.question["quote"] is not None else "near" if is_near(self.question) else "other"
        return COUNTED.get(other or self.fold, 1.0)

    @property
    def certainty(self) -> float:
        """As the product has it."""
        return certainty_of(self.evidence(np.array(WEIGHTS))) if len(self.table) else 0.0

    @property
    def share_of_words(self) -> float:
        """The most that a line holds of the words asked for."""
        return float(self.table[:, 0].max()) if len(self.table) else 0.0

    def evidence(self, weights: NDArray[np.float64]) -> list[float]:
        """What tells whether the best line answers."""
        return self.asked.evidence(self.asked.lines(), (self.table @ weights).astype(np.float32))


def asked_about(folder: Path) -> list[Tried]:
    """Every question of a folder, with the lines of the passages that the chat would be given."""
    return tried(folder, [(question, "whole") for question in questions_of(folder)])


def without_answers(folder: Path) -> Iterator[Tried]:
    """Every answered question once without its answer, and once where an eighth of the others have lost theirs."""
    answered = [question for question in questions_of(folder) if question["quote"] is not None]
    for fold in range(FOLDS):
        taken, kept = answered[fold::FOLDS], answered[(fold + 1) % FOLDS :: FOLDS]
        with tempfile.TemporaryDirectory() as copy:
            for path in folder.glob("*.md"):
                quotes = [question["quote"] for question in taken if question["document"] == path.name]
                (Path(copy) / path.name).write_text(without(path.read_text(encoding="utf-8"), quotes), encoding="utf-8")
            questions = [(question, "taken") for question in taken] + [(question, "kept") for question in kept]
            yield from tried(Path(copy), questions)


def without(text: str, quotes: list[str]) -> str:
    """A document without some of its sentences and rows."""
    for quote in quotes:
        pattern = r"\s+".join(map(re.escape, quote.split()))
        text, count = re.subn(pattern, "", text)
        assert count, quote
    return re.sub(r"(?m)^\s*([-*]|\d+[.)])\s*$", "", text)


def tried(folder: Path, questions: list[tuple[dict[str, Any], str]]) -> list[Tried]:
    """The questions, each with its fold, asked of the documents of a folder."""
    with tempfile.TemporaryDirectory() as home, closing(chat_about(folder, Path(home))):
        settings = load_settings(user="reader", environ={"AGENTMEM_HOME": str(Path(home) / "store")})
        with closing(open_database(settings)) as database:
            searcher, index = Searcher(database, settings), WordIndex(database)
            return [_tried(question, fold, searcher, index) for question, fold in questions]


def _tried(question: dict[str, Any], fold: str, searcher: Searcher, index: WordIndex) -> Tried:
    text = question["question"]
    passages = searcher.search(text, limit=PASSAGES)
    asked = Asked(text, passages, index.rarities(stemmed_terms(text)), abbreviations_in(text, index))
    lines = asked.lines()
    gold = [is_gold(question, f"{citation(passages[line.place])} ", line.text) for line in lines]
    table = asked.features(lines) if lines else np.zeros((0, len(WEIGHTS)), np.float32)
    return Tried(question, asked, table, np.array(gold, np.bool_), fold)


def fitted_ranking(asked: list[Tried]) -> NDArray[np.float64]:
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


def chat_about(folder: Path, home: Path) -> Conversation:
    """A chat with the offline model that knows the documents of the folder."""
    pdfs = home / "documents"
    pdfs.mkdir()
    for path in sorted(folder.glob("*.md")):
        make_pdf(path, pdfs / f"{path.stem}.pdf")
    settings = load_settings(user="reader", environ={"AGENTMEM_HOME": str(home / "store")})
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
    return any(is_gold(question, heading, line) for heading, line in quoted(answer))


def is_gold(question: dict[str, Any], source: str, line: str) -> bool:
    if question["quote"] is None:
        return False
    place = f"{Path(question['document']).stem}.pdf, p. {question['page']} "
    wanted = _words(question["quote"])
    return place in source and len(wanted & _words(line)) >= RIGHT_SHARE * len(wanted)


def quoted(answer: str) -> Iterator[tuple[str, str]]:
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
