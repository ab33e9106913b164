"""Which model answers. Imports nothing heavy: the prompt line and `doctor` ask before any model is loaded."""

from __future__ import annotations

import os
from collections.abc import Mapping

from agentmem_cli.agent.gguf_file import GGUF, gguf_file
from agentmem_cli.errors import ConfigProblem
from agentmem_cli.records import DEFAULT_MODEL, OFFLINE

NO_MODEL_NOTICE = (
    "No language model is in use: answers are looked up in your memories, conversations and documents."
    " For one, set ANTHROPIC_API_KEY or pass --model provider:id."
)


def model_name(
    wanted: str | None, addresses: Mapping[str, str] | None = None, environ: Mapping[str, str] = os.environ
) -> str:
    """`offline` or `provider:id`: the one wanted, or Claude when there is a key, or the offline model.

    `addresses` are those of the settings: a server of one's own may take no key. Raises ConfigProblem for a name of
    neither form, for Claude without a key, and for a file that is no model.
    """
    if not wanted:
        return DEFAULT_MODEL if environ.get("ANTHROPIC_API_KEY") else OFFLINE
    provider, colon, model_id = wanted.partition(":")
    if wanted != OFFLINE and not (provider and colon and model_id):
        raise ConfigProblem(f"{wanted!r} names no model.", f"Give provider:id, such as {DEFAULT_MODEL}, or {OFFLINE}.")
    has_key = environ.get("ANTHROPIC_API_KEY") or environ.get("ANTHROPIC_AUTH_TOKEN")
    if provider == "anthropic" and not has_key and provider not in (addresses or {}):
        raise ConfigProblem("There is no key for Claude.", f"Set ANTHROPIC_API_KEY, or use --model {OFFLINE}.")
    if provider == GGUF:
        gguf_file(model_id)
    return wanted
