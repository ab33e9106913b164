"""The bundled embedder: WordLlama, whose 19 MB of weights are in its wheel. No download, no network, no torch."""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agentmem_cli.embedding.vectors import unit_vectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agentmem_cli.embedding.tokens import TokenNumbers, Tokens
    from agentmem_cli.embedding.vectors import Vectors

EMBEDDER = "wordllama-256"
"""Kept with every vector, so that vectors of two embedders are never compared."""
DIMENSIONS = 256
_loading = threading.Lock()
_BATCH = 256
"""Texts that are tokens at once: those of a passage take 10 kB."""
_MOST_CHARACTERS = 8_000
"""Of one text: what follows hardly moves the mean, and 1 MB would take a second."""


@dataclass(frozen=True, slots=True)
class _Model:
    """Text to token numbers, and the vector of each token: shape (tokens, 256), float32."""

    tokens: Tokens
    embedding: NDArray[np.float32]


def embed(texts: list[str]) -> Vectors:
    """One unit vector of 256 float32 for each text, shape (len(texts), 256); zeros for a text with no tokens."""
    import numpy as np

    embedding = _loaded().embedding
    sums = np.zeros((len(texts), DIMENSIONS), np.float32)
    for start in range(0, len(texts), _BATCH):
        for place, numbers in enumerate(tokens(texts[start : start + _BATCH]), start):
            if len(numbers):
                embedding.take(numbers, axis=0).sum(axis=0, out=sums[place])
    return unit_vectors(sums)  # the mean points where the sum does


def tokens(texts: Sequence[str]) -> list[TokenNumbers]:
    """The token numbers of each text, of its first 8,000 characters."""
    return _loaded().tokens.of([text[:_MOST_CHARACTERS] for text in texts])


def token_vectors(numbers: NDArray[np.integer[Any]]) -> Vectors:
    """The unit vectors of these tokens, shape (len(numbers), 256)."""
    return unit_vectors(_loaded().embedding[numbers])


def _loaded() -> _Model:
    with _loading:  # the chat warms it in one thread and may search in another
        return _load()


@functools.cache
def _load() -> _Model:
    """The model, loaded once: .3 s. WordLlama's own `load` reads the same files, but its imports take .4 s more."""
    from importlib.util import find_spec
    from pathlib import Path

    from safetensors.numpy import load_file

    from agentmem_cli.embedding.tokens import Tokens

    spec = find_spec("wordllama")
    assert spec is not None  # noqa: S101 -- a dependency
    assert spec.origin is not None  # noqa: S101 -- a package with code has a file
    folder = Path(spec.origin).parent
    return _Model(
        Tokens(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"),
        load_file(folder / "weights" / "l2_supercat_256.safetensors")["embedding.weight"].astype("float32"),
    )
