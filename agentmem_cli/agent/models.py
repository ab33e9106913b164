"""Language models made ready: built by name, and watched for how their answer really ended.

Importing this imports Anthropic's package (2 s): the offline model does without it.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from agno.models.anthropic import Claude
from agno.models.anthropic.claude import SystemPromptBlock
from agno.models.base import Model
from agno.models.response import ModelResponse
from agno.models.utils import get_model

from agentmem_cli.agent.claude_wire import WholeArguments
from agentmem_cli.agent.clients import connect, endpoint_of, place_model
from agentmem_cli.agent.gguf_file import GGUF
from agentmem_cli.agent.provider_calls import retry_whole_answers, watch_stream
from agentmem_cli.agent.watch import AnswerWatch
from agentmem_cli.errors import ConfigProblem
from agentmem_cli.installing import install_command
from agentmem_cli.settings import Settings

_STOP_REASONS = {"length": "max_tokens", "content_filter": "refusal"}
"""Those of OpenAI's wire, by Claude's words for them."""


def build_model(name: str, settings: Settings) -> tuple[Model, AnswerWatch]:
    """The model of a `provider:id`, and the watch on it.

    Raises ConfigProblem: no such provider, its package is not installed, or there is no key.
    """
    return watched(connected(named_model(name, settings), settings.timeout), settings.timeout)


def named_model(name: str, settings: Settings) -> Model:
    """The model of a `provider:id`, with its address and no client yet. Raises ConfigProblem."""
    provider, _, model_id = name.partition(":")
    try:
        if provider == GGUF:
            from agentmem_cli.agent.gguf import local_model

            return local_model(model_id, settings)
        model = get_model(name)
    except ImportError as missing:
        raise _not_installed(missing, provider) from None
    except ValueError as problem:
        raise ConfigProblem(f"{name!r} names no model: {problem}.", "Give provider:id.") from None
    if model is None:
        raise ConfigProblem(f"{name!r} names no model.", "Give provider:id.")
    place_model(model, provider, settings.base_url.get(provider))
    return model


def connected(model: Model, timeout: float) -> Model:
    """A copy of a model with a client of its own, for one event loop: its connections belong to that.

    Raises ConfigProblem where there is no key.
    """
    own = copy.copy(model)
    if isinstance(own, Claude):
        own.cache_system_prompt = True
    try:
        connect(own, timeout)
    except ImportError as missing:
        raise _not_installed(missing, own.provider or "it") from None
    if type(own) is Claude:  # not one behind another cloud, whose wire is another
        own.get_async_client()._make_sse_decoder = WholeArguments  # type: ignore[method-assign]  # noqa: SLF001 -- the one place before tool arguments are parsed
    return own


def watched(model: Model, timeout: float) -> tuple[Model, AnswerWatch]:
    """A copy of a connected model for one answer at a time, on the same client, and the watch on it."""
    own, watch = copy.copy(model), AnswerWatch(endpoint_of(model))
    if isinstance(own, Claude):
        _watch_claude(own, watch)
    elif hasattr(own, "base_url") and hasattr(own, "_parse_provider_response_delta"):
        _watch_reasons(own, watch)
    watch_stream(own, watch, timeout)
    retry_whole_answers(own, watch)
    return own, watch


def _not_installed(missing: ImportError, provider: str) -> ConfigProblem:
    to_do = f"`{install_command(missing_package(missing, provider))}`."
    return ConfigProblem(f"The package for {provider} is not installed.", to_do)


def missing_package(missing: ImportError, provider: str) -> str:
    """What to install for a provider: what Agno says, or the module that Python did not find."""
    package = re.search(r"pip install (?:-\S+ )*['\"`]?(\w[\w\[\],.-]*)", str(missing))
    return package.group(1) if package else missing.name or provider


def _watch_claude(model: Claude, watch: AnswerWatch) -> None:
    parse = model._parse_provider_response_delta  # noqa: SLF001 -- the one place that sees Claude's own events

    def noted(response: Any, *arguments: Any, **options: Any) -> ModelResponse:
        watch.started = True
        if response.type == "message_delta":
            watch.stop_reason = response.delta.stop_reason
        watch.finished = response.type == "message_stop"
        return parse(response, *arguments, **options)

    model._parse_provider_response_delta = noted  # type: ignore[method-assign]  # noqa: SLF001 -- as above


def _watch_reasons(model: Any, watch: AnswerWatch) -> None:
    """Note how each stream of OpenAI's wire ended: Agno takes one that is cut off for whole."""
    parse = model._parse_provider_response_delta  # noqa: SLF001 -- the one place that sees the provider's own chunks

    def noted(chunk: Any, *arguments: Any, **options: Any) -> Any:
        for choice in getattr(chunk, "choices", None) or []:
            watch.started = True
            if choice.finish_reason:
                watch.finished = True
                watch.stop_reason = _STOP_REASONS.get(choice.finish_reason)
        return parse(chunk, *arguments, **options)

    model._parse_provider_response_delta = noted  # noqa: SLF001 -- as above


def place_profile(model: Model, profile: str) -> None:
    """Send the profile with Claude's next request, in a block behind the system text that has a cache mark of its own.

    So a profile that changes leaves tools and system text in the cache.
    """
    assert isinstance(model, Claude)  # noqa: S101 -- only an answerer that marks the cache asks for it
    model.system_prompt_blocks = [SystemPromptBlock(text=profile)] if profile else None
