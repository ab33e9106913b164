"""A question as the words to look for, in text and in documents' names. Reads no table."""

from __future__ import annotations

import itertools
import re

from agentmem_cli.knowledge.documents import parts_of
from agentmem_cli.language.stems import stop_words_of, terms
from agentmem_cli.storage.fulltext import searchable

MOST_WORDS = 200
_WORD = re.compile(r"[^\W_]+")
_FISCAL_YEAR = re.compile(r"fy\W?(\d\d)", re.IGNORECASE)


def question_words(question: str) -> list[str]:
    """The words that a passage may hold, in order, each once, MOST_WORDS at the most."""
    return terms(question)[:MOST_WORDS]


def name_words(question: str) -> list[str]:
    """Those and how a file's name may write them: `Best Buy` as `bestbuy`, `10-K` as `10k`, `FY22` as `2022`."""
    words = question_words(question)
    if searchable(question) == question:  # pairs of Chinese characters stand for no file name
        spelt = [word.lower() for word in _WORD.findall(question)]
        stop_words = stop_words_of(question)
        joined = [a + b for a, b in itertools.pairwise(spelt) if stop_words.isdisjoint((a, b))]
        parts = [part.lower() for word in spelt for part in parts_of(word)]
        years = [f"20{year}" for word in spelt for year in _FISCAL_YEAR.findall(word) if len(word) == 4]
        words = [*words, *joined, *parts, *years]
    return list(dict.fromkeys(words))[: 2 * MOST_WORDS]
