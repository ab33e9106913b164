"""Is the line quoted that answers, and is it said that none does? On 208 short documents. Run by hand.

    uv run --group dev python tests/bench/excerpt_answers.py [NAME...]

`excerpts` holds the documents and their questions. All are ingested together, and each question is searched for and
answered as the offline model does; five thousand questions take five minutes. A row is a kind of document:

    its words, other words   of the questions that share words with the line that answers, or mostly none, those that
                             quote it
    found                    those whose line stands in one of the passages that the search gives
    base                     those that the line with most of the question's words answers, among these passages
    not there, near          of the questions without an answer, those that are said to have none; near asks for what
                             the documents speak of
    wrongly                  of the questions with an answer, those that are said to have none
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agentmem_cli.agent.offline_answer import SURE
from agentmem_cli.agent.worker import PASSAGES
from agentmem_cli.knowledge.abbreviations_asked import abbreviations_in
from agentmem_cli.knowledge.ingest import ingest_files
from agentmem_cli.knowledge.lines import CELLS
from agentmem_cli.knowledge.quoting import Asked, best_lines
from agentmem_cli.knowledge.search import Searcher
from agentmem_cli.knowledge.words import WordIndex
from agentmem_cli.language.stems import stemmed_terms
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database

FOLDER = Path(__file__).with_name("excerpts")
ANSWERED, UNANSWERED = ("in_its_words", "in_other_words"), ("not_there", "near")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question: whether the right line was found, quoted, has most words; whether none was said to."""

    found: bool
    right: bool
    by_words: bool
    denied: bool


def main(names: Sequence[str]) -> None:
    """Ingest, ask, print a row for each kind of document and one for all."""
    excerpts = {path.stem: list(excerpts_of(path)) for path in sorted(FOLDER.glob("*.jsonl"))}
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings(user="reader", environ={"AGENTMEM_HOME": str(Path(home) / "store")})
        with closing(open_database(settings)) as database:
            for result in ingest_files(database, written(excerpts, Path(home))):
                assert result.status == "indexed", result
            searcher, index = Searcher(database, settings), WordIndex(database)
            print(f"{'':<12}{'its words':>10}{'found':>7}{'base':>7}{'other words':>13}{'found':>7}{'base':>7}", end="")
            print(f"{'not there':>11}{'near':>7}{'wrongly':>9}")
            every: dict[str, list[Outcome]] = {}
            for kind in names or excerpts:
                outcomes = {
                    form: [
                        outcome_of(*asked, searcher, index)
                        for each in excerpts[kind]
                        for asked in questions(each, form)
                    ]
                    for form in ANSWERED + UNANSWERED
                }
                print_row(kind, outcomes)
                every = {form: every.get(form, []) + some for form, some in outcomes.items()}
            print_row("all", every)


def excerpts_of(path: Path) -> Iterator[dict[str, list[object]]]:
    """The lines of a file."""
    yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def written(excerpts: dict[str, list[dict[str, list[object]]]], folder: Path) -> Iterator[Path]:
    """Each excerpt as a Markdown file."""
    for kind, some in excerpts.items():
        for number, excerpt in enumerate(some):
            blocks = [f"# {excerpt['document']}"]
            for line in map(str, excerpt["lines"]):
                is_row, goes_on = CELLS in line, blocks[-1].startswith("|")
                row = f"| {line} |"
                if is_row and not goes_on:
                    row += "\n" + "|".join(["", *["---"] * (line.count(CELLS) + 1), ""])
                if is_row and goes_on:
                    blocks[-1] += f"\n{row}"
                else:
                    blocks.append(row if is_row else line)
            path = folder / f"{kind}-{number}.md"
            path.write_text("\n\n".join(blocks), encoding="utf-8")
            yield path


def questions(excerpt: dict[str, list[object]], form: str) -> Iterator[tuple[str, str]]:
    """The questions of a form, each with the line that answers it, or ""."""
    for each in excerpt[form]:
        if isinstance(each, list):
            yield each[0], str(excerpt["lines"][each[1]])
        else:
            yield str(each), ""


def outcome_of(question: str, answer: str, searcher: Searcher, index: WordIndex) -> Outcome:
    """Search, choose lines, and compare."""
    passages = searcher.search(question, limit=PASSAGES)
    terms = stemmed_terms(question)
    asked = Asked(question, passages, index.rarities(terms), abbreviations_in(question, index))
    lines = asked.lines()
    if not lines:
        return Outcome(found=False, right=False, by_words=False, denied=True)
    quotes = best_lines(asked)
    most_words = lines[int(asked.features(lines)[:, 0].argmax())]
    found, right, by_words = (
        any(bool(answer) and answer in line.text for line in some) for some in (lines, quotes.lines, [most_words])
    )
    return Outcome(found, right, by_words, quotes.certainty <= SURE)


def print_row(name: str, outcomes: dict[str, list[Outcome]]) -> None:
    """One row, in shares."""
    shares: list[float] = []
    for form in ANSWERED:
        table = [(each.right, each.found, each.by_words) for each in outcomes[form]]
        shares += np.mean(table, axis=0).tolist()
    denied = [[each.denied for each in outcomes[form]] for form in UNANSWERED]
    denied.append([each.denied for form in ANSWERED for each in outcomes[form]])
    shares += [float(np.mean(some)) for some in denied]
    columns = zip(shares, (10, 7, 7, 13, 7, 7, 11, 7, 9), strict=True)
    print(f"{name:<12}", *(f"{share:>{width}.3f}" for share, width in columns), sep="", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
