"""`build_agent`: an Agno agent with these memories, in one call. Importing this imports Agno."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agentmem_cli.agent.quiet import quiet_agno

quiet_agno()  # before Agno is first imported

from agno.models.base import Model  # noqa: E402 -- as above

from agentmem_cli.agent.choice import model_name  # noqa: E402
from agentmem_cli.agent.models import build_model, named_model, watched  # noqa: E402
from agentmem_cli.errors import UsageProblem  # noqa: E402
from agentmem_cli.library.agno_db import agno_db  # noqa: E402
from agentmem_cli.library.connections import Connections  # noqa: E402
from agentmem_cli.library.memory_agent import MemoryAgent  # noqa: E402
from agentmem_cli.library.options import refuse_owned  # noqa: E402
from agentmem_cli.library.store import Store, default_user, store_settings  # noqa: E402
from agentmem_cli.records import OFFLINE  # noqa: E402
from agentmem_cli.sessions.index import AGENT_ID  # noqa: E402
from agentmem_cli.settings import Settings  # noqa: E402


def build_agent(
    model: str | Model,
    *,
    user: str | None = None,
    db: str | Path | None = None,
    memory: str = "auto",
    knowledge: bool = True,
    **agent_options: Any,
) -> MemoryAgent:
    """An Agno agent whose sessions, memories and documents are agentmem's.

    `model` is a `provider:id` or one of Agno's models. `db` is the path of the store, its folder, or its `sqlite:///`
    or `postgresql://` URL; that of the `agentmem` command if left out. `user` is whose the runs are that name no
    `user_id`. `memory` is "auto", "review" (what is learnt waits for `agentmem memories approve`) or "off".
    `knowledge=False` leaves the documents out. What else is given goes to Agno's `Agent`.

    Raises UsageProblem for an option that is agentmem's own, ConfigProblem for a model or a store that cannot be
    used, and StorageProblem where the store cannot be opened.
    """
    refuse_owned(agent_options)
    built, store, connections = open_store(model, db, memory, knowledge=knowledge)
    return MemoryAgent(
        model=built,
        id=AGENT_ID,
        user_id=default_user(user),
        db=agno_db(store, connections),
        resolve_in_context=False,  # or Agno fills `{names}` in the person's own text
        telemetry=False,
        **agent_options,
    )


def open_store(
    model: str | Model, db: str | Path | None, memory: str, *, knowledge: bool
) -> tuple[Model, Store, Connections]:
    """The model, the store at a path or URL, and the model's connections. Raises as `build_agent` does."""
    settings = store_settings(db, memory, model if isinstance(model, str) else None)
    name = _name_of(model, settings)
    built = named_model(name, settings) if isinstance(model, str) else model
    connections = Connections(settings.timeout)

    def memory_model(_: str) -> Model:
        if settings.memory_model:
            return build_model(settings.memory_model, settings)[0]
        return watched(connections.here(built), settings.timeout)[0]

    return built, Store(settings, model=name, build_memory_model=memory_model, knowledge=knowledge), connections


def _name_of(model: str | Model, settings: Settings) -> str:
    """`provider:id`. Raises ConfigProblem for no such name, UsageProblem for what is no language model."""
    if isinstance(model, Model):
        return f"{(model.provider or '').lower()}:{model.id}"
    name = model_name(model, settings.base_url)
    if name == OFFLINE:
        raise UsageProblem("An Agno agent needs a language model.", "Give provider:id; `agentmem chat` does without.")
    return name
