"""A loopback server that speaks OpenAI's and Ollama's embedding wires, and a store to embed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from harness.embedding_server import EmbeddingServer

from agentmem_cli.embedding import remote
from agentmem_cli.knowledge.ingest import ingest_files
from agentmem_cli.knowledge.walk import find_files
from agentmem_cli.settings import Settings, load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddingServer]:
    script = EmbeddingServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            script.keys.append(self.headers["Authorization"])
            status, body = script.answer(self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    monkeypatch.setattr(remote, "_pauses", lambda: iter([0.0, 0.0, 0.0, None]))
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        script.url = f"http://127.0.0.1:{listening.server_address[1]}"
        monkeypatch.setenv("OPENAI_BASE_URL", f"{script.url}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "key-of-the-test")
        monkeypatch.setenv("OLLAMA_HOST", script.url.removeprefix("http://"))
        yield script
        listening.shutdown()
        thread.join()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("AGENTMEM_HOME", str(tmp_path / "home"))
    return load_settings(user="sarah")


@pytest.fixture
def database(settings: Settings, tmp_path: Path) -> Iterator[Database]:
    """Ten documents of one passage each."""
    folder = tmp_path / "notes"
    folder.mkdir()
    subjects = ("apples", "bread", "chess", "clinics", "invoices", "queens", "refunds", "rivers", "salt", "weather")
    for number, subject in enumerate(subjects):
        (folder / f"note-{number}.txt").write_text(f"This note is about {subject} and says what is known of {subject}.")
    opened = open_database(settings)
    list(ingest_files(opened, find_files([folder]).files))
    yield opened
    opened.close()
