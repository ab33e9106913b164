"""The bundled embedder: WordLlama, whose 19 MB of weights are in its wheel. No download, no network, no torch."""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

EMBEDDER = "wordllama-256"
"""Kept with every vector, so that vectors of two embedders are never compared."""
DIMENSIONS = 256
_loading = threading.Lock()
_MOST_CHARACTERS = 8_000
"""Of one text: WordLlama pads a batch to its longest text, so that one of 1 MB would take gigabytes."""


def embed(texts: list[str]) -> Vectors:
    """One unit vector of 256 float32 for each text, shape (len(texts), 256); zeros for a text with no tokens."""
    import numpy as np

    if not texts:
        return np.zeros((0, DIMENSIONS), np.float32)
    with _loading:  # the chat warms it in one thread and may search in another
        model = _wordllama()
    vectors: Vectors = model.embed([text[:_MOST_CHARACTERS] for text in texts], norm=False)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit


@functools.cache
def _wordllama() -> Any:
    """The model, loaded once: 1 s, most of it WordLlama's own imports."""
    import logging
    from pathlib import Path

    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    # It calls logging.basicConfig(level=INFO): every library would talk on stderr.
    import wordllama  # type: ignore[import-untyped]  # it ships no types

    root.handlers[:] = before
    root.setLevel(level)
    # Its own folder as the cache: any other, and it looks to the network for what is already installed.
    return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
