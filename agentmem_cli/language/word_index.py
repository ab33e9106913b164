"""Which texts of a person hold the words of a question, and how well: an index in memory, scored by BM25.

Beside each text its words are stored: the stems in their order, as 32-bit hashes. An index is made of one person's
texts, so every count and every length in a score is of that person alone. Pure functions; no store.
"""

from __future__ import annotations

import unicodedata
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentmem_cli.language.stems import stems, stems_asked_for

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts = NDArray[np.float32]
    Rows = NDArray[np.int64]

SATURATION, LENGTH_SHARE = 1.2, 0.75
"""BM25's k1 and b, at their usual values."""
MOST_WORDS = 32
"""Words of a question that are looked for, the rarest: a pasted page asks for everything."""

_LATIN_END = "\u0370"
"""Where Greek begins: behind it a mark makes another letter."""

Word = frozenset[int]
"""The hashes of a word: one, or one for each language that it may be of."""


def packed(text: str) -> bytes:
    """The words of a text as they are stored beside it: four bytes each."""
    return array("I", map(_hash, stems(text))).tobytes()


def words_of(question: str) -> list[Word]:
    """The words that a question asks for, each once, in their order."""
    return [frozenset(map(_hash, each)) for each in stems_asked_for(question)]


def _hash(stem: str) -> int:
    return zlib.crc32(_without_accents(stem).encode("utf-8", "replace"))


def _without_accents(stem: str) -> str:
    """As it is typed in a hurry: "jose" for "josé"."""
    if stem.isascii() or stem > _LATIN_END:
        return stem
    return "".join(each for each in unicodedata.normalize("NFKD", stem) if not unicodedata.combining(each))


@dataclass(frozen=True, slots=True)
class WordIndex:
    """The words of texts in ascending order, and the row of the text that each stands in.

    `hashes` uint32 and `rows` have the shape (words of all texts,), `lengths` has (texts,).
    """

    hashes: NDArray[np.uint32]
    rows: Rows
    lengths: Rows

    def extended(self, texts: Sequence[bytes]) -> WordIndex:
        """With more texts, as `packed` gives them, in the rows behind its own."""
        import numpy as np

        lengths = np.array([len(text) // 4 for text in texts], np.int64)
        hashes = np.frombuffer(b"".join(texts), np.uint32)
        rows = np.repeat(np.arange(len(texts)) + len(self.lengths), lengths)
        order = np.argsort(hashes, kind="stable")
        places = np.searchsorted(self.hashes, hashes[order], side="right")
        return WordIndex(
            np.insert(self.hashes, places, hashes[order]),
            np.insert(self.rows, places, rows[order]),
            np.concatenate([self.lengths, lengths]),
        )

    def counts(self, words: Sequence[Word]) -> Counts:
        """How often each text holds each word, shape (words, texts); of too many words only the rarest."""
        import numpy as np

        holding = sorted((self._rows_with(word) for word in words), key=len)[:MOST_WORDS]
        counts = np.zeros((len(holding), len(self.lengths)), np.float32)
        for count, rows in zip(counts, holding, strict=True):
            np.add.at(count, rows, 1)
        return counts

    def _rows_with(self, word: Word) -> Rows:
        import numpy as np

        found = []
        for each in word:
            first, after = (np.searchsorted(self.hashes, np.uint32(each), side=side) for side in ("left", "right"))
            found.append(self.rows[first:after])
        return np.concatenate(found) if found else np.zeros(0, np.int64)


def indexed(texts: Sequence[bytes]) -> WordIndex:
    """The index of these texts, as `packed` gives them."""
    import numpy as np

    nothing = np.zeros(0, np.int64)
    return WordIndex(nothing.astype(np.uint32), nothing, nothing).extended(texts)


def rarity(counts: Counts) -> Counts:
    """Of each word BM25's weight: the logarithm of how few texts hold it. 0 for one that none holds."""
    import numpy as np

    texts = counts.shape[1]
    holding = (counts > 0).sum(axis=1)
    weights: Counts = np.log(1 + (texts - holding + 0.5) / (holding + 0.5)).astype(np.float32)
    return np.where(holding > 0, weights, np.float32(0))


def bm25(counts: Counts, lengths: NDArray[np.floating | np.integer]) -> Counts:
    """The score of each text, shape (texts,), by how often it holds each word and how many words it has."""
    import numpy as np

    mean = float(lengths.mean()) if len(lengths) else 0.0
    relative = lengths / mean if mean else np.zeros(len(lengths))
    least = (SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * relative)).astype(np.float32)
    saturated = counts * (SATURATION + 1) / (counts + np.maximum(least, 1e-6))
    scores: Counts = rarity(counts) @ saturated
    return scores
