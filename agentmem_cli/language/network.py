"""A small network that judges sentences by what their words mean, beside the n-grams of the classifier.

A sentence is encoded by itself: each token is the bundled embedder's vector of it and what was learned of the
commonest ones, two convolutions (Kim, "Convolutional neural networks for sentence classification", 2014) see the
tokens beside it, and the maximum and the mean over the tokens are the sentence. One hidden layer then sees it between
the sentences beside it. N-grams know the words that stood in the fit; this also knows what stands near them. The
weights are fitted by `tests/bench/network.py`.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from agentmem_cli.embedding.bundled import token_vectors, tokens
from agentmem_cli.language.vocabulary import without_greeting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agentmem_cli.embedding.tokens import TokenNumbers

    Rows = NDArray[np.float32]

IN_MESSAGE, ALONE = ("keep", "instruction"), ("chat", "seeks", "follows")
"""What it says of a sentence between those beside it, and of a sentence by itself."""
HEADS = (*IN_MESSAGE, *ALONE)
WEIGHTS = "network.npz"
CHANNELS = 128
REACHES = (1, 2)
"""How far from a token the two stand that each convolution sees beside it."""
AROUND = 2
"""Sentences that are seen before one, and behind it."""
PLACES = (MIDDLE, FIRST, LAST, ONLY) = range(4)
"""Where in its message a sentence stands."""
_LOOKED_AT = 64
"""Tokens of a sentence."""
_MOST_AT_ONCE = 256
"""Sentences that are encoded at once: 12 MB."""


@dataclass(frozen=True, slots=True)
class _Weights:
    """`learned` has a row for each token that something was learned of, and zeros before them for all others."""

    row_of: NDArray[np.uint16]
    learned: Rows
    known: Rows
    convolutions: list[tuple[Rows, Rows]]
    hidden: tuple[Rows, Rows]
    output: tuple[Rows, Rows]


def judge(sentences: Sequence[str]) -> list[dict[str, float]]:
    """The logit of each of HEADS for each sentence of one message."""
    import numpy as np

    weights = _weights()
    numbers = token_numbers(sentences)
    starts = range(0, len(numbers), _MOST_AT_ONCE)
    parts = [_encoded(weights, numbers[start : start + _MOST_AT_ONCE]) for start in starts]
    own = np.concatenate([np.zeros((0, 2 * CHANNELS), np.float32), *parts])
    before, behind = np.zeros_like(own), np.zeros_like(own)
    for distance in range(1, AROUND + 1):
        before[distance:] = np.maximum(before[distance:], own[:-distance])
        behind[:-distance] = np.maximum(behind[:-distance], own[distance:])
    nothing, places = np.zeros_like(own), np.full(len(own), MIDDLE)
    places[:1] += FIRST
    places[-1:] += LAST
    in_message = _logits(weights, own, before, behind, places)[:, : len(IN_MESSAGE)]
    alone = _logits(weights, own, nothing, nothing, np.full(len(own), ONLY))[:, len(IN_MESSAGE) :]
    return [dict(zip(HEADS, row, strict=True)) for row in np.concatenate([in_message, alone], axis=1).tolist()]


def token_numbers(sentences: Sequence[str]) -> list[TokenNumbers]:
    """The numbers of the tokens of each sentence that are looked at, without the greeting before it."""
    return [each[:_LOOKED_AT] for each in tokens([without_greeting(sentence) for sentence in sentences])]


def _encoded(weights: _Weights, numbers: Sequence[TokenNumbers]) -> Rows:
    """Each sentence, shape (len(numbers), 2 * CHANNELS): all in one row of tokens, with room between them."""
    import numpy as np

    gap = max(REACHES)
    starts = np.cumsum([0, *(len(each) + gap for each in numbers)])
    is_token = np.zeros(starts[-1], np.bool_)
    for start, each in zip(starts, numbers, strict=False):
        is_token[start : start + len(each)] = True
    every = np.concatenate(numbers)
    seen = np.zeros((len(is_token), CHANNELS), np.float32)
    seen[is_token] = token_vectors(every) @ weights.known + weights.learned[weights.row_of[every]]
    total = np.zeros_like(seen)
    for reach, (factors, bias) in zip(REACHES, weights.convolutions, strict=True):
        padded = np.pad(seen, ((reach, reach), (0, 0)))
        beside = np.concatenate([padded[: -2 * reach], seen, padded[2 * reach :]], axis=1)
        seen = np.maximum(beside @ factors + bias, 0) * is_token[:, np.newaxis]
        total += seen
    counts = np.maximum([len(each) for each in numbers], 1)[:, np.newaxis]
    means = np.add.reduceat(total, starts[:-1]) / counts
    return np.concatenate([np.maximum.reduceat(total, starts[:-1]), means], axis=1, dtype=np.float32)


def _logits(weights: _Weights, own: Rows, before: Rows, behind: Rows, places: NDArray[np.integer]) -> Rows:
    import numpy as np

    joined = np.concatenate([own, before, behind, np.eye(len(PLACES), dtype=np.float32)[places]], axis=1)
    factors, bias = weights.hidden
    hidden = np.maximum(joined @ factors + bias, 0)
    factors, bias = weights.output
    found: Rows = hidden @ factors + bias
    return found


@functools.cache
def _weights() -> _Weights:
    """The weights, read once: 10 ms."""
    import numpy as np

    with files(__package__).joinpath(WEIGHTS).open("rb") as file, np.load(file) as stored:
        rows = {
            name: stored[name] * stored[f"{name}_scales"] for name in stored.files if f"{name}_scales" in stored.files
        }
        learned = np.concatenate([np.zeros((1, CHANNELS), np.float32), rows["learned"] @ rows["of_learned"]])
        row_of = np.zeros(stored["vocabulary"], np.uint16)
        row_of[stored["learned_tokens"]] = np.arange(1, len(learned))
        return _Weights(
            row_of,
            learned,
            rows["known"],
            [(rows[f"convolution_{reach}"], stored[f"convolution_{reach}_bias"]) for reach in REACHES],
            (rows["hidden"], stored["hidden_bias"]),
            (rows["output"], stored["output_bias"]),
        )
