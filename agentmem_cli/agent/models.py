"""Language models made ready: built by name, and watched for how their answer really ended.

No client of a provider's package follows a redirect or sends a request again by itself. Importing this imports
Anthropic's package (2 s): the offline model does without it.
"""

from __future__ import annotations

import copy
import re
from typing import Any

import httpx
from agno.models.anthropic import Claude
from agno.models.anthropic.claude import SystemPromptBlock
from agno.models.base import Model
from agno.models.response import ModelResponse
from agno.models.utils import get_model
from anthropic import DefaultAsyncHttpxClient

from agentmem_cli.agent.claude_wire import WholeArguments
from agentmem_cli.agent.provider_calls import retry_whole_answers, watch_stream
from agentmem_cli.agent.watch import AnswerWatch
from agentmem_cli.errors import ConfigProblem


def build_model(name: str, *, timeout: float) -> tuple[Model, AnswerWatch]:
    """The model of a `provider:id`, and the watch on it. `timeout` is seconds without a byte from the provider.

    Raises ConfigProblem: no such provider, its package is not installed, or there is no key.
    """
    return watched(connected(named_model(name), timeout), timeout)


def named_model(name: str) -> Model:
    """The model of a `provider:id`, with no client yet. Raises ConfigProblem."""
    provider = name.partition(":")[0]
    try:
        model = get_model(name)
    except ImportError as missing:
        wanted = missing_package(missing, provider)
        raise ConfigProblem(f"The package for {provider} is not installed.", f"`pip install {wanted}`.") from None
    except ValueError as problem:
        raise ConfigProblem(f"{name!r} names no model: {problem}.", "Give provider:id.") from None
    if model is None:
        raise ConfigProblem(f"{name!r} names no model.", "Give provider:id.")
    return model


def connected(model: Model, timeout: float) -> Model:
    """A copy of a model with a client of its own, for one event loop: its connections belong to that."""
    own = copy.copy(model)
    _set_client(own, timeout)
    if isinstance(own, Claude):
        own.cache_system_prompt = True
        own.client_params = {**(own.client_params or {}), "max_retries": 0}
    if type(own) is Claude:  # not one behind another cloud, whose wire is another
        own.get_async_client()._make_sse_decoder = WholeArguments  # type: ignore[method-assign]  # noqa: SLF001 -- the one place before tool arguments are parsed
    return own


def watched(model: Model, timeout: float) -> tuple[Model, AnswerWatch]:
    """A copy of a connected model for one answer at a time, on the same client, and the watch on it."""
    own, watch = copy.copy(model), AnswerWatch()
    if isinstance(own, Claude):
        _watch_claude(own, watch)
    watch_stream(own, watch, timeout)
    retry_whole_answers(own)
    return own, watch


def missing_package(missing: ImportError, provider: str) -> str:
    """What to install for a provider: what Agno says, or the module that Python did not find."""
    package = re.search(r"pip install ['\"`]?([\w\[\],.-]+)", str(missing))
    return package.group(1) if package else missing.name or provider


def _set_client(model: Any, timeout: float) -> None:
    """No redirect is followed, which would carry the conversation to another host, and nothing is sent again unasked.

    Agno's models differ in what of this they know. What somebody chose for their own model stays.
    """
    if getattr(model, "timeout", 0) is None:
        model.timeout = timeout
    if hasattr(model, "max_retries"):
        model.max_retries = 0
    if getattr(model, "http_client", 0) is None:
        client = DefaultAsyncHttpxClient if isinstance(model, Claude) else httpx.AsyncClient
        model.http_client = client(follow_redirects=False)


def _watch_claude(model: Claude, watch: AnswerWatch) -> None:
    parse = model._parse_provider_response_delta  # noqa: SLF001 -- the one place that sees Claude's own events

    def noted(response: Any, *arguments: Any, **options: Any) -> ModelResponse:
        watch.started = True
        if response.type == "message_delta":
            watch.stop_reason = response.delta.stop_reason
        watch.finished = response.type == "message_stop"
        return parse(response, *arguments, **options)

    model._parse_provider_response_delta = noted  # type: ignore[method-assign]  # noqa: SLF001 -- as above


def place_profile(model: Model, profile: str) -> None:
    """Send the profile with Claude's next request, in a block behind the system text that has a cache mark of its own.

    So a profile that changes leaves tools and system text in the cache.
    """
    assert isinstance(model, Claude)  # noqa: S101 -- only an answerer that marks the cache asks for it
    model.system_prompt_blocks = [SystemPromptBlock(text=profile)] if profile else None
