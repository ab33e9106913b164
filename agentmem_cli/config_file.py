"""The one writer of `config.toml`: a commented template, and single values that leave the rest as it was typed.

What the values mean, and how they are read, is `settings.py`'s.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentmem_cli.errors import ConfigProblem, StorageProblem, UsageProblem
from agentmem_cli.setting_table import SETTINGS, setting_named
from agentmem_cli.settings import check_users, read_config

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_HEAD = """\
# The settings of agentmem. A flag beats the environment, and that beats this file.
# Take the "# " from before a line to set it; `agentmem config list` shows what is in force, and why.
"""
_USERS = """
# One user's own settings go before those above.
# [users.sarah]
# model = "anthropic:claude-sonnet-4-6"
"""
_EXAMPLES = {
    "user": "sarah",
    "db": "postgresql://sarah@localhost/agentmem",
    "model": "anthropic:claude-sonnet-4-6",
    "memory_model": "anthropic:claude-haiku-4-5",
    "base_url": "http://localhost:1234/v1",
}


def write_template(path: Path, *, force: bool) -> None:
    """Write a file in which every setting stands, commented out. Raises UsageProblem when there is one already."""
    if path.exists() and not force:
        raise UsageProblem(f"{path} exists.", "`config set` changes it, --force replaces it.")
    lines = []
    for key, setting in SETTINGS.items():
        lines.append(f"\n# {setting.says}\n# {key} = {_as_toml(_EXAMPLES.get(key, setting.default))}\n")
    _write(path, _HEAD + "".join(lines) + _USERS)


def set_value(path: Path, key: str, text: str, user: str | None) -> Any:
    """Put one value, as it is typed on a command line, into the file; gives the value.

    `user` puts it into that user's table. Raises ConfigProblem for a name or value that cannot be.
    """
    setting = setting_named(key)
    value = setting.check(key, text)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if user is not None:
        SETTINGS["user"].check("user", user)
        _not_user(key)
    document = _parsed(path)
    changed = _inserted(document.as_string(), key, value) if user is None and key not in document else None
    if changed is None:
        _table(document, user)[key] = value
        changed = document.as_string()
    _write(path, changed)
    return value


def unset_value(path: Path, key: str, user: str | None) -> bool:
    """Take one value out of the file; false when it was not there. A name that is no setting may go too."""
    document = _parsed(path)
    table: Any = document if user is None else document.get("users", {}).get(user, {})
    if key not in table:
        return False
    del table[key]
    _write(path, document.as_string())
    return True


def _not_user(key: str) -> None:
    if key == "user":
        raise ConfigProblem("A user's table cannot say whose it is.", "Leave --user out.")


def _parsed(path: Path) -> TOMLDocument:
    from tomlkit import TOMLDocument, parse
    from tomlkit.exceptions import ParseError

    if not path.exists():
        return TOMLDocument()
    try:
        document = parse(path.read_text(encoding="utf-8"))
        check_users(path, document)
    except (ParseError, UnicodeDecodeError, RecursionError, OSError):
        read_config(path)  # says the same in the words that every other command uses
        raise
    return document


def _table(document: TOMLDocument, user: str | None) -> Any:
    """Where the value goes: the top of the file, or a user's table, made when there is none."""
    if user is None:
        return document
    from tomlkit import table

    users = document.setdefault("users", table(is_super_table=True))
    return users.setdefault(user, table())


def _inserted(text: str, key: str, value: Any) -> str | None:
    """The file with a new line at its top level: where the template has it commented out, else before any table.

    A table that is commented out counts too: a line behind it would become that user's once it is uncommented.
    None where that would not do, as when a text over several lines looks like a table.
    """
    import tomllib

    table = re.search(r"^(?:# )?\[|^# One user's own", text, re.MULTILINE)
    top, rest = (text[: table.start()], text[table.start() :]) if table else (text, "")
    line = f"{key} = {_as_toml(value)}"
    changed, found = re.subn(rf"^# {key} = .*$", lambda _: line, top, count=1, flags=re.MULTILINE)
    if not found:
        changed = top + ("" if not top or top.endswith("\n") else "\n") + line + "\n"
    try:
        is_right = tomllib.loads(changed + rest) == {**tomllib.loads(text), key: value}
    except tomllib.TOMLDecodeError:
        return None
    return changed + rest if is_right else None


def _as_toml(value: Any) -> str:
    from tomlkit import item

    is_whole = isinstance(value, float) and value.is_integer()
    return item(int(value) if is_whole else value).as_string()


def _write(path: Path, text: str) -> None:
    """Replace the file whole: a reader sees the old or the new. A link to it stays a link."""
    target = path.resolve()
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o600)
        part.replace(target)
    except OSError as problem:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise StorageProblem(f"{path} cannot be written: {problem.strerror}.", "Check its permissions.") from None
