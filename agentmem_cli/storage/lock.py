"""The locks between processes: files, held while the whole store changes or the search index is open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agentmem_cli.errors import StoreLocked, StoreUnwritable


@contextmanager
def file_lock(path: Path, timeout: float) -> Iterator[None]:
    """Hold the lock file at `path`; wait at most `timeout` seconds, then raise StoreLocked."""
    import filelock  # 20 ms that a command which needs no lock saves

    lock = filelock.FileLock(path, timeout=timeout, mode=0o600)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise StoreLocked(f"Another agentmem holds {path}.", "Close it, or try again in a moment.") from None
    except OSError as problem:
        raise StoreUnwritable(
            f"{path} cannot be written: {problem.strerror}.",
            "Check the folder's permissions and the free space, or set AGENTMEM_HOME.",
        ) from None
    try:
        yield
    finally:
        lock.release()
