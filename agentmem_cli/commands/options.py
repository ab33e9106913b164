"""What several commands share on their command lines: options, opening the store, reading a file or stdin."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from io import BytesIO
from pathlib import Path
from typing import IO, Annotated

import typer

from agentmem_cli.agent.choice import model_name
from agentmem_cli.commands.candidates import model_candidates, user_candidates
from agentmem_cli.errors import AgentmemError, NotFound, StoreUnwritable
from agentmem_cli.memories.catch_up import catch_up as catch_up_memories
from agentmem_cli.sessions.index import catch_up as catch_up_sessions
from agentmem_cli.settings import Settings, load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database, open_to_read

User = Annotated[
    str | None,
    typer.Option("--user", "-u", help="Whose; AGENTMEM_USER, or your login name.", autocompletion=user_candidates),
]
CaptureModel = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        metavar="PROVIDER:ID",
        help="Which model; that for memories, or the chat's.",
        autocompletion=model_candidates,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def opened(user: str | None) -> tuple[Settings, Database]:
    """The settings for a user, and the database they name; where nothing can be written, to read only.

    What another program of Agno's has written there is taken in first.
    """
    settings = load_settings(user=user)
    database = open_to_read(settings)
    with suppress(StoreUnwritable):
        catch_up_sessions(database, settings.user)
        catch_up_memories(database)
    return settings, database


def opened_to_capture(user: str | None, model: str | None) -> tuple[Settings, Database, str]:
    """The same, and the name of the model that captures: the one given, that for memories, or the chat's."""
    settings = load_settings(user=user, memory_model=model)
    name = model_name(settings.memory_model or settings.model, settings.base_url)
    return settings, open_database(settings), name


@contextmanager
def open_file(file: str) -> Iterator[IO[bytes]]:
    """A file, or stdin for `-`, to read from, and to go back in. Raises NotFound, or AgentmemError."""
    try:
        with Path(file).open("rb") if file != "-" else nullcontext(sys.stdin.buffer) as content:
            yield content if content.seekable() else BytesIO(content.read())
    except FileNotFoundError:
        raise NotFound(f"There is no file {file}.", "Check the path.") from None
    except OSError as problem:
        raise AgentmemError(f"{file} cannot be read: {problem.strerror}.", "Check its permissions.") from None


def read_text(file: str) -> str:
    """The text of a file, or of stdin for `-`. Raises AgentmemError when it is not UTF-8 or cannot be read."""
    with open_file(file) as content:
        return text_in(content, file)


def text_in(content: IO[bytes], name: str) -> str:
    """What an open file holds. Raises AgentmemError when that is not UTF-8."""
    try:
        return content.read().decode("utf-8")
    except UnicodeDecodeError as problem:
        raise AgentmemError(
            f"{name} is not UTF-8 text (byte {problem.object[problem.start]:#04x} at {problem.start}).",
            "Convert it first, for instance with iconv.",
        ) from None


def short_ids(ids: list[str]) -> dict[str, str]:
    """For each id the shortest beginning, of 8 characters or more, that no other of them has."""
    ordered = sorted(set(ids))
    short = {}
    for place, each in enumerate(ordered):
        neighbours = ordered[max(0, place - 1) : place] + ordered[place + 1 : place + 2]
        shared = max((_shared_length(each, other) for other in neighbours), default=0)
        short[each] = each[: max(8, shared + 1)]
    return short


def _shared_length(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
