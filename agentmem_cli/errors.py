"""Every failure agentmem reports on purpose, and the exit code of each.

    AgentmemError                 1
    ├── UsageProblem              2   the words on the command line are wrong
    ├── NotFound                  3   no such session, memory or document
    ├── Ambiguous                 3   a prefix fits more than one
    ├── ConfigProblem             4   a setting is wrong, or a key is missing
    ├── ProviderProblem           5   the model's provider or the network failed
    └── StorageProblem            1   the data folder or a database cannot be used
        ├── StoreLocked           1
        ├── StoreUnwritable       1
        ├── StoreCorrupt          1
        └── StoreTooNew           1

An error is one sentence that says what is wrong and one that says what to do.
`terminal/streams.py` prints it; nothing else writes to stderr or picks an exit code.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum


class ExitCode(IntEnum):
    """What the shell is told."""

    OK = 0
    """It worked."""
    FAILURE = 1
    """It did not work: a file could not be read, the store cannot be used."""
    USAGE = 2
    """The command line is wrong."""
    NOT_FOUND = 3
    """No such id, or a prefix that fits more than one."""
    CONFIG = 4
    """No key, or a setting that cannot be used."""
    PROVIDER = 5
    """The model's provider, or the network on the way to it."""
    INTERRUPTED = 130
    """Ctrl-C."""


class AgentmemError(Exception):
    """A failure with a clear line for the person: `problem` is what is wrong, `remedy` what to do."""

    exit_code = ExitCode.FAILURE

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(f"{problem} {remedy}".strip())
        self.problem = problem
        self.remedy = remedy


class UsageProblem(AgentmemError):
    """The words on the command line are wrong."""

    exit_code = ExitCode.USAGE


class NotFound(AgentmemError):
    """No such session, memory or document."""

    exit_code = ExitCode.NOT_FOUND


class Ambiguous(AgentmemError):
    """A prefix fits more than one; `candidates` are the ids it fits, each with a title."""

    exit_code = ExitCode.NOT_FOUND

    def __init__(self, what: str, prefix: str, candidates: Sequence[tuple[str, str]]) -> None:
        shown = "".join(f"\n  {identifier}  {title}" for identifier, title in candidates[:10])
        more = f"\n  … and {len(candidates) - 10} more" if len(candidates) > 10 else ""
        super().__init__(f'"{prefix}" fits more than one {what}.', f"Give more of the id:{shown}{more}")
        self.candidates = list(candidates)


class ConfigProblem(AgentmemError):
    """A setting is wrong, or a key is missing."""

    exit_code = ExitCode.CONFIG


class ProviderProblem(AgentmemError):
    """The model's provider or the network failed."""

    exit_code = ExitCode.PROVIDER


class StorageProblem(AgentmemError):
    """The data folder or a database cannot be used."""


class StoreLocked(StorageProblem):
    """Another process held the database longer than the lock timeout."""


class StoreUnwritable(StorageProblem):
    """Nothing can be written there: a read-only folder, a full disk. What only reads may go on."""


class StoreCorrupt(StorageProblem):
    """The database file is damaged, or is no database."""


class StoreTooNew(StorageProblem):
    """The database was written by a newer agentmem."""
