"""What a TAB offers for ids, users, models and settings. Only reads: makes no folder and no file, loads no model.

Each function takes what Typer gives it and gives (value, what it is) pairs; Typer leaves out those that do not begin
with what was typed. A store that cannot be read right now has nothing to offer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import typer

from agentmem_cli.setting_table import KEYS, MEMORY_MODES, SETTINGS, THEMES
from agentmem_cli.settings import Settings, load_settings, read_config
from agentmem_cli.storage.database import Database

Pairs = list[tuple[str, str]]


def one_of(*values: str) -> Callable[[], Pairs]:
    """Offers a fixed list."""
    return lambda: [(value, "") for value in values]


def session_candidates(ctx: typer.Context, incomplete: str) -> Pairs:
    """The user's sessions, the latest first, with their titles."""
    return _sessions(ctx, incomplete, trashed=False)


def trashed_session_candidates(ctx: typer.Context, incomplete: str) -> Pairs:
    """The sessions that wait in the trash."""
    return _sessions(ctx, incomplete, trashed=True)


def memory_candidates(ctx: typer.Context, incomplete: str) -> Pairs:
    """The user's memories, the last said first, with their text."""
    from agentmem_cli.memories.store import list_memories

    with _store(ctx) as (settings, database):
        found = list_memories(database, settings.user)
        return _shortened(incomplete, ((each.memory_id, each.text) for each in found))


def pending_candidates(ctx: typer.Context, incomplete: str) -> Pairs:
    """The memories that wait for an answer."""
    from agentmem_cli.memories.store import list_pending

    with _store(ctx) as (settings, database):
        found = list_pending(database, settings.user)
        return _shortened(incomplete, ((each.memory_id, each.text) for each in found))


def document_candidates(ctx: typer.Context, incomplete: str) -> Pairs:
    """The documents, with their titles."""
    from agentmem_cli.knowledge.documents import list_documents

    with _store(ctx) as (_, database):
        return _shortened(incomplete, ((each.document_id, each.title) for each in list_documents(database)))


def user_candidates(ctx: typer.Context) -> Pairs:
    """Everybody who has a session or a memory here."""
    with _store(ctx) as (_, database):
        rows = database.read("SELECT user_id FROM agno_sessions UNION SELECT user_id FROM memory_details ORDER BY 1")
        return [(row["user_id"], "") for row in rows if row["user_id"]]


def model_candidates(ctx: typer.Context) -> Pairs:
    """Claude, the offline model, and those that config.toml names."""
    from agentmem_cli.records import DEFAULT_MODEL, OFFLINE

    config = read_config(_settings(ctx).config_file)
    tables = [config, *config.get("users", {}).values()]
    named = [table[key] for table in tables for key in ("model", "memory_model") if key in table]
    return [(name, "") for name in dict.fromkeys([DEFAULT_MODEL, OFFLINE, *named])]


def setting_candidates() -> Pairs:
    """The names of the settings, with what each is for."""
    return [(key, setting.says) for key, setting in SETTINGS.items()]


def value_candidates(ctx: typer.Context) -> Pairs:
    """What the setting that stands before it can be."""
    key = ctx.params.get("key")
    if key in ("model", "memory_model"):
        return model_candidates(ctx)
    return one_of(*{"memory": MEMORY_MODES, "theme": THEMES, "keys": KEYS}.get(str(key), ()))()


def _sessions(ctx: typer.Context, incomplete: str, *, trashed: bool) -> Pairs:
    from agentmem_cli.sessions.catalog import list_sessions

    with _store(ctx) as (settings, database):
        found = list_sessions(database, settings.user, trashed=trashed)
        return _shortened(incomplete, ((each.session_id, each.title) for each in found))


def _shortened(incomplete: str, found: Iterable[tuple[str, str]]) -> Pairs:
    """Each id as short as it may be, or whole when more of it than that was typed."""
    from agentmem_cli.commands.options import short_ids

    named = dict(found)
    short = short_ids(list(named))
    return [(short[each] if short[each].startswith(incomplete) else each, text) for each, text in named.items()]


def _settings(ctx: typer.Context) -> Settings:
    return load_settings(user=ctx.params.get("user"))


@contextmanager
def _store(ctx: typer.Context) -> Iterator[tuple[Settings, Database]]:
    from agentmem_cli.storage.opening import open_to_look

    settings = _settings(ctx)
    database = open_to_look(settings)
    try:
        yield settings, database
    finally:
        database.close()
