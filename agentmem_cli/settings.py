"""Where things are kept and what the person chose: flag > environment > config file > default.

In the file, what stands under `[users.NAME]` goes before what stands above it. What can be set is `setting_table.py`'s.
Never reads the database, never writes the file (`config_file.py` does) and never imports anything heavy: every
command starts here.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agentmem_cli.errors import ConfigProblem, name_shown
from agentmem_cli.key_masking import without_keys
from agentmem_cli.records import DEFAULT_MODEL, Record
from agentmem_cli.setting_table import SETTINGS, Setting, addresses_in, suggestion

_Table = tuple[str, dict[str, Any]]
"""(what the table is called, what stands in it)."""
_SET_HOME = "Set AGENTMEM_HOME to a folder you can write to."


@dataclass(frozen=True, slots=True)
class Settings:
    """One run's settings.

    `lock_timeout` and `timeout` are in seconds: how long to wait for another process to let go of the
    database, and for a byte from the model's provider.
    """

    data_dir: Path
    config_file: Path
    user: str
    db: str | None
    """The URL of the PostgreSQL database that holds everything, in the place of a file in the data folder."""
    model: str | None
    memory: str
    memory_model: str | None
    history: int
    lock_timeout: float
    timeout: float
    context_window: int = 0
    """Tokens that the model takes, where the person says it; 0 where they do not."""
    base_url: Mapping[str, str] = field(default_factory=dict)
    """The address of each provider's server, where it is not the provider's own."""
    threads: int = 0
    """With which a model from a file is run; 0 for every core."""
    theme: str = "auto"
    """How the chat is coloured: one of THEMES."""
    keys: str = "emacs"
    """How a line is edited: one of KEYS."""
    file: str = "agentmem.db"
    """The name of the database in the data folder: another program's agent may have its own."""
    incognito: bool = False
    """This chat is kept in memory only: nothing below the data folder is made or changed, nor need it exist."""

    @property
    def database(self) -> Path:
        """The one SQLite file that holds everything that must not be lost."""
        return self.data_dir / self.file

    @property
    def chroma_dir(self) -> Path:
        """The search index of the knowledge; disposable."""
        return self.data_dir / ("chroma" if self.file == "agentmem.db" else f"{self.file}-chroma")

    @property
    def input_history(self) -> Path:
        """What this user typed at the chat prompt. The name is a hash, since a user id may be any text."""
        import hashlib

        return self.data_dir / "history" / hashlib.sha256(self.user.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class ChosenSetting(Record):
    """The value in force, and where it comes from: a flag, a variable, the file or the default."""

    key: str
    value: Any
    source: str

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints: a password in a URL is no part of it."""
        return {
            **Record.as_json(self),
            "value": without_keys(self.value) if isinstance(self.value, str) else self.value,
        }


def load_settings(
    *,
    user: str | None = None,
    model: str | None = None,
    memory: str | None = None,
    memory_model: str | None = None,
    history: int | None = None,
    base_url: str | None = None,
    incognito: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """The settings for this run. Incognito captures nothing. Raises ConfigProblem for a value that cannot be used."""
    flags = {"user": user, "model": model, "memory": memory, "memory_model": memory_model, "history": history}
    flags["base_url"] = base_url
    values = {each.key: each.value for each in chosen_settings(flags, environ)}
    values["base_url"] = _addresses(flags, environ, values)
    if incognito:
        values["memory"] = "off"
    data_dir, config_file = directories(environ)
    return Settings(data_dir=data_dir, config_file=config_file, incognito=incognito, **values)


def chosen_settings(flags: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> list[ChosenSetting]:
    """Every setting with its value and source. Raises ConfigProblem for a value, or a file, that cannot be used."""
    config = read_config(directories(environ)[1])
    user = _choose(SETTINGS["user"], flags, environ, [("config.toml", config)])
    tables = _tables(config, user.value)
    return [user if key == "user" else _choose(each, flags, environ, tables) for key, each in SETTINGS.items()]


def _tables(config: Mapping[str, Any], user: str) -> list[_Table]:
    """What the file says for a user: their own table, and what stands above it."""
    return [
        (f"config.toml [users.{user}]", config.get("users", {}).get(user, {})),
        ("config.toml", dict(config)),
    ]


def _addresses(flags: Mapping[str, Any], environ: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, str]:
    """The address of each provider's server: for each the first that names it, flag, environment or file.

    One without a provider's name is that of the model's provider, and of no other: it would get another one's key.
    """
    setting = SETTINGS["base_url"]
    tables = _tables(read_config(directories(environ)[1]), values["user"])
    provider = str(values["model"] or DEFAULT_MODEL).partition(":")[0]
    addresses: dict[str, str] = {}
    for _, name, value in reversed(_said(setting, flags, environ, tables)):
        addresses |= addresses_in(setting.check(name, value) or "", provider)
    return addresses


def directories(environ: Mapping[str, str] = os.environ) -> tuple[Path, Path]:
    """(data folder, config file): both below AGENTMEM_HOME when it is set, else where the platform keeps them."""
    home = environ.get("AGENTMEM_HOME")
    if home:
        base = _expanded(Path(home))
        return base, base / "config.toml"
    import platformdirs  # 25 ms that a set AGENTMEM_HOME saves

    try:
        data, config = platformdirs.user_data_dir("agentmem"), platformdirs.user_config_dir("agentmem")
    except RuntimeError:  # a user id without a name, and no HOME
        raise ConfigProblem("There is no home folder.", _SET_HOME) from None
    return Path(data), Path(config) / "config.toml"


def _expanded(home: Path) -> Path:
    try:
        return home.expanduser()
    except RuntimeError:
        raise ConfigProblem(f"There is no home folder {home.parts[0]}.", _SET_HOME) from None


def read_config(path: Path) -> dict[str, Any]:
    """What the file says; nothing when there is none. Raises ConfigProblem when it is no TOML, or names no setting.

    A name misspelt is an error and not a warning: `memroy = "off"` passed over would save what was not to be saved.
    """
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        config = _parsed(text)
    except OSError as problem:
        raise ConfigProblem(
            f"{name_shown(path)} cannot be read: {problem.strerror}.",
            f"Check its name and permissions. {_SET_HOME}",
        ) from None
    except (ValueError, RecursionError) as problem:
        raise ConfigProblem(f"{path} is not valid TOML: {problem}.", "Correct the file, or move it away.") from None
    check_users(path, config)
    _check_names(path, "", config.keys() - {"users"})
    for name, table in config.get("users", {}).items():
        _check_names(path, f"[users.{name}] ", table.keys(), but={"user"})
    return config


def _parsed(text: str) -> dict[str, Any]:
    if not text:
        return {}
    import tomllib

    return tomllib.loads(text)


def check_users(path: Path, config: Mapping[str, Any]) -> None:
    """Raise ConfigProblem where what should be the users' tables is something else."""
    users = config.get("users", {})
    if not isinstance(users, dict) or not all(isinstance(table, dict) for table in users.values()):
        raise ConfigProblem(f"{path}: users is no table.", "Write [users.NAME], and below it that user's settings.")


def _check_names(path: Path, table: str, names: Iterable[str], but: Set[str] = frozenset()) -> None:
    unknown = sorted(name for name in names if name not in SETTINGS or name in but)
    if unknown:
        raise ConfigProblem(f'{path}: {table}there is no setting "{unknown[0]}".', suggestion(unknown[0]))


def _said(
    setting: Setting, flags: Mapping[str, Any], environ: Mapping[str, str], tables: list[_Table]
) -> list[tuple[str, str, Any]]:
    """(source, name to complain about, value) of all that say something: flag, environment, each table of the file."""
    key = setting.key
    found = [(f"--{key.replace('_', '-')}", key, flags.get(key))]
    found += [(setting.variable, setting.variable, environ.get(setting.variable) or None)]
    found += [(source, key, table.get(key)) for source, table in tables]
    return [each for each in found if each[2] is not None]


def _choose(
    setting: Setting, flags: Mapping[str, Any], environ: Mapping[str, str], tables: list[_Table]
) -> ChosenSetting:
    """The first that says something, or the default."""
    key = setting.key
    source, name, value = next(iter(_said(setting, flags, environ, tables)), ("default", key, setting.default))
    if key == "user" and value is None:
        source, value = "login name", _login_name()
    return ChosenSetting(key, setting.check(name, value), source)


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user in a bare container
        return "default"
