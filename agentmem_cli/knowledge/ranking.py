"""Candidates -> passages in rank order. Pure: touches no table and no index.

The score is a sum of parts, each at most 1 for the best candidate: BM25 of the passage with its document's name and
headings; the cosine of its vector; the BM25 of its page's best passages; how its document's name, and its first
page, fit the question. The best of that are then read word by word (`embedding/closeness.py`). Several sizes of text
at once beat any one size, and plain rank fusion with an embedder as weak as the bundled one lowers recall.

The weights were found on XQuAD in three languages and on 30 questions over eight annual and quarterly reports
(`tests/bench/knowledge.py`), where anything near them does as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from agentmem_cli.embedding.closeness import closeness
from agentmem_cli.knowledge.abbreviations import Abbreviation, in_both_forms
from agentmem_cli.records import FoundPassage

COSINE, PAGE, NAME, FIRST_PAGE = 0.5, 0.3, 0.8, 0.3
WINDOW, PAGE_WORDS = 0.75, 0.75
"""Of the best window of a passage, and of all its page's candidates together."""
READ = 30
"""How many candidates are read word by word, 6 ms; 100 found no more on XQuAD."""
PAGE_DEPTH = 3
"""How many of a page's best passages make up its score."""
PAGE_DECAY = 0.8
"""Each further passage of one page counts for less, so that ten passages are not three pages."""
REREAD, BEST_LINE = 6, 0.3
"""How many passages are put in order once more by their best lines, and what a line's score (`quoting.py`) counts.

The right page stands first for .76 of 553 questions to seven sets of documents before, and for .80 after it."""
SAME = 0.9
"""Two passages that share this part of their words (Jaccard) are one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer. `bm25` and `cosine` are 0 where it was not found that way."""

    passage_id: int
    page: tuple[str, int]
    bm25: float
    cosine: float

    @property
    def document_id(self) -> str:
        """The document it is of."""
        return self.page[0]


Scored = tuple[float, Candidate]


def ranked(
    candidates: Sequence[Candidate], names: Mapping[str, float], first_pages: Mapping[str, float]
) -> list[Scored]:
    """The candidates with their scores, best first; `names` and `first_pages` are BM25 scores of documents."""
    parts = _pages(candidates)
    best_bm25, best_cosine, best_page, best_name, best_first = (
        max(values, default=0) or 1
        for values in (
            [each.bm25 for each in candidates],
            [each.cosine for each in candidates],
            parts.values(),
            names.values(),
            first_pages.values(),
        )
    )
    scored = [
        (
            each.bm25 / best_bm25
            + COSINE * each.cosine / best_cosine
            + PAGE * parts[each.page] / best_page
            + NAME * names.get(each.document_id, 0) / best_name
            + FIRST_PAGE * first_pages.get(each.document_id, 0) / best_first,
            each,
        )
        for each in candidates
    ]
    return sorted(scored, key=_rank)


def read_closely(
    question: str,
    scored: Sequence[Scored],
    passages: Mapping[int, FoundPassage],
    abbreviations: Sequence[Abbreviation] = (),
) -> list[Scored]:
    """The best READ once more in order, with what reading them word by word adds; one not in `passages` has gone."""
    near, far = [each for each in scored[:READ] if each[1].passage_id in passages], scored[READ:]
    if not near:
        return []
    of_near = [passages[each.passage_id] for _, each in near]
    texts = [in_both_forms(f"{passage.heading}\n{passage.text}", abbreviations) for passage in of_near]
    windows, pages = closeness(question, texts, [each.page for _, each in near])
    best_window, best_page = float(windows.max()) or 1, float(pages.max()) or 1
    read = [
        (score + WINDOW * float(window) / best_window + PAGE_WORDS * float(page) / best_page, each)
        for (score, each), window, page in zip(near, windows, pages, strict=True)
    ]
    return [*sorted(read, key=_rank), *far]


def spread_over_pages(scored: Sequence[Scored]) -> list[Scored]:
    """The candidates in rank order, each further one of a page marked down by PAGE_DECAY."""
    earlier: dict[tuple[str, int], int] = defaultdict(int)
    found = []
    for score, each in scored:
        found.append((score * PAGE_DECAY ** earlier[each.page], each))
        earlier[each.page] += 1
    return sorted(found, key=lambda each: -each[0])


def without_repeats(scored: Iterable[tuple[float, FoundPassage]], limit: int) -> list[FoundPassage]:
    """The first `limit`, with their scores, that do not nearly repeat a better one."""
    kept: list[FoundPassage] = []
    seen: list[frozenset[str]] = []
    for score, passage in scored:
        words = frozenset(f"{passage.heading} {passage.text}".split())
        if not any(len(words & other) >= SAME * len(words | other) for other in seen):
            kept.append(replace(passage, score=round(score, 6)))
            seen.append(words)
        if len(kept) == limit:
            break
    return kept


def reranked(passages: Sequence[FoundPassage], lines: Sequence[float]) -> list[FoundPassage]:
    """The passages in order of their scores with those of their best lines; `lines` has one for each of the first."""
    least = min(lines, default=0.0)
    read = [
        replace(passage, score=round(passage.score + BEST_LINE * (line - least), 6))
        for passage, line in zip(passages, lines, strict=False)
    ]
    return sorted(read, key=lambda each: -each.score) + list(passages[len(lines) :])


def _rank(scored: Scored) -> tuple[float, int]:
    return -scored[0], scored[1].passage_id


def _pages(candidates: Sequence[Candidate]) -> dict[tuple[str, int], float]:
    """For each page the sum of its best passages' BM25."""
    of_page: dict[tuple[str, int], list[float]] = defaultdict(list)
    for each in candidates:
        of_page[each.page].append(each.bm25)
    return {page: sum(sorted(scores, reverse=True)[:PAGE_DEPTH]) for page, scores in of_page.items()}
