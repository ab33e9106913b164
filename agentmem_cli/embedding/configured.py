"""Which embedder this store uses. Vectors of two embedders are never compared: each is kept with its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentmem_cli.embedding import bundled
from agentmem_cli.storage.database import Database

if TYPE_CHECKING:
    from agentmem_cli.embedding.bundled import Vectors


@dataclass(frozen=True, slots=True)
class Embedder:
    """A name that is kept with every vector, how long a vector is, and the function that makes them.

    `embed` gives one unit vector of float32 for each text, shape (len(texts), dimensions); zeros for no tokens.
    """

    name: str
    dimensions: int
    embed: Callable[[list[str]], Vectors]


BUNDLED = Embedder(bundled.EMBEDDER, bundled.DIMENSIONS, bundled.embed)


def configured_embedder(database: Database) -> Embedder:  # noqa: ARG001 -- the store will name another
    """The embedder of this store."""
    return BUNDLED
