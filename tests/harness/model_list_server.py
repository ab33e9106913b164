"""A server on loopback that lists models as Ollama and OpenAI-compatible servers do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OLLAMA_LIST = b'{"models": [{"name": "llama3.2:3b"}, {"name": "qwen3:4b"}]}'
OPENAI_LIST = b'{"object": "list", "data": [{"id": "local-model", "object": "model"}]}'


@dataclass
class ModelListServer:
    """What it answers by path, and what it was asked: (path, key)."""

    url: str = ""
    answers: dict[str, tuple[int, bytes]] = field(
        default_factory=lambda: {"/api/tags": (200, OLLAMA_LIST), "/v1/models": (200, OPENAI_LIST)}
    )
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    silent: threading.Event | None = None
    """Where it is set to an event, nothing is answered before that is set."""


@contextmanager
def listing_models() -> Iterator[ModelListServer]:
    """Run one on a free port."""
    script = ModelListServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script.asked.append((self.path, self.headers["Authorization"]))
            if script.silent is not None:
                script.silent.wait(60)
            status, body = script.answers[self.path]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        script.url = f"http://127.0.0.1:{listening.server_address[1]}"
        try:
            yield script
        finally:
            if script.silent is not None:
                script.silent.set()
            listening.shutdown()
            thread.join()
