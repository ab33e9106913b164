"""A message made into the numbers that the classifier weighs: hashed n-grams of words and of characters.

Each sentence has three groups of features: its own n-grams, those of the sentences before it and those of the
sentences after it. A frame such as "Translate this:" reaches the sentences beside it through the last two. Every
feature stands twice, once for all languages and once for its own (Daumé III, "Frustratingly easy domain adaptation",
2007): what is learned in one language helps the others and does not bind them.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from agentmem_cli.language.stems import language_of
from agentmem_cli.language.vocabulary import without_greeting
from agentmem_cli.storage.fulltext import CJK

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Buckets = NDArray[np.uint32]

BITS = 16
"""2 ** BITS buckets of either kind. With 2 ** 22 the held-out voices fare no better."""
NEIGHBOURS = 0.7
"""What the n-grams of other sentences count beside a sentence's own; .5 to 1 are about as good."""
NEAREST = 12
"""Sentences beside a sentence, on either side, that are looked at, with the first and the last of the message: a frame
stands there. With all of them each sentence of a long text has the whole of it as its features."""
_LOOKED_AT = 600
"""Characters of a sentence."""
_WORD = re.compile(r"\w+|[^\w\s]")
_DIGIT = re.compile(r"\d")
_DENSE = re.compile(f"[{CJK}]")
_SALTS = {"before": (0x9E3779B1, 0x7F4A7C15), "after": (0x85EBCA6B, 0x2545F491)}
"""A multiplier and an offset: they send the n-grams of neighbours to other buckets than a sentence's own."""


@dataclass(frozen=True, slots=True)
class Features:
    """What a sentence shows: buckets shared by all languages and buckets of its own, and the values of both."""

    shared: Buckets
    of_language: Buckets
    values: NDArray[np.float32]


def featurize(sentences: Sequence[str]) -> list[Features]:
    """The features of each sentence of one message, three arrays of one shape each."""
    import numpy as np

    language = _hash(language_of(" ".join(sentences))) | 1
    hashes = [np.array(_hashes(sentence), np.uint32) for sentence in sentences]
    rows = []
    for place, own in enumerate(hashes):
        earlier, later = hashes[:place], hashes[place + 1 :]
        before = _position("later" if earlier else "first", *earlier[:1], *earlier[1:][-NEAREST:])
        after = _position("earlier" if later else "last", *later[:-1][:NEAREST], *later[-1:])
        groups = [
            (own, 1.0),
            (_salted(before, "before"), NEIGHBOURS),
            (_salted(after, "after"), NEIGHBOURS),
        ]
        shared, values = _weighted(groups)
        of_language = ((shared + np.uint32(1)) * np.uint32(language)) >> np.uint32(32 - BITS)
        rows.append(Features(shared, of_language, values))
    return rows


def _weighted(groups: list[tuple[Buckets, float]]) -> tuple[Buckets, NDArray[np.float32]]:
    """The buckets of all groups; the values of each group have its length."""
    import numpy as np

    buckets, values = [], []
    for hashes, length in groups:
        unique = np.unique(hashes >> np.uint32(32 - BITS))
        buckets.append(unique)
        values.append(np.full(len(unique), length / np.sqrt(len(unique)), np.float32))
    return np.concatenate(buckets), np.concatenate(values)


def _position(name: str, *neighbours: Buckets) -> Buckets:
    import numpy as np

    return np.concatenate([np.array([_hash(f"@{name}")], np.uint32), *neighbours])


def _salted(hashes: Buckets, side: str) -> Buckets:
    import numpy as np

    factor, offset = _SALTS[side]
    return hashes * np.uint32(factor) + np.uint32(offset)


def _hashes(sentence: str) -> list[int]:
    """Of a sentence without the greeting before it, which says nothing of what follows."""
    text = _DIGIT.sub("0", without_greeting(sentence)[:_LOOKED_AT].lower())
    return [_hash(gram) for gram in (*_word_grams(text), *_character_grams(text))]


def _word_grams(text: str) -> list[str]:
    words = _WORD.findall(text)
    padded = ["^", *words, "$"]
    pairs = [f"2{one} {two}" for one, two in pairwise(padded)]
    threes = zip(padded, padded[1:], padded[2:], strict=False)
    triples = [f"3{one} {two} {three}" for one, two, three in threes]
    beginning = f"^{' '.join(words[:3])}"
    return [*(f"1{word}" for word in words), *pairs, *triples, beginning]


def _character_grams(text: str) -> list[str]:
    """Runs of 2 to 5 characters; of 1 to 3 in a script that writes a syllable or a word as one."""
    lengths = range(1, 4) if _DENSE.search(text) else range(2, 6)
    padded = f" {text} "
    return [padded[start : start + length] for length in lengths for start in range(len(padded) - length + 1)]


def _hash(gram: str) -> int:
    """32 bits. CRC-32 alone leaves similar n-grams side by side, and the upper bits choose the bucket."""
    return (zlib.crc32(gram.encode("utf-8", "replace")) * 0x9E3779B1) & 0xFFFFFFFF
