"""What a conversation's thread builds: the context of its turns, and the model that captures memories.

Building a language model imports Agno and the provider's package: two seconds, in the background.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agentmem_cli.agent.gguf_file import takes_tools
from agentmem_cli.agent.offline import OfflineAnswerer
from agentmem_cli.agent.request import Answerer, TurnContext
from agentmem_cli.agent.window import context_window
from agentmem_cli.errors import described
from agentmem_cli.knowledge.search import Searcher
from agentmem_cli.memories.catch_up import catch_up as catch_up_memories
from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.records import OFFLINE, FoundPassage
from agentmem_cli.sessions.index import catch_up
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import is_stored, open_untouched

if TYPE_CHECKING:  # heavy: imported for a language model alone
    from agno.models.base import Model

    from agentmem_cli.agent.tools import SearchKnowledge

PASSAGES = 6
"""How many passages one search gives the model: about 1,500 tokens."""


def load_context(
    settings: Settings, database: Database, *, model: str, knowledge: bool, warn: Callable[[str], None]
) -> TurnContext:
    """Everything that the turns of a conversation share. Raises ConfigProblem for a model that cannot be used."""
    answerer = _answerer(model, settings)
    catch_up(database, settings.user)
    catch_up_memories(database)
    documents = None
    if knowledge:
        documents = _untouched_documents(settings, warn) if settings.incognito else database
    # Chroma writes even when it is only read.
    for_search = replace(settings, data_dir=Path(os.devnull)) if settings.incognito else settings
    searcher = Searcher(documents, for_search) if documents is not None else None
    index = UserIndex(database, settings.user)

    def close() -> None:
        if searcher is not None:
            searcher.close()
        if documents is not None:
            documents.close()

    gc.freeze()  # what is loaded stays: going over it at each full collection made every fifth turn 60 ms longer
    return TurnContext(
        database=database,
        answerer=answerer,
        searcher=searcher,
        search=search_with(searcher, warn) if searcher is not None else None,
        warm_search=searcher.warm if searcher is not None and not settings.incognito else _nothing,
        index=index,
        history=settings.history,
        window=context_window(model, settings.context_window),
        memory="incognito" if settings.incognito else settings.memory,
        warn=warn,
        close=close,
    )


def warm_up(context: TurnContext) -> None:
    """Load what a search of the documents needs, heal its index, and make the vectors that are missing."""
    _told(context, "The documents are searched all the same", context.warm_search)
    refresh_vectors(context)


def refresh_vectors(context: TurnContext) -> None:
    """Make the vectors of what was said since; recall goes by words alone when there can be none."""
    _told(context, "Recall goes by words alone", context.index.refresh)


def _told(context: TurnContext, consequence: str, work: Callable[[], None]) -> None:
    """Do something in a thread that nobody waits for; what fails is a warning."""
    try:
        work()
    except BaseException as error:  # noqa: BLE001 -- a thread that nobody waits for must say what broke
        context.warn(f"{consequence}: {described(error).problem}")


def _nothing() -> None:
    """Incognito no file is touched ahead of a search, and without documents nothing is loaded."""


def use_model(context: TurnContext, model: str, settings: Settings) -> None:
    """Answer with another model from the next turn on. Raises ConfigProblem for one that cannot be used."""
    context.answerer = _answerer(model, settings)
    context.window = context_window(model, settings.context_window)
    context.has_said_cut = False


def memory_model(model: str, settings: Settings) -> Model:
    """The model that captures memories: `memory_model` of the settings, or the one that answers."""
    from agentmem_cli.agent.models import build_model

    built, _ = build_model(settings.memory_model or model, settings)
    return built


def _answerer(model: str, settings: Settings) -> Answerer:
    if model == OFFLINE:
        return OfflineAnswerer()
    from agentmem_cli.agent.agno_answer import AgnoAnswerer
    from agentmem_cli.agent.models import build_model

    built, watch = build_model(model, settings)
    return AgnoAnswerer(built, watch, marks_cache=model.startswith("anthropic:"), calls_tools=takes_tools(model))


def _untouched_documents(settings: Settings, warn: Callable[[str], None]) -> Database | None:
    """The store of an incognito chat's documents, without touching a file; None when there is no such way."""
    documents = open_untouched(settings)
    if documents is None and is_stored(settings):
        warn("Incognito, the documents are not searched while another agentmem is at work.")
    return documents


def search_with(searcher: Searcher, warn: Callable[[str], None]) -> SearchKnowledge:
    """The search that the agent's tool makes; what degraded is told."""

    def search(query: str, document: str | None) -> list[FoundPassage]:
        found = searcher.search(query, limit=PASSAGES, document=document)
        if searcher.problem:
            warn(searcher.problem)
        return found

    return search
