"""Where things are kept and what the person chose: flag > environment > config file > default.

Never reads the database and never imports anything heavy: every command starts here.
"""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentmem_cli.errors import ConfigProblem

MEMORY_MODES = ("auto", "review", "off")
DEFAULT_HISTORY = 10
DEFAULT_LOCK_TIMEOUT = 30.0
DEFAULT_TIMEOUT = 120.0
_USER_ID = re.compile(r"[^\s/\\\x00-\x1f\x7f-\x9f]{1,100}")


@dataclass(frozen=True, slots=True)
class Settings:
    """One run's settings.

    `lock_timeout` and `timeout` are in seconds: how long to wait for another process to let go of the
    database, and for a byte from the model's provider.
    """

    data_dir: Path
    config_file: Path
    user: str
    model: str | None
    memory: str
    memory_model: str | None
    history: int
    lock_timeout: float
    timeout: float
    incognito: bool = False
    """This chat is kept in memory only: nothing below the data folder is made or changed, nor need it exist."""

    @property
    def database(self) -> Path:
        """The one SQLite file that holds everything that must not be lost."""
        return self.data_dir / "agentmem.db"

    @property
    def chroma_dir(self) -> Path:
        """The search index of the knowledge; disposable."""
        return self.data_dir / "chroma"

    @property
    def input_history(self) -> Path:
        """What this user typed at the chat prompt. The name is a hash, since a user id may be any text."""
        import hashlib

        return self.data_dir / "history" / hashlib.sha256(self.user.encode()).hexdigest()[:16]


def load_settings(
    *,
    user: str | None = None,
    model: str | None = None,
    memory: str | None = None,
    memory_model: str | None = None,
    history: int | None = None,
    incognito: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """The settings for this run. Incognito captures nothing. Raises ConfigProblem for a value that cannot be used."""
    data_dir, config_file = _directories(environ)
    config = _read_config(config_file)

    def chosen(flag: Any, variable: str, key: str, default: Any) -> Any:
        if flag is not None:
            return flag
        return environ.get(variable) or config.get(key, default)

    return Settings(
        data_dir=data_dir,
        config_file=config_file,
        user=_checked_user(chosen(user, "AGENTMEM_USER", "user", None) or _login_name()),
        model=_checked_text("model", chosen(model, "AGENTMEM_MODEL", "model", None)),
        memory="off"
        if incognito
        else _checked_choice("memory", chosen(memory, "AGENTMEM_MEMORY", "memory", "auto"), MEMORY_MODES),
        memory_model=_checked_text("memory_model", chosen(memory_model, "AGENTMEM_MEMORY_MODEL", "memory_model", None)),
        history=int(_checked_number("history", chosen(history, "AGENTMEM_HISTORY", "history", DEFAULT_HISTORY))),
        lock_timeout=_checked_number(
            "lock_timeout", chosen(None, "AGENTMEM_LOCK_TIMEOUT", "lock_timeout", DEFAULT_LOCK_TIMEOUT)
        ),
        timeout=_checked_number("timeout", chosen(None, "AGENTMEM_TIMEOUT", "timeout", DEFAULT_TIMEOUT)),
        incognito=incognito,
    )


def _directories(environ: Mapping[str, str]) -> tuple[Path, Path]:
    """(data folder, config file): both below AGENTMEM_HOME when it is set, else where the platform keeps them."""
    home = environ.get("AGENTMEM_HOME")
    if home:
        base = Path(home).expanduser()
        return base, base / "config.toml"
    import platformdirs  # 25 ms that a set AGENTMEM_HOME saves

    return Path(platformdirs.user_data_dir("agentmem")), Path(platformdirs.user_config_dir("agentmem")) / "config.toml"


def _read_config(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ConfigProblem(f"{path} is not valid TOML: {problem}.", "Correct the file, or move it away.") from None
    except OSError as problem:
        raise ConfigProblem(f"{path} cannot be read: {problem.strerror}.", "Check its permissions.") from None


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user in a bare container
        return "default"


def _checked_user(user: str) -> str:
    if isinstance(user, str) and _USER_ID.fullmatch(user):
        return user
    raise ConfigProblem(
        f"{user!r} cannot be a user id.", "Use 1 to 100 characters with no spaces, slashes or control characters."
    )


def _checked_text(name: str, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise ConfigProblem(f"{name} cannot be {value!r}.", "It is text in quotes.")


def _checked_choice(name: str, value: Any, choices: tuple[str, ...]) -> str:
    if value in choices:
        return str(value)
    raise ConfigProblem(f"{name} cannot be {value!r}.", f"It is one of: {', '.join(choices)}.")


def _checked_number(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1
    if 0 <= number < 1_000_000:
        return number
    raise ConfigProblem(f"{name} cannot be {value!r}.", "It is a number, 0 or more.")
