"""The lock between processes: one file, held while the schema changes or the search index is open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agentmem_cli.errors import StorageProblem, StoreLocked


@contextmanager
def file_lock(path: Path, timeout: float) -> Iterator[None]:
    """Hold the lock file at `path`; wait at most `timeout` seconds, then raise StoreLocked."""
    import filelock  # 20 ms that a command which needs no lock saves

    try:
        with filelock.FileLock(path, timeout=timeout, mode=0o600):
            yield
    except filelock.Timeout:
        raise StoreLocked(f"Another agentmem holds {path}.", "Close it, or try again in a moment.") from None
    except PermissionError:
        raise StorageProblem(
            f"{path} cannot be written.", "Check the folder's permissions, or set AGENTMEM_HOME."
        ) from None
