"""What a conversation's thread builds: the context of its turns, and the model that captures memories.

Importing this module imports Agno, SQLAlchemy and the provider's package: several seconds, in the background.
"""

from __future__ import annotations

from collections.abc import Callable

from agno.models.base import Model

from agentmem_cli.agent.agno_db import TurnDb
from agentmem_cli.agent.choice import OFFLINE
from agentmem_cli.agent.offline import OfflineModel
from agentmem_cli.agent.tools import SearchKnowledge
from agentmem_cli.agent.turn import Answerer, TurnContext
from agentmem_cli.agent.watch import AnswerWatch
from agentmem_cli.knowledge.search import Searcher
from agentmem_cli.sessions.index import catch_up
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database

PASSAGES = 6
"""How many passages one search gives the model: about 1,500 tokens."""


def load_context(
    settings: Settings, database: Database, *, model: str, knowledge: bool, warn: Callable[[str], None]
) -> TurnContext:
    """Everything that the turns of a conversation share. Raises ConfigProblem for a model that cannot be used."""
    answerer = _answerer(model, settings)
    catch_up(database)
    searcher = Searcher(database, settings) if knowledge else None
    if searcher is not None:
        searcher.warm()
    return TurnContext(
        database=database,
        turn_db=TurnDb(database),
        answerer=answerer,
        search=_search_with(searcher) if searcher is not None else None,
        history=settings.history,
        warn=warn,
        close=searcher.close if searcher is not None else lambda: None,
    )


def use_model(context: TurnContext, model: str, settings: Settings) -> None:
    """Answer with another model from the next turn on. Raises ConfigProblem for one that cannot be used."""
    context.answerer = _answerer(model, settings)


def memory_model(model: str, settings: Settings) -> Model:
    """The model that captures memories: `memory_model` of the settings, or the one that answers."""
    return _answerer(settings.memory_model or model, settings).model


def _answerer(model: str, settings: Settings) -> Answerer:
    if model == OFFLINE:
        return Answerer(OfflineModel(), AnswerWatch(), marks_cache=False)
    from agentmem_cli.agent.models import build_model

    built, watch = build_model(model, timeout=settings.timeout)
    return Answerer(built, watch, marks_cache=model.startswith("anthropic:"))


def _search_with(searcher: Searcher) -> SearchKnowledge:
    return lambda query, document: searcher.search(query, limit=PASSAGES, document=document)
