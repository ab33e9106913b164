"""A model from a gguf file, run in this process by llama.cpp, and asked as any server that speaks OpenAI's wire.

llama.cpp's own server is what applies a model's template, calls its tools and holds its answer to a form. It listens on
loopback alone, on a port of its own, and takes no request without a key that is made up anew. Importing this imports
OpenAI's package; the model is loaded by the first request.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx
from agno.models.llama_cpp import LlamaCpp
from openai import AsyncOpenAI

from agentmem_cli.agent.gguf_file import GGUF, gguf_file
from agentmem_cli.errors import ConfigProblem
from agentmem_cli.settings import Settings

_SILENT = 0
"""llama.cpp's log, which would go to the screen."""
_KEY = token_hex(16)
_loading = threading.Lock()
_loaded: dict[LocalModel, Any] = {}
atexit.register(_loaded.clear)  # a server ends with its last reference, and must before Python does


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A file and how it is run: tokens of context, and threads, 0 for every core."""

    path: Path
    context: int
    threads: int

    def address(self) -> httpx.URL:
        """Where it listens; loads it the first time. Raises ConfigProblem where that fails."""
        with _loading:
            if self not in _loaded:
                _loaded[self] = self._server()
            return httpx.URL(_loaded[self].listening_address)

    def _server(self) -> Any:
        import xllamacpp

        wanted = xllamacpp.CommonParams()
        wanted.model.path = str(self.path)
        wanted.n_ctx, wanted.n_parallel = self.context, 1
        if self.threads:
            wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = self.threads
        wanted.hostnames, wanted.port, wanted.api_keys = ["127.0.0.1"], 0, [_KEY]
        wanted.ui = wanted.warmup = False
        wanted.verbosity = _SILENT
        try:
            return xllamacpp.Server(wanted)
        except RuntimeError:
            raise ConfigProblem(
                f"{self.path} cannot be loaded.",
                "The file may be incomplete, newer than `xllamacpp`, or larger than the memory that is free.",
            ) from None


class _FirstLoaded(httpx.AsyncHTTPTransport):
    """Loads the model before the first request, and sends each to where it listens."""

    def __init__(self, model: LocalModel) -> None:
        super().__init__()
        self._model = model

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one."""
        address = await asyncio.to_thread(self._model.address)
        request.url = request.url.copy_with(host=address.host, port=address.port)
        return await super().handle_async_request(request)


@dataclass
class GgufModel(LlamaCpp):
    """Agno's model of llama.cpp's server, for the one in this process."""

    local: LocalModel | None = None

    def get_async_client(self) -> AsyncOpenAI:
        """The client, whose first request loads the file; a copy of the model has one of its own."""
        if self.async_client is None and self.local is not None:
            self.http_client = httpx.AsyncClient(transport=_FirstLoaded(self.local), follow_redirects=False)
        return super().get_async_client()


def local_model(name: str, settings: Settings) -> GgufModel:
    """The model of a file. Raises ConfigProblem where that is none, and ImportError without `xllamacpp`."""
    import xllamacpp  # noqa: F401 -- told now, not by the first question

    file = gguf_file(name)
    local = LocalModel(file.path, file.window(settings.context_window), settings.threads)
    return GgufModel(id=file.path.stem, provider=GGUF, base_url=f"http://{GGUF}/v1", api_key=_KEY, local=local)
