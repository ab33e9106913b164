"""Which texts of a person hold the words of a question, and how well: an index in memory, scored by BM25.

Beside each text its words are stored: the stems in their order, as 32-bit hashes. An index is made of one person's
texts, so every count and every length in a score is of that person alone. Pure functions; no store.
"""

from __future__ import annotations

import functools
import math
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

_HALF, _ROW = 32, 0xFFFFFFFF
"""The bits of a row in an entry, and their mask; no text stands in the last row."""
_HIDDEN = -1
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


@functools.lru_cache(maxsize=20_000)
def _hash(stem: str) -> int:
    return zlib.crc32(_without_accents(stem).encode("utf-8", "replace"))


def _without_accents(stem: str) -> str:
    """As it is typed in a hurry: "jose" for "josé"."""
    if stem.isascii() or stem > _LATIN_END:
        return stem
    return "".join(each for each in unicodedata.normalize("NFKD", stem) if not unicodedata.combining(each))


@dataclass(frozen=True, slots=True)
class WordIndex:
    """Each word of each text with the row of the text that it stands in, in ascending order.

    An entry holds a word's hash in its upper half and the row in its lower half. `entries` has the shape
    (words of all texts,), `lengths` has (texts,). `places` says which text a row is, where some are hidden.
    """

    entries: NDArray[np.uint64]
    lengths: Rows
    places: Rows | None = None

    def extended(self, words: bytes, lengths: Rows) -> WordIndex:
        """With the words of more texts, packed one behind the other, in the rows behind its own."""
        import numpy as np

        rows = np.repeat(np.arange(len(lengths), dtype=np.uint64) + len(self.lengths), lengths)
        hashes = np.frombuffer(words, np.uint32).astype(np.uint64)
        new = np.sort(hashes << _HALF | rows)
        places = np.searchsorted(self.entries, new)
        return WordIndex(np.insert(self.entries, places, new), np.concatenate([self.lengths, lengths]))

    def only(self, kept: NDArray[np.bool_]) -> WordIndex:
        """The index of these texts, shape (texts,), and not of the others; it cannot be extended."""
        import numpy as np

        return WordIndex(self.entries, self.lengths[kept], np.where(kept, kept.cumsum() - 1, _HIDDEN))

    def counts(self, words: Sequence[Word]) -> Counts:
        """How often each text holds each word, shape (words, texts): a row for each of the `rarest`, in their order."""
        return self.counts_of_all(self.rarest(words))

    def counts_of_all(self, words: Sequence[Word]) -> Counts:
        """The same with a row for each of the words, however many they are."""
        import numpy as np

        texts = len(self.lengths)
        counts = [np.bincount(self._rows_with(word), minlength=texts) for word in words]
        return np.array(counts, np.float32).reshape(len(words), texts)

    def rarest(self, words: Sequence[Word]) -> list[Word]:
        """The words in their order; of more than MOST_WORDS the rarest, and one that no text holds after all others."""
        if len(words) <= MOST_WORDS:
            return list(words)
        held = [len(self._rows_with(word)) for word in words]
        places = sorted(range(len(words)), key=lambda place: (not held[place], held[place]))
        return [words[place] for place in sorted(places[:MOST_WORDS])]

    def texts_with(self, word: Word) -> int:
        """How many texts hold a word."""
        return len(set(self._rows_with(word).tolist()))

    def _rows_with(self, word: Word) -> Rows:
        import numpy as np

        found = []
        for each in word:
            least = each << _HALF
            first, after = np.searchsorted(self.entries, np.array([least, least | _ROW], np.uint64))
            found.append((self.entries[first:after] & _ROW).astype(np.int64))
        rows: Rows = np.concatenate(found) if found else np.zeros(0, np.int64)
        if self.places is not None:
            rows = self.places[rows]
            rows = rows[rows != _HIDDEN]
        return rows


def indexed(texts: Sequence[bytes]) -> WordIndex:
    """The index of these texts, as `packed` gives them."""
    import numpy as np

    lengths = np.array([len(text) // 4 for text in texts], np.int64)
    nothing = WordIndex(np.zeros(0, np.uint64), np.zeros(0, np.int64))
    return nothing.extended(b"".join(texts), lengths)


def rarity_of(holding: int, texts: int) -> float:
    """BM25's weight of a word that `holding` of the texts hold."""
    return math.log(1 + max(0.0, texts - holding + 0.5) / (holding + 0.5))


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
