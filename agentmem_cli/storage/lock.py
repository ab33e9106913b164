"""The locks between processes: files, held while the whole store changes or the search index is open."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from agentmem_cli.errors import StoreLocked, StoreUnwritable

if TYPE_CHECKING:
    from agentmem_cli.storage.database import Database


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


def store_lock(database: Database, timeout: float | None = None) -> AbstractContextManager[None]:
    """Held while the schema changes, text is erased, or all is copied or replaced; nothing for a store in memory."""
    if database.path == Path(os.devnull):
        return nullcontext()
    return file_lock(database.path.with_suffix(".lock"), database.lock_timeout if timeout is None else timeout)
