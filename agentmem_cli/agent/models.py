"""Language models made ready: built by name, and watched for how their answer really ended.

Importing this imports Anthropic's package (2 s): the offline model does without it.
"""

from __future__ import annotations

import re
from typing import Any

from agno.models.anthropic import Claude
from agno.models.anthropic.claude import SystemPromptBlock
from agno.models.base import Model
from agno.models.response import ModelResponse
from agno.models.utils import get_model

from agentmem_cli.agent.claude_wire import WholeArguments
from agentmem_cli.agent.clients import prepare_client
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
    provider = name.partition(":")[0]
    try:
        model = _named_model(name, settings)
        address = settings.base_url.get(provider) if provider != GGUF else None
        endpoint = prepare_client(model, provider, settings.timeout, address)
    except ImportError as missing:
        to_do = f"`{install_command(missing_package(missing, provider))}`."
        raise ConfigProblem(f"The package for {provider} is not installed.", to_do) from None
    watch = AnswerWatch(endpoint)
    if isinstance(model, Claude):
        _prepare_claude(model, watch)
    elif hasattr(model, "base_url") and hasattr(model, "_parse_provider_response_delta"):
        _watch_reasons(model, watch)
    watch_stream(model, watch, settings.timeout)
    retry_whole_answers(model, watch)
    return model, watch


def _named_model(name: str, settings: Settings) -> Model:
    provider, _, model_id = name.partition(":")
    if provider == GGUF:
        from agentmem_cli.agent.gguf import local_model

        return local_model(model_id, settings)
    try:
        model = get_model(name)
    except ValueError as problem:
        raise ConfigProblem(f"{name!r} names no model: {problem}.", "Give provider:id.") from None
    if model is None:
        raise ConfigProblem(f"{name!r} names no model.", "Give provider:id.")
    return model


def missing_package(missing: ImportError, provider: str) -> str:
    """What to install for a provider: what Agno says, or the module that Python did not find."""
    package = re.search(r"pip install (?:-\S+ )*['\"`]?(\w[\w\[\],.-]*)", str(missing))
    return package.group(1) if package else missing.name or provider


def _prepare_claude(model: Claude, watch: AnswerWatch) -> None:
    model.cache_system_prompt = True
    if type(model) is Claude:  # not one behind another cloud, whose wire is another
        model.get_async_client()._make_sse_decoder = WholeArguments  # type: ignore[method-assign]  # noqa: SLF001 -- the one place before tool arguments are parsed
    parse = model._parse_provider_response_delta  # noqa: SLF001 -- the one place that sees Claude's own events

    def watched(response: Any, *arguments: Any, **options: Any) -> ModelResponse:
        watch.started = True
        if response.type == "message_delta":
            watch.stop_reason = response.delta.stop_reason
        watch.finished = response.type == "message_stop"
        return parse(response, *arguments, **options)

    model._parse_provider_response_delta = watched  # type: ignore[method-assign]  # noqa: SLF001 -- as above


def _watch_reasons(model: Any, watch: AnswerWatch) -> None:
    """Note how each stream of OpenAI's wire ended: Agno takes one that is cut off for whole."""
    parse = model._parse_provider_response_delta  # noqa: SLF001 -- the one place that sees the provider's own chunks

    def watched(chunk: Any, *arguments: Any, **options: Any) -> Any:
        for choice in getattr(chunk, "choices", None) or []:
            watch.started = True
            if choice.finish_reason:
                watch.finished = True
                watch.stop_reason = _STOP_REASONS.get(choice.finish_reason)
        return parse(chunk, *arguments, **options)

    model._parse_provider_response_delta = watched  # noqa: SLF001 -- as above


def place_profile(model: Model, profile: str) -> None:
    """Send the profile with Claude's next request, in a block behind the system text that has a cache mark of its own.

    So a profile that changes leaves tools and system text in the cache.
    """
    assert isinstance(model, Claude)  # noqa: S101 -- only an answerer that marks the cache asks for it
    model.system_prompt_blocks = [SystemPromptBlock(text=profile)] if profile else None
