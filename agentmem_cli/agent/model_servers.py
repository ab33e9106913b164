"""What the model servers offer that run on this machine, or where the person said. Asks each once, for a list only."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from agentmem_cli.embedding.remote import ollama_address, without_password
from agentmem_cli.records import Record

_SECONDS = 2.0
"""For a whole answer. A server on this machine lists its models in milliseconds."""
_OLLAMA = "ollama"
_COMPATIBLE = "openai-chat"
"""Agno's name for any server that speaks OpenAI's chat wire: its client goes to OPENAI_BASE_URL."""

_LISTS = {_OLLAMA: "/api/tags", "anthropic": "/v1/models"}
"""Where a server lists its models, if not where OpenAI does."""


@dataclass(frozen=True, slots=True)
class ModelServer(Record):
    """A server: which provider reaches it, the models it offers by the name that `--model` takes, or why not."""

    provider: str
    url: str
    models: tuple[str, ...] = ()
    problem: str | None = None


def configured_servers(addresses: Mapping[str, str]) -> dict[str, str]:
    """The provider by the address of each: Ollama's, that of OPENAI_BASE_URL, and those of the settings by provider."""
    base = os.environ.get("OPENAI_BASE_URL")
    servers = {addresses.get(_OLLAMA) or ollama_address(): _OLLAMA}
    if base:
        servers[base.rstrip("/")] = _COMPATIBLE
    return servers | {address: provider for provider, address in addresses.items()}


def ask_servers(servers: Mapping[str, str]) -> dict[str, ModelServer]:
    """What each says, by its address without a password; all are asked at once."""

    async def ask_all() -> list[ModelServer]:
        async with httpx.AsyncClient(follow_redirects=False, timeout=_SECONDS) as client:
            return await asyncio.gather(*(_ask(client, url, provider) for url, provider in servers.items()))

    return {each.url: each for each in asyncio.run(ask_all())}


async def _ask(client: httpx.AsyncClient, url: str, provider: str) -> ModelServer:
    shown = without_password(url)
    try:
        async with asyncio.timeout(_SECONDS):
            response = await client.get(url + _LISTS.get(provider, "/models"), headers=_headers(provider))
        if not response.is_success:
            return ModelServer(provider, shown, problem=f"it answers {response.status_code}")
        return ModelServer(provider, shown, tuple(f"{provider}:{name}" for name in _names(response.json())))
    except (TimeoutError, httpx.TimeoutException):
        return ModelServer(provider, shown, problem=f"no answer within {_SECONDS:.0f} s")
    except (httpx.HTTPError, httpx.InvalidURL):
        return ModelServer(provider, shown, problem="nothing answers")
    except (KeyError, TypeError, ValueError):
        return ModelServer(provider, shown, problem="what answers there lists no models")


def _headers(provider: str) -> dict[str, str]:
    """The key goes only where a chat would send it."""
    key = os.environ.get("OPENAI_API_KEY")
    return {"Authorization": f"Bearer {key}"} if key and provider == _COMPATIBLE else {}


def _names(answer: Any) -> list[str]:
    """The names in Ollama's list or in OpenAI's."""
    if "models" in answer:
        return [str(each["name"]) for each in answer["models"]]
    return [str(each["id"]) for each in answer["data"]]
