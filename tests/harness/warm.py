"""A process that has loaded what `agentmem` loads, and forks a child for each start of it: `python warm.py SOCKET`.

Imports and weights are nearly all that a start takes, .3 s of CPU or with a model 2 s, some two hundred times in a run.
What the child does is as in any process: its arguments, environment, streams, terminal, signals and its end. Another
program, and one whose environment changes how Python itself begins, is run in its place.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import pkgutil
import socket
import sys
import termios
from collections.abc import Sequence
from importlib import import_module
from typing import Any

MOST_BYTES = 200_000
"""Of a request."""
_NOT_LOADED = ("agentmem_cli.__main__", "agentmem_cli.reading", "agentmem_cli.library")
"""What would run, and what only other processes load."""


def main(requests: socket.socket) -> None:
    """Start what is asked for until nobody asks any more; each answer is the number of the process."""
    _load()
    while True:
        message, streams, _, _ = socket.recv_fds(requests, MOST_BYTES, 3)
        if not message:
            return None
        reading, writing = os.pipe()
        between = os.fork()
        if between == 0:  # it ends at once: so the child becomes one of the process that asked, which can wait for it
            child = os.fork()
            if child == 0:
                for each in (requests.detach(), reading, writing):
                    os.close(each)
                return _become(json.loads(message), streams)
            os.write(writing, str(child).encode())
            os._exit(0)
        for each in (*streams, writing):
            os.close(each)
        os.waitpid(between, 0)
        requests.send(os.read(reading, 100))
        os.close(reading)


def _load() -> None:
    import agentmem_cli
    from agentmem_cli.agent.quiet import quiet_agno

    quiet_agno()
    for module in pkgutil.walk_packages(agentmem_cli.__path__, "agentmem_cli."):
        if not module.name.startswith(_NOT_LOADED):
            import_module(module.name)
    import_module("agno.models.anthropic")
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # threads would be missing in a child
    import_module("agentmem_cli.language.classifier").judge(["I live in Oslo."])
    gc.freeze()


def _become(request: dict[str, Any], streams: Sequence[int]) -> None:
    """Be the program that is asked for: `words`, on these streams, with `env`, in `folder`."""
    if request["on_terminal"]:
        os.setsid()
        fcntl.ioctl(streams[0], termios.TIOCSCTTY, 0)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(request["folder"])
    words = request["words"]
    if request["anew"]:
        os.execvpe(words[0], words, request["env"])  # noqa: S606 -- the test's own command, no shell wanted
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv = words
    sys.stdin = os.fdopen(0, encoding=sys.stdin.encoding, errors=sys.stdin.errors)
    sys.stdout = os.fdopen(1, "w", encoding=sys.stdout.encoding, errors=sys.stdout.errors)
    sys.stderr = os.fdopen(2, "w", 1, encoding=sys.stderr.encoding, errors=sys.stderr.errors)
    import_module("agentmem_cli.main").main()


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
