"""Refuses every way out of this machine, in the Python process that imports it.

Python imports a module of this name at start when its folder is on PYTHONPATH: so do the processes that
tests start. An audit hook and not a patched class: no client can have taken a reference to the old one,
and no later code can take it off. Libraries that open sockets in native code pass it by.
"""

import os
import sys

WITHOUT = "TESTS_WITHOUT"
"""Names the packages, with spaces between, that a process is to miss."""
for _name in os.environ.get(WITHOUT, "").split():
    sys.modules[_name] = None  # type: ignore[assignment]  # how Python marks what cannot be imported

_NAME_EVENTS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_ADDRESS_EVENTS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_HERE = {None, "", "localhost", "::1"}


def _is_here(host: object) -> bool:
    """Whether a host name or address is this machine's loopback. `127.example.com` is not."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    return name in _HERE or (isinstance(name, str) and name.startswith("127.") and name.replace(".", "").isdigit())


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    if event in _NAME_EVENTS:
        host = arguments[0]
    elif event in _ADDRESS_EVENTS and isinstance(arguments[1], tuple):  # a Unix socket's address is a path
        host = arguments[1][0]
    else:
        return
    if not _is_here(host):
        raise OSError(f"Tests have no network: {event} to {host!r} is refused.")


sys.addaudithook(_refuse_network)
