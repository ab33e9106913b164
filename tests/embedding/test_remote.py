"""Embedders behind HTTP: the wires of OpenAI and Ollama, on loopback, and everything that goes wrong there."""

from __future__ import annotations

import numpy as np
import pytest
from harness.embedding_server import DIMENSIONS, EmbeddingServer

from agentmem_cli.embedding.configured import chosen_embedder
from agentmem_cli.embedding.remote import ollama_address
from agentmem_cli.embedding.vectors import unit_vectors
from agentmem_cli.errors import AgentmemError, ConfigProblem, ProviderProblem, UsageProblem

MODELS = ["openai:text-embedding-3-small", "ollama:nomic-embed-text"]


@pytest.mark.parametrize("name", MODELS)
def test_vectors(server: EmbeddingServer, name: str) -> None:
    """Texts go in batches, in their order; vectors come back at length 1, as long as the first answer was."""
    embedder = chosen_embedder(name)
    texts = [f"note {number} about bread" for number in range(150)]
    vectors = embedder.embed(texts)
    assert (name, DIMENSIONS, (150, DIMENSIONS), np.float32) == (
        embedder.name,
        embedder.dimensions,
        vectors.shape,
        vectors.dtype,
    )
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert [1, 64, 64, 22] == [len(each["input"]) for each in server.requests]
    assert texts == [text for each in server.requests[1:] for text in each["input"]]
    assert {name.partition(":")[2]} == {each["model"] for each in server.requests}
    assert (0, DIMENSIONS) != embedder.embed(texts[:1]).shape
    assert np.allclose(vectors[77], embedder.embed([texts[77]])[0])


def test_the_key_goes_to_openai_only(server: EmbeddingServer) -> None:
    """OpenAI is given the key, Ollama is not."""
    for name in MODELS:
        chosen_embedder(name)
    assert ["Bearer key-of-the-test", None] == server.keys


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("", "127.0.0.1:11434"),
        ("ollama.lan", "ollama.lan:11434"),
        ("ollama.lan:1", "ollama.lan:1"),
        (":11435", "127.0.0.1:11435"),
        ("::1", "[::1]:11434"),
        ("[::1]", "[::1]:11434"),
        ("[::1]:1", "[::1]:1"),
    ],
)
def test_where_ollama_is(monkeypatch: pytest.MonkeyPatch, given: str, address: str) -> None:
    """What its variable leaves out is as Ollama has it, which takes IPv6 with and without brackets."""
    monkeypatch.setenv("OLLAMA_HOST", given)
    assert f"http://{address}" == ollama_address()


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, 1e30, 1e300, 0.0])
def test_what_points_nowhere_is_zeros(value: float) -> None:
    """Infinite values would be near to everything, as NaN."""
    assert [[0.0, 0.0], [0.0, 1.0]] == unit_vectors([[value, 0.0], [0.0, 2.0]]).tolist()


def test_a_busy_server_is_asked_again(server: EmbeddingServer) -> None:
    """Too many requests and a failing server are tried again, four times in all."""
    server.failures = [429, 503]
    assert DIMENSIONS == chosen_embedder(MODELS[0]).dimensions
    server.failures = [500] * 4
    with pytest.raises(ProviderProblem, match="answered 500"):
        chosen_embedder(MODELS[0])
    assert 3 + 4 == len(server.requests)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_refusal_is_not_tried_again(server: EmbeddingServer, name: str, status: int) -> None:
    """What the server says is wrong is said, at once, without the key."""
    server.failures = [status]
    with pytest.raises(ProviderProblem, match=f"{status}: no such model") as problem:
        chosen_embedder(name)
    assert 1 == len(server.requests)
    assert "key-of-the-test" not in str(problem.value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"data": []}',
        b'{"data": [{"index": 0}]}',
        b'{"embeddings": [[]]}',
        b'{"embeddings": 1}',
    ],
)
@pytest.mark.parametrize("name", MODELS)
def test_an_answer_that_is_none(server: EmbeddingServer, name: str, body: bytes) -> None:
    """Whatever comes back, a failure is one clear error."""
    server.body = body
    with pytest.raises(ProviderProblem):
        chosen_embedder(name)


@pytest.mark.parametrize("name", MODELS)
def test_no_server(server: EmbeddingServer, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that cannot be reached is named, without the password of its URL."""
    monkeypatch.setenv("OPENAI_BASE_URL", "http://me:secret@127.0.0.1:9/v1")
    monkeypatch.setenv("OLLAMA_HOST", "http://me:secret@127.0.0.1:9")
    with pytest.raises(ProviderProblem, match=r"127\.0\.0\.1:9/.* cannot be reached") as problem:
        chosen_embedder(name)
    assert "secret" not in str(problem.value)
    assert [] == server.requests


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("openai:text-embedding-3-small", ConfigProblem, "OPENAI_API_KEY"),
        ("fastembed:BAAI/bge-small-en-v1.5", ConfigProblem, "uv run --with fastembed"),
        ("minilm", ProviderProblem, "could not be downloaded"),
        ("openai:", UsageProblem, "bundled, minilm"),
        ("word2vec", UsageProblem, "bundled, minilm"),
    ],
)
def test_what_is_missing(name: str, kind: type[AgentmemError], said: str) -> None:
    """With no key, package, network or such name, one line says what to do."""
    with pytest.raises(kind, match=said):
        chosen_embedder(name)
