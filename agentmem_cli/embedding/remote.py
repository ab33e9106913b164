"""Embedders behind an HTTP API: OpenAI's wire, which many providers speak, and Ollama's. Reads no database.

Not Agno's embedders: they need each provider's package and send one text a request. A key is read from the
environment when a request is made, is never kept, and is never part of a message.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from agentmem_cli.embedding.vectors import unit_vectors
from agentmem_cli.errors import ConfigProblem, ProviderProblem
from agentmem_cli.storage.database import storable

if TYPE_CHECKING:
    import httpx

    from agentmem_cli.embedding.vectors import Vectors

_BATCH = 64
"""Texts a request: OpenAI takes 2,048 but 300,000 tokens in all."""
_MOST_CHARACTERS = 24_000
"""Of one text: OpenAI refuses more than 8,192 tokens."""
_TIMEOUT = 60.0
_TRIES = 4
_WORTH_ANOTHER = frozenset({408, 429, 500, 502, 503, 504})


def openai_embed(model: str) -> Callable[[list[str]], Vectors]:
    """Embed through OpenAI's `/embeddings`, or through what OPENAI_BASE_URL names. Raises ConfigProblem with no key."""

    def answer(texts: list[str]) -> list[list[float]]:
        key = os.environ.get("OPENAI_API_KEY")
        if not key:
            raise ConfigProblem("OpenAI's embedder needs a key.", "Set OPENAI_API_KEY.")
        base = os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"
        said = _post(
            f"{base.rstrip('/')}/embeddings", {"model": model, "input": texts}, {"Authorization": f"Bearer {key}"}
        )
        return [each["embedding"] for each in sorted(said["data"], key=lambda each: each["index"])]

    return lambda texts: _in_batches(texts, answer)


def ollama_embed(model: str) -> Callable[[list[str]], Vectors]:
    """Embed through the Ollama server at OLLAMA_HOST, by default the one on this machine."""

    def answer(texts: list[str]) -> list[list[float]]:
        said = _post(f"{ollama_address()}/api/embed", {"model": model, "input": texts, "truncate": True}, {})
        found: list[list[float]] = said["embeddings"]
        return found

    return lambda texts: _in_batches(texts, answer)


def ollama_address() -> str:
    """Where Ollama is: OLLAMA_HOST, with or without scheme, host and port, or its usual place on this machine."""
    host = os.environ.get("OLLAMA_HOST") or "127.0.0.1"
    if "://" in host:
        return host.rstrip("/")
    if host.count(":") > 1 and not host.startswith("["):
        host = f"[{host}]"
    elif host.startswith(":"):
        host = f"127.0.0.1{host}"
    return f"http://{host if ':' in host.rpartition(']')[2] else f'{host}:11434'}"


def _in_batches(texts: list[str], answer: Callable[[list[str]], list[list[float]]]) -> Vectors:
    """Ask for some texts at a time; an empty text is a blank, since OpenAI refuses it."""
    import numpy as np

    asked = [storable(text[:_MOST_CHARACTERS]) or " " for text in texts]
    parts = []
    for start in range(0, len(asked), _BATCH):
        some = asked[start : start + _BATCH]
        try:
            vectors = unit_vectors(answer(some))
        except (KeyError, TypeError, ValueError, IndexError) as problem:
            raise ProviderProblem(
                f"The embedder's answer cannot be read ({type(problem).__name__}).", "Is it the right server and model?"
            ) from None
        if vectors.ndim != 2 or len(vectors) != len(some):
            raise ProviderProblem("The embedder did not answer with a vector for each text.", "Try again.")
        parts.append(vectors)
    return np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)


def _post(url: str, body: dict[str, Any], headers: dict[str, str]) -> Any:
    """The JSON that the server answers with; a busy or failing one is asked again. Raises ProviderProblem."""
    import httpx

    for pause in _pauses():
        try:
            response = httpx.post(url, json=body, headers=headers, timeout=_TIMEOUT, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            failure = ProviderProblem(
                f"The embedder at {without_password(url)} cannot be reached: {str(problem) or type(problem).__name__}.",
                "Check the network and that the server runs.",
            )
        else:
            if response.is_success:
                return response.json()
            failure = _refusal(url, response)
            if response.status_code not in _WORTH_ANOTHER:
                raise failure
        if pause is None:
            raise failure
        time.sleep(pause)
    raise AssertionError  # the last pause is None


def _pauses() -> Iterator[float | None]:
    """Seconds to wait after each try; None after the last."""
    for number in range(_TRIES - 1):
        yield 0.25 * 4**number
    yield None


def _refusal(url: str, response: httpx.Response) -> ProviderProblem:
    """What the server says is wrong."""
    try:
        said = response.json().get("error")
        reason = said.get("message") if isinstance(said, dict) else said
    except (ValueError, AttributeError):
        reason = None  # a page of a gateway says no more than the status
    why = f": {reason[:200]}" if isinstance(reason, str) and reason else ""
    hint = "Check OPENAI_API_KEY." if response.status_code in (401, 403) else "Check the model's name, or try again."
    return ProviderProblem(f"The embedder at {without_password(url)} answered {response.status_code}{why}.", hint)


def without_password(url: str) -> str:
    """A URL without a password that may stand in it."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
