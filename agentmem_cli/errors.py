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

from agentmem_cli.key_masking import without_keys

_LONGEST_NAME = 200
"""Characters of a name in an error; a longer one would hide what is wrong with it."""


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
    """A failure with a clear line for the person: `problem` is what is wrong, `remedy` what to do.

    Whatever a library says becomes one of these before it is shown or stored, so it is here that keys are left out.
    """

    exit_code = ExitCode.FAILURE

    def __init__(self, problem: str, remedy: str = "") -> None:
        self.problem = without_keys(problem)
        self.remedy = without_keys(remedy)
        super().__init__(f"{self.problem} {self.remedy}".strip())


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


def described(error: BaseException) -> AgentmemError:
    """What Python or a library raised, as a failure with what to do about it."""
    if isinstance(error, AgentmemError):
        return error
    if isinstance(error, UnicodeEncodeError):
        return not_utf8(error)
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return StorageProblem(
            f"{name_shown(error.filename)} cannot be used: {error.strerror}.",
            "Check the name, its permissions and the free space.",
        )
    if isinstance(error, OSError) and error.strerror:
        return StorageProblem(
            f"Something cannot be read or written: {error.strerror}.",
            "Check the free space, and where the output goes.",
        )
    if isinstance(error, MemoryError):
        return AgentmemError("There is not enough memory for this.", "Give it less at once.")
    return AgentmemError(f"unexpected {type(error).__name__}: {error}.", "Set AGENTMEM_DEBUG=1 to see where.")


def not_utf8(error: UnicodeEncodeError) -> UsageProblem:
    """The failure of a word of the command line that is no UTF-8."""
    return UsageProblem(
        f"{name_shown(ascii(error.object[error.start : error.end]))} is not UTF-8 text.", "Type it again."
    )


def is_failure(error: BaseException) -> bool:
    """Whether an exception is a failure, and not Ctrl-C or the like; a panic of Chroma's Rust is no `Exception`."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def name_shown(name: object) -> str:
    """A name or a path as an error shows it."""
    text = str(name)
    return text if len(text) <= _LONGEST_NAME else f"{text[:_LONGEST_NAME]}…"
