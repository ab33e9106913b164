"""A server on loopback that speaks OpenAI's chat wire and answers from a script, for each provider that speaks it too.

Only the far end is scripted: the clients are the providers' own. It records every request.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CHUNK = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; `headers` by lower-case name."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scripted:
    """One reply: the deltas of a stream and why it ends, or a status with a body."""

    deltas: list[dict[str, Any]] = field(default_factory=list)
    finish: str | None = "stop"
    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class OpenAIServer:
    """A queue of replies, and the requests that took them."""

    requests: list[Asked] = field(default_factory=list)
    url: str = ""
    script: list[Scripted] = field(default_factory=list)

    def reply(self, *pieces: str, finish: str | None = "stop") -> None:
        """Answer with a text in pieces; `finish` is why it ends, None for a stream that breaks off."""
        self.script.append(Scripted([{"content": piece} for piece in pieces], finish))

    def tool_use(self, name: str, arguments: Mapping[str, Any]) -> None:
        """Ask for a tool."""
        function = {"name": name, "arguments": json.dumps(arguments)}
        call = {"index": 0, "id": "call_1", "type": "function", "function": function}
        self.script.append(Scripted([{"role": "assistant", "tool_calls": [call]}], "tool_calls"))

    def refuse(self, status: int, message: str = "scripted", **headers: str) -> None:
        """Answer with an error, or a redirect where `location` is among the headers."""
        self.script.append(Scripted(status=status, body={"error": {"message": message}}, headers=headers))


@contextmanager
def serving_openai() -> Iterator[OpenAIServer]:
    """Run one on a free port."""
    server = OpenAIServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.requests.append(Asked(self.path, headers, body))
            answer = server.script.pop(0) if server.script else Scripted(status=500, body={})
            data = _stream(answer) if body.get("stream") and answer.status == 200 else _whole(answer)
            self.send_response(answer.status)
            kind = "text/event-stream" if data.startswith(b"data: ") else "application/json"
            for name, value in {"content-type": kind, **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        server.url = f"http://127.0.0.1:{listening.server_address[1]}"
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()


def _stream(answer: Scripted) -> bytes:
    chunks = [{**CHUNK, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in answer.deltas]
    if answer.finish:
        chunks.append({**CHUNK, "choices": [{"index": 0, "delta": {}, "finish_reason": answer.finish}]})
        usage = {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}
        chunks.append({**CHUNK, "choices": [], "usage": usage})
    lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
    return "".join([*lines, "data: [DONE]\n\n" if answer.finish else ""]).encode()


def _whole(answer: Scripted) -> bytes:
    if answer.status != 200:
        return json.dumps(answer.body).encode()
    text = "".join(delta.get("content", "") for delta in answer.deltas)
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": answer.finish}
    usage = {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}
    whole = {**CHUNK, "object": "chat.completion", "choices": [choice], "usage": usage}
    return json.dumps(whole).encode()
