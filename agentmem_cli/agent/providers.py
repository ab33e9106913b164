"""Which of the providers that Agno knows a chat could use here and now, and what each of the others lacks.

Builds each provider's client, as a chat does, and calls none. What is missing is what Agno or the package says.
"""

from __future__ import annotations

import logging
import re
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

from agno.models.utils import MODEL_PROVIDER_CLASSES, get_model

from agentmem_cli.agent.models import missing_package
from agentmem_cli.embedding.remote import without_password
from agentmem_cli.key_masking import without_keys
from agentmem_cli.records import Record

_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_LONGEST_PROBLEM = 200


@dataclass(frozen=True, slots=True)
class Provider(Record):
    """A provider by the name that stands before the `:` of a model, and what keeps a chat from using it."""

    name: str
    package: str | None = None
    """What to `pip install`."""
    variables: tuple[str, ...] = ()
    """Environment variables that Agno looks for in vain; one of them may do."""
    problem: str | None = None
    """Anything else."""
    server: str | None = None
    """The address on this machine where its client looks for a server, without a password."""

    @property
    def usable(self) -> bool:
        """Whether a chat could call it; its server is not asked."""
        return not (self.package or self.variables or self.problem)


class _KeptLog(logging.Handler):
    """What Agno logs, as text. Some of its models log that a key is missing where others raise it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def known_providers() -> list[Provider]:
    """Every provider that Agno knows. Imports the package of each that is installed: seconds where there are many."""
    log = logging.getLogger("agno")
    kept = _KeptLog()
    log.addHandler(kept)
    try:
        with redirect_stdout(StringIO()):  # litellm prints an advertisement
            return [_examined(name, kept) for name in MODEL_PROVIDER_CLASSES]
    finally:
        log.removeHandler(kept)


def _examined(name: str, log: _KeptLog) -> Provider:
    log.said = []
    client = None
    try:
        client = _client(get_model(f"{name}:any"))
    except ImportError as missing:
        return Provider(name, package=missing_package(missing, name))
    except Exception as problem:  # noqa: BLE001 -- every provider's package has errors of its own
        log.said.append(str(problem) or type(problem).__name__)
    if getattr(client, "region", "") is None:  # Anthropic's client for Vertex is made without, and fails when called
        return Provider(name, variables=("CLOUD_ML_REGION",))
    said = " ".join(log.said)
    variables = tuple(dict.fromkeys(_VARIABLE.findall(said)))
    other = without_keys(" ".join(said.split()))[:_LONGEST_PROBLEM] if said and not variables else None
    return Provider(name, variables=variables, problem=other, server=_address_here(client))


def _client(model: Any) -> Any:
    """The client that a chat would use; a model without an asynchronous one has the other."""
    make = getattr(model, "get_async_client", None) or getattr(model, "get_client", None)
    return make() if make else None


def _address_here(client: Any) -> str | None:
    """Where a client looks for a server, if that is on this machine. Ollama's own client has it one layer below."""
    address = str(getattr(getattr(client, "_client", client), "base_url", ""))
    return without_password(address.rstrip("/")) if urlsplit(address).hostname in _LOOPBACK else None
