"""A server on loopback that speaks Anthropic's Messages API and answers from a script.

It stands for the far end of the wire only: the client, the streaming and the retries before it are the real
ones. It records every request; one that the script has no answer for gets status 500 and is kept in `unscripted`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from harness.anthropic_wire import Reply, answer_events, as_message

LONGEST_HANG = 60.0
"""Seconds after which a hang ends by itself, so that a lost test cannot hold the session."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came over the wire; `headers` by lower-case name."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """The whole body as JSON, to look for words in."""
        return json.dumps(self.body, ensure_ascii=False)


@dataclass(slots=True)
class AnthropicServer:
    """A queue of scripted replies, and the requests that took them.

    Every method that scripts a reply takes `when`: it is kept for a request that holds this text, which
    tells a question from a memory capture that runs beside it.
    """

    requests: list[Request] = field(default_factory=list)
    unscripted: list[Request] = field(default_factory=list)
    hung_up: int = 0
    """How many answers the client did not wait for."""
    url: str = ""
    _script: list[Reply] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _released: threading.Event = field(default_factory=threading.Event)

    def reply(self, text: str = "", *, pieces: list[str] | None = None, delay: float = 0.0, when: str = "") -> None:
        """Answer with the text, or with its pieces one by one, each after `delay` seconds."""
        self._add(Reply(pieces=pieces or [text], delay=delay, when=when))

    def tool_use(self, name: str, arguments: Mapping[str, Any], *, text: str = "", when: str = "") -> None:
        """Ask for a tool, after some text perhaps."""
        pieces = [text] if text else []
        self._add(Reply(pieces=pieces, tool=(name, dict(arguments)), stop_reason="tool_use", when=when))

    def stop_reason(self, reason: str, *, text: str = "", when: str = "") -> None:
        """End the answer for another reason than that it is done: `max_tokens`, `refusal`."""
        self._add(Reply(pieces=[text] if text else [], stop_reason=reason, when=when))

    def error(
        self,
        status: int,
        kind: str,
        message: str = "scripted",
        *,
        headers: Mapping[str, str] | None = None,
        times: int = 1,
        when: str = "",
    ) -> None:
        """Refuse `times` requests, since a client may retry: 401 `authentication_error`, 529 `overloaded_error`.

        The default headers tell the client to retry at once, so that no test waits.
        """
        sent = {"retry-after-ms": "1"} if headers is None else dict(headers)
        for _ in range(times):
            self._add(Reply(status=status, error=(kind, message), headers=sent, when=when))

    def cut(self, after_text: str, *, cleanly: bool = False, error: str = "", when: str = "") -> None:
        """Break a streamed answer off after this text.

        The connection is dropped; `cleanly` ends the stream in order but with no `message_stop`, which looks like
        success; `error` sends that error event first, as an overloaded server does in mid-stream.
        """
        broken_by = (error, "scripted") if error else None
        self._add(Reply(pieces=[after_text], cut="clean" if cleanly or error else "drop", error=broken_by, when=when))

    def hang(self, *, after_text: str = "", when: str = "") -> None:
        """Take the request and never answer (or stop after this text), until `release()` or the end."""
        self._add(Reply(pieces=[after_text] if after_text else [], cut="hang", when=when))

    def raw(
        self, *parts: bytes | float, status: int = 200, headers: Mapping[str, str] | None = None, when: str = ""
    ) -> None:
        """Send these bytes as they are, and wait these seconds between them: a stream unless the headers say other."""
        sent = {"content-type": "text/event-stream"} if headers is None else dict(headers)
        self._add(Reply(status=status, headers=sent, raw=parts, when=when))

    def release(self) -> None:
        """Let go of everything that hangs or waits."""
        self._released.set()

    def take(self, request: Request) -> Reply:
        """Record a request; the first reply of the script that is for it."""
        with self._lock:
            self.requests.append(request)
            for reply in self._script:
                if reply.when in request.text:
                    self._script.remove(reply)
                    return reply
            self.unscripted.append(request)
        return Reply(status=500, error=("api_error", "The test's script has no reply for this request."))

    def wait(self, seconds: float) -> None:
        """Wait, unless released."""
        self._released.wait(seconds)

    def _add(self, reply: Reply) -> None:
        with self._lock:
            self._script.append(reply)


class _Answering(BaseHTTPRequestHandler):
    """Answers one request of one connection from the script."""

    server: _ScriptedHTTPServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # http.server's own name
        self.close_connection = True  # an idle connection would hold the closing of the server
        size = int(self.headers.get("content-length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.path, headers, json.loads(self.rfile.read(size)))
        try:
            self._answer(request)
        except (BrokenPipeError, ConnectionResetError):
            self.server.script.hung_up += 1

    def log_message(self, *_: object) -> None:
        """Say nothing: http.server writes each request to stderr."""

    def _answer(self, request: Request) -> None:
        if request.path.startswith("/v1/messages/count_tokens"):
            self._send(200, {"input_tokens": len(request.text) // 4}, {})
            return
        reply = self.server.script.take(request)
        if reply.raw:
            self._send_raw(reply)
        elif reply.status != 200 and reply.error:
            self._send(reply.status, _error_body(*reply.error), reply.headers)
        elif request.body.get("stream"):
            self._stream(reply)
        else:
            self._send_whole(reply)

    def _send_whole(self, reply: Reply) -> None:
        if reply.cut == "hang":
            self.server.script.wait(LONGEST_HANG)
        elif not reply.cut:
            self.server.script.wait(reply.delay * len(reply.pieces))
            self._send(200, as_message(reply), reply.headers)

    def _send_raw(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in {**reply.headers, "transfer-encoding": "chunked", "connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        for part in reply.raw:
            if isinstance(part, float):
                self.server.script.wait(part)
            else:
                self._chunk(part)
        self._chunk(b"")

    def _send(self, status: int, body: dict[str, Any], headers: Mapping[str, str]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", "request-id": "req_test", **headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(data)))
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, reply: Reply) -> None:
        if reply.cut == "hang" and not reply.pieces:
            self.server.script.wait(LONGEST_HANG)
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.send_header("connection", "close")
        self.end_headers()
        for name, data in answer_events(reply):
            if name == "content_block_delta":
                self.server.script.wait(reply.delay)
            self._chunk(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode())
        if reply.cut == "hang":
            self.server.script.wait(LONGEST_HANG)
        elif reply.cut != "drop":
            self._chunk(b"")

    def _chunk(self, data: bytes) -> None:
        """One HTTP chunk; an empty one ends the body."""
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


class _ScriptedHTTPServer(ThreadingHTTPServer):
    """The socket side of one script."""

    daemon_threads = False  # closing then waits for every answer, so no thread outlives its test

    def __init__(self, script: AnthropicServer) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.script = script


@contextmanager
def serving(script: AnthropicServer) -> Iterator[AnthropicServer]:
    """The script on a free port of loopback."""
    http = _ScriptedHTTPServer(script)
    script.url = f"http://127.0.0.1:{http.server_address[1]}"
    loop = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    loop.start()
    try:
        yield script
    finally:
        script.release()
        http.shutdown()
        loop.join()
        http.server_close()


def _error_body(kind: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_test"}
