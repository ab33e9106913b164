"""The entry point: which command, and nothing of what it does.

A command's module is imported only when it is the one that runs: `--help` shows the lines below.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup, TyperOption

from agentmem_cli import __version__
from agentmem_cli.errors import ExitCode, UsageProblem

COMMANDS = {
    "chat": "Talk to the agent. The default command.",
    "sessions": "List, show, search, rename, delete, export and import conversations.",
    "memories": "List, show, add, correct, undo and erase what is known of you.",
    "import": "Take over the sessions and memories of an Agno database.",
    "ingest": "Read PDFs and text files into the knowledge.",
    "knowledge": "List, show, search and remove ingested documents.",
    "recall": "Show what the agent would be given for a question.",
    "config": "List, get and set what agentmem does by default.",
    "models": "Show which language models can be used here, and what the others need.",
    "completion": "Make your shell's TAB complete commands, options and ids.",
    "doctor": "Check the data folder, the database, the model and the embedder.",
    "backup": "Copy everything into one file.",
    "restore": "Put a backup in place of what is here.",
    "migrate": "Copy everything into another store: from a file to PostgreSQL, or back.",
}


_MODULES = {"import": "import_agno"}
"""Where a command's name is a word of Python."""


class LazyCommands(TyperGroup):
    """The commands by name; `agentmem_cli/commands/NAME.py` holds `app`, imported when it is asked for."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = dict.fromkeys(COMMANDS)  # type: ignore[assignment]  # only its names are used: "Did you mean"

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 -- Typer's signature
        """All names, in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 -- Typer's signature
        """The command, or None for a name that is not one."""
        return _command(cmd_name) if cmd_name in COMMANDS else None

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:  # noqa: ARG002 -- Typer's signature
        """The commands for a TAB, from COMMANDS alone."""
        from typer.completion import shell_completion  # type: ignore[attr-defined]  # vendored, no public name

        found = (name for name in COMMANDS if name.startswith(incomplete))
        return [shell_completion.CompletionItem(name, help=COMMANDS[name]) for name in found]

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 -- Typer's signature
        """The list in `--help`, from COMMANDS alone."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@cache  # it is asked for twice in a run, and reads every signature
def _command(name: str) -> Any:
    module = importlib.import_module(f"agentmem_cli.commands.{_MODULES.get(name, name)}")
    command = typer.main.get_command(module.app)
    command.name = name
    _add_db(command)
    return command


def _add_db(command: Any) -> None:
    """Give each command the option `--db`: where everything is kept concerns all of them alike.

    `import` has one of its own, that of the other program.
    """
    for each in getattr(command, "commands", {}).values():
        _add_db(each)
    if not hasattr(command, "commands") and not any("--db" in each.opts for each in command.params):
        option = TyperOption(param_decls=["--db"], expose_value=False, callback=_use_db, metavar="URL", help=_DB_HELP)
        command.params.append(option)


def _use_db(_context: Any, _option: Any, url: str | None) -> None:
    """Name the database in the environment, where the processes that this one starts find it too."""
    if url is not None:
        _name_database(url)


def _name_database(url: str | None) -> None:
    os.environ.pop("AGENTMEM_DB", None)
    if url is not None:
        os.environ["AGENTMEM_DB"] = url


_DB_HELP = "postgresql://…, in place of a file; AGENTMEM_DB keeps a password out of the list of processes."

app = typer.Typer(
    cls=LazyCommands,
    help="An agent in your terminal that remembers, and shows you what it remembers.",
    rich_markup_mode=None,  # Rich adds 200 ms to --help
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"agentmem {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Print the version."),
) -> None:
    """An agent in your terminal that remembers, and shows you what it remembers."""


_OWN_OPTIONS = {"-h", "--help", "--version", "--install-completion", "--show-completion"}
_COMMAND_LIKE = re.compile(r"[a-z0-9_-]+", re.IGNORECASE | re.ASCII)


def with_default_command(words: list[str]) -> list[str]:
    """`agentmem`, `agentmem --user sarah` and `agentmem "Where do I work?"` mean `agentmem chat …`.

    A `--resume` with nothing behind it chooses.
    """
    if not words or _begins_a_chat(words[0]):
        words = ["chat", *words]
    if words[0] != "chat":
        return words
    following = [*words[1:], "-"]
    return [part for word, after in zip(words, following, strict=True) for part in _with_choice(word, after)]


def _begins_a_chat(word: str) -> bool:
    """Whether the first word is an option of `chat` or a message. One that could be a mistyped command is neither.

    Not all languages put blanks between words: whatever no command's name could be is a message.
    """
    if word.startswith("-"):
        return word not in _OWN_OPTIONS
    return bool(word.strip()) and not _COMMAND_LIKE.fullmatch(word)


def _with_choice(word: str, after: str) -> list[str]:
    """`--resume` alone becomes `--resume ?`: Typer knows no option whose value may be left out."""
    return [word, "?"] if word in ("--resume", "-r") and after.startswith("-") else [word]


def main() -> None:
    """Run the command line and exit."""
    from agentmem_cli.terminal.streams import run_reporting

    os.umask(0o077)
    _open_closed_streams()
    sys.exit(run_reporting(lambda: run(sys.argv[1:])))


def _open_closed_streams() -> None:
    """Give a stream that was closed at the start (`<&-`) to nothing, before the database gets its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 -- open until the end


def _exit_code(returned: object) -> int:
    return returned if isinstance(returned, int) else 0


_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""Typer vendors Click and exports only the leaves of its errors; this is the parent of all usage errors."""


def run(words: list[str]) -> int:
    """Run one command line; its exit code, or an AgentmemError. Ctrl-C stays KeyboardInterrupt."""
    database = os.environ.get("AGENTMEM_DB")
    try:
        return _exit_code(app(args=with_default_command(words), prog_name="agentmem", standalone_mode=False))
    except typer.Abort:
        raise KeyboardInterrupt from None
    except _UsageError as error:
        return _wrong_usage(error)
    finally:
        _name_database(database)


def _wrong_usage(error: Any) -> int:
    """Show its help where a command of `agentmem memories` is left out; everything else is an error."""
    message, path = error.format_message(), error.ctx.command_path if error.ctx else "agentmem"
    if not message.startswith("Usage: "):
        raise UsageProblem(
            message if message.endswith("?") else f"{message.rstrip('.')}.", f"See `{path} --help`."
        ) from None
    from agentmem_cli.terminal.streams import note

    note(message)
    return ExitCode.USAGE
