"""Which model answers. Imports nothing heavy: the prompt line and `doctor` ask before any model is loaded."""

from __future__ import annotations

import os
from collections.abc import Mapping

from agentmem_cli.errors import ConfigProblem
from agentmem_cli.records import OFFLINE

DEFAULT_MODEL = "anthropic:claude-sonnet-4-6"
NO_MODEL_NOTICE = (
    "No language model is in use: answers are looked up in your memories, conversations and documents."
    " For one, set ANTHROPIC_API_KEY or pass --model provider:id."
)


def model_name(wanted: str | None, environ: Mapping[str, str] = os.environ) -> str:
    """`offline` or `provider:id`: the one wanted, or Claude when there is a key, or the offline model.

    Raises ConfigProblem for a name of neither form, and for Claude without a key.
    """
    if wanted:
        if wanted != OFFLINE and not all(wanted.partition(":")):
            raise ConfigProblem(
                f"{wanted!r} names no model.", f"Give provider:id, such as {DEFAULT_MODEL}, or {OFFLINE}."
            )
        if wanted.startswith("anthropic:") and not (
            environ.get("ANTHROPIC_API_KEY") or environ.get("ANTHROPIC_AUTH_TOKEN")
        ):
            raise ConfigProblem("There is no key for Claude.", f"Set ANTHROPIC_API_KEY, or use --model {OFFLINE}.")
        return wanted
    return DEFAULT_MODEL if environ.get("ANTHROPIC_API_KEY") else OFFLINE
