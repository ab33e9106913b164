"""Embedders that run on this machine from weights which are downloaded once: MiniLM, and those of fastembed."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from agentmem_cli.embedding.vectors import unit_vectors
from agentmem_cli.errors import ConfigProblem, ProviderProblem
from agentmem_cli.installing import install_command

if TYPE_CHECKING:
    from agentmem_cli.embedding.vectors import Vectors


def minilm_embed(texts: list[str]) -> Vectors:
    """Embed with all-MiniLM-L6-v2, Chroma's own default: 384 dimensions, the first 256 tokens of a text.

    The first use downloads 80 MB, with a progress bar. Raises ProviderProblem when they cannot be had.
    """
    import httpx
    import numpy as np

    model = _minilm()
    try:
        model._download_model_if_not_exists()  # noqa: SLF001 -- told apart from embedding, to name the failure
    except (httpx.HTTPError, OSError, ValueError) as problem:
        raise ProviderProblem(
            f"MiniLM could not be downloaded: {str(problem) or type(problem).__name__}.",
            "Check the network and try again; the embedder in use stays as it is.",
        ) from None
    return unit_vectors(np.stack(model(texts))) if texts else np.zeros((0, 384), np.float32)


@functools.cache
def _minilm() -> Any:
    from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2

    return ONNXMiniLM_L6_V2(preferred_providers=["CPUExecutionProvider"])


def fastembed_embed(name: str) -> Callable[[list[str]], Vectors]:
    """Embed with a model of fastembed's list. Raises ConfigProblem when the package or the model is not there."""

    def embed(texts: list[str]) -> Vectors:
        import numpy as np

        model = _fastembed(name)
        return unit_vectors(np.stack(list(model.embed(texts)))) if texts else np.zeros((0, 0), np.float32)

    return embed


@functools.cache
def _fastembed(name: str) -> Any:
    try:
        from fastembed import TextEmbedding  # type: ignore[import-not-found]  # optional
    except ImportError:
        raise ConfigProblem("fastembed is not installed.", f"`{install_command('fastembed')}`.") from None
    with contextlib.suppress(AttributeError):
        known = {each["model"] for each in TextEmbedding.list_supported_models()}
        if name not in known:
            raise ConfigProblem(f"fastembed has no model {name}.", "Such as fastembed:BAAI/bge-small-en-v1.5.")
    try:
        return TextEmbedding(model_name=name)
    except Exception as problem:  # noqa: BLE001 -- whatever it raises, and it says nowhere what
        raise ProviderProblem(f"{name} could not be loaded: {problem}.", "Check the network and try again.") from None
