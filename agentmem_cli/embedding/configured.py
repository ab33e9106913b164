"""Which embedder this store uses. Vectors of two embedders are never compared: each is kept with its name."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentmem_cli.embedding import bundled, local_models, remote
from agentmem_cli.errors import ProviderProblem, UsageProblem
from agentmem_cli.storage.database import Connection, Database

if TYPE_CHECKING:
    from agentmem_cli.embedding.vectors import Vectors

CHOICES = {
    "bundled": "in the package, 256 dimensions, no network",
    "minilm": "all-MiniLM-L6-v2, downloaded once (80 MB), English",
    "openai:MODEL": "such as openai:text-embedding-3-small; needs OPENAI_API_KEY, gets all that is embedded",
    "ollama:MODEL": "such as ollama:nomic-embed-text; a server on this machine, or OLLAMA_HOST",
    "fastembed:MODEL": "such as fastembed:BAAI/bge-small-en-v1.5; needs `pip install fastembed`",
}
"""What may be chosen, and what each needs."""


@dataclass(frozen=True, slots=True)
class Embedder:
    """A name that is kept with every vector, how long a vector is, and the function that makes them.

    `embed` gives one unit vector of float32 for each text, shape (len(texts), dimensions); zeros for no tokens.
    """

    name: str
    dimensions: int
    embed: Callable[[list[str]], Vectors]


BUNDLED = Embedder(bundled.EMBEDDER, bundled.DIMENSIONS, bundled.embed)


def configured_embedder(database: Database) -> Embedder:
    """The embedder of this store. Loads nothing and reaches no server."""
    rows = database.read("SELECT value FROM knowledge_state WHERE key = 'embedder'")
    if not rows:
        return BUNDLED
    kept = json.loads(rows[0]["value"])
    return Embedder(kept["name"], kept["dimensions"], _function(kept["name"]))


def chosen_embedder(choice: str) -> Embedder:
    """The embedder of this name, tried out: how long its vectors are is what it answers with.

    Raises UsageProblem for an unknown name, ConfigProblem for what is missing here, ProviderProblem.
    """
    if choice in ("bundled", bundled.EMBEDDER):
        return BUNDLED
    embed = _function(choice)
    (vector,) = embed(["a text to try it with"])
    if not vector.any():
        raise ProviderProblem(f"{choice} answers with vectors of nothing.", "Is it a model that embeds text?")
    return Embedder(choice, len(vector), embed)


def keep_choice(connection: Connection, embedder: Embedder) -> None:
    """Make it the embedder of this store, within the caller's transaction."""
    value = json.dumps({"name": embedder.name, "dimensions": embedder.dimensions})
    connection.execute(
        "INSERT INTO knowledge_state (key, value) VALUES ('embedder', ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (value,),
    )


def _function(name: str) -> Callable[[list[str]], Vectors]:
    kind, _, model = name.partition(":")
    if name == bundled.EMBEDDER:
        return bundled.embed
    if name == "minilm":
        return local_models.minilm_embed
    makers = {"openai": remote.openai_embed, "ollama": remote.ollama_embed, "fastembed": local_models.fastembed_embed}
    if not model or kind not in makers:
        raise UsageProblem(f'There is no embedder "{name}".', f"One of: {', '.join(CHOICES)}.")
    return makers[kind](model)
