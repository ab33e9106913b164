"""Which of the providers that Agno knows a chat could use here and now, and what each of the others lacks.

Builds each provider's client, as a chat does, and calls none. What is missing is what Agno or the package says.
"""

from __future__ import annotations

from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.util import find_spec
from io import StringIO
from urllib.parse import urlsplit

from agno.models.utils import MODEL_PROVIDER_CLASSES, get_model

from agentmem_cli.agent.clients import made_client
from agentmem_cli.agent.gguf_file import GGUF
from agentmem_cli.agent.models import missing_package
from agentmem_cli.embedding.remote import without_password
from agentmem_cli.key_masking import without_keys
from agentmem_cli.records import Record

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_LONGEST_PROBLEM = 200


@dataclass(frozen=True, slots=True)
class Provider(Record):
    """A provider by the name that stands before the `:` of a model, and what keeps a chat from using it."""

    name: str
    package: str | None = None
    """What is to be installed."""
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


def known_providers() -> list[Provider]:
    """Every provider that Agno knows, and the way to use a file.

    Imports the package of each that is installed: seconds where there are many. What another thread prints by then is
    lost.
    """
    here = Provider(GGUF, package=None if find_spec("xllamacpp") and find_spec("openai") else "xllamacpp")
    with redirect_stdout(StringIO()):  # litellm prints an advertisement
        return [here, *map(_examined, MODEL_PROVIDER_CLASSES)]


def _examined(name: str) -> Provider:
    try:
        made = made_client(get_model(f"{name}:any"))
    except ImportError as missing:
        return Provider(name, package=missing_package(missing, name))
    if (
        getattr(made.client, "region", "") is None
    ):  # Anthropic's client for Vertex is made without, and fails when called
        return Provider(name, variables=("CLOUD_ML_REGION",))
    variables = made.variables
    other = without_keys(" ".join(made.said.split()))[:_LONGEST_PROBLEM] if made.said and not variables else None
    return Provider(name, variables=variables, problem=other, server=_address_here(made.address))


def _address_here(address: str) -> str | None:
    """Where a client looks for a server, if that is on this machine."""
    return without_password(address) if urlsplit(address).hostname in _LOOPBACK else None
