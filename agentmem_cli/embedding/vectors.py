"""What every embedder's vectors are: rows of float32 of length 1. Knows no embedder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]


def unit_vectors(rows: Vectors | Sequence[Sequence[float]]) -> Vectors:
    """The rows at length 1, as float32; a row that points nowhere, or holds NaN or what is too large, becomes zeros."""
    import numpy as np

    with np.errstate(over="ignore"):
        vectors: Vectors = np.asarray(rows, np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    has_length = (lengths > 0) & np.isfinite(lengths)
    unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=has_length)
    return unit
