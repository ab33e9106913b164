"""The client by which a model is asked: its address, its key, and what it must not do by itself.

No client of a provider's package follows a redirect, which would carry the key and the conversation to another host, or
sends a request again unasked. Agno's models differ in what of this they know. Calls no model.
"""

from __future__ import annotations

import functools
import logging
import os
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import httpx
from agno.models.anthropic import Claude
from agno.models.base import Model
from anthropic import DefaultAsyncHttpxClient

from agentmem_cli.agent.watch import Endpoint
from agentmem_cli.errors import ConfigProblem

NO_KEY = "not-provided"
"""The key for a server of one's own, where there is none: the clients want some text."""
_NOTED = "agentmem_endpoint"
"""The attribute of a model that its copies have too."""
_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_SECRET = re.compile(r"KEY|TOKEN")


@dataclass(frozen=True, slots=True)
class Made:
    """A client, None where there can be none, and what Agno or its package said against it."""

    client: Any
    said: str

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables that were looked for in vain; one of them may do."""
        return tuple(dict.fromkeys(_VARIABLE.findall(self.said)))

    @property
    def address(self) -> str:
        """Where it goes, as far as it says; the clients of Ollama and Mistral have it one layer below."""
        layers = (self.client, getattr(self.client, "_client", None), getattr(self.client, "sdk_configuration", None))
        found = [getattr(each, "base_url", None) or getattr(each, "server_url", None) for each in layers]
        return str(next(filter(None, found), "")).rstrip("/")


def made_client(model: Any) -> Made:
    """The client that a chat would use; a model without an asynchronous one has the other."""
    make = getattr(model, "get_async_client", None) or getattr(model, "get_client", None)
    client = None
    with _kept_log() as said:
        try:
            client = make() if make else None
        except ImportError:
            raise
        except Exception as problem:  # noqa: BLE001 -- every provider's package has errors of its own
            said.append(str(problem) or type(problem).__name__)
    return Made(client, " ".join(said))


def place_model(model: Model, provider: str, address: str | None) -> None:
    """Note whom a model asks; `address` is that of a server of one's own. Raises ConfigProblem where it takes none."""
    if address:
        _set_address(model, provider, address)
    _note(model, Endpoint(provider, is_chosen=bool(address)))


def connect(model: Model, timeout: float) -> None:
    """Set how a model is asked, and make its client. Raises ConfigProblem where there is no key."""
    whom = endpoint_of(model)
    _set_limits(model, timeout)
    made = made_client(model)
    wanted = made.variables
    if wanted and whom.is_chosen and not _key(model):
        made = made_client(_with_any_key(model))
    if made.said and made.client is None:
        raise _unusable(whom.provider, made)
    if made.variables and hasattr(model, "api_key") and not _key(model):
        raise _unusable(whom.provider, made)
    key = _key_variables(model) or " or ".join(wanted)
    _note(model, replace(whom, place=_place(made.address), key=key))


def endpoint_of(model: Model) -> Endpoint:
    """Whom a model asks, as far as it was noted: somebody may have made it themselves."""
    noted = vars(model).get(_NOTED)
    return noted if isinstance(noted, Endpoint) else Endpoint((model.provider or "").lower())


def _note(model: Model, endpoint: Endpoint) -> None:
    setattr(model, _NOTED, endpoint)


def _unusable(provider: str, made: Made) -> ConfigProblem:
    if made.variables:
        return ConfigProblem(f"There is no key for {provider}.", f"Set {' or '.join(made.variables)}.")
    return ConfigProblem(f"{provider} cannot be used: {' '.join(made.said.split())}", "`agentmem models`.")


def _set_limits(model: Any, timeout: float) -> None:
    """What somebody chose for their own model stays."""
    if getattr(model, "timeout", 0) is None:
        model.timeout = timeout
    kind = type(model).__module__.removeprefix("agno.models.").partition(".")[0]
    if hasattr(model, "max_retries") and kind != "mistral":  # there it is only warned of
        model.max_retries = 0
    if getattr(model, "http_client", 0) is None:
        client = DefaultAsyncHttpxClient if isinstance(model, Claude) else httpx.AsyncClient
        model.http_client = client(follow_redirects=False, verify=_trusted())
    if hasattr(model, "client_params"):
        model.client_params = {**_own_limits(kind, timeout), **(model.client_params or {})} or None
    if isinstance(model, Claude):
        model.client_params = {**(model.client_params or {}), "max_retries": 0}


@functools.cache
def _trusted() -> ssl.SSLContext:
    """The certificates that are trusted: reading them takes each client 20 to 50 ms, and a chat has two."""
    return httpx.create_ssl_context()


def _own_limits(kind: str, timeout: float) -> dict[str, Any]:
    """What a package takes for its client, where Agno's model has no word for it."""
    if kind == "ollama":
        return {"follow_redirects": False}
    if kind == "mistral":
        from httpx2 import AsyncClient  # what Mistral's package takes

        return {"async_client": AsyncClient(follow_redirects=False, verify=_trusted())}
    if kind == "google":
        # without one it takes aiohttp, which follows redirects
        asked_by = httpx.AsyncClient(follow_redirects=False, timeout=timeout, verify=_trusted())
        return {"http_options": {"timeout": int(timeout * 1000), "httpx_async_client": asked_by}}
    return {}


def _set_address(model: Any, provider: str, address: str) -> None:
    if isinstance(model, Claude):
        model.client_params = {**(model.client_params or {}), "base_url": address}
        return
    field = next((name for name in ("base_url", "host", "endpoint") if hasattr(model, name)), None)
    if field is None:
        raise ConfigProblem(f"{provider} takes no base_url.", "Use it with openai-chat, anthropic, lmstudio or vllm.")
    setattr(model, field, address)


def _with_any_key(model: Any) -> Any:
    """The model with a key, and without the client that Agno may have made and kept without one."""
    model.api_key = NO_KEY
    for kept in ("client", "async_client", "mistral_client"):
        if hasattr(model, kept):
            setattr(model, kept, None)
    return model


def _key(model: Any) -> str:
    return getattr(model, "api_key", None) or getattr(model, "auth_token", None) or ""


def _key_variables(model: Any, environ: Mapping[str, str] = os.environ) -> str:
    """The variables that hold the key in use, so that one can be told which to look at."""
    key = _key(model)
    return " or ".join(name for name, value in environ.items() if key and value == key and _SECRET.search(name))


def _place(address: str) -> str:
    """`localhost:1234`, without a password that may stand in the address."""
    return urlsplit(address).netloc.rpartition("@")[2]


@contextmanager
def _kept_log() -> Iterator[list[str]]:
    """What Agno logs meanwhile: some of its models log that a key is missing where others raise it."""
    said: list[str] = []
    kept = logging.Handler(logging.WARNING)
    kept.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]  # this one only
    log = logging.getLogger("agno")
    log.addHandler(kept)
    try:
        yield said
    finally:
        log.removeHandler(kept)
