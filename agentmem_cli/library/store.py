"""What all runs of an agent share: the store, the search, each user's index, the thread for what nobody waits for.

Its methods read and write the store, and so run on a thread and not on an event loop. Imports no Agno.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from agentmem_cli.agent.capturing import Capturing
from agentmem_cli.agent.events import Captured
from agentmem_cli.agent.loop_thread import LoopThread
from agentmem_cli.agent.offline import OfflineAnswerer
from agentmem_cli.agent.request import Answerer, TurnContext
from agentmem_cli.agent.window import context_window
from agentmem_cli.agent.worker import search_with
from agentmem_cli.errors import UsageProblem
from agentmem_cli.knowledge.search import Searcher
from agentmem_cli.knowledge.walk import FileResult, find_files
from agentmem_cli.memories.catch_up import catch_up as catch_up_memories
from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.sessions.index import catch_up
from agentmem_cli.setting_table import SETTINGS
from agentmem_cli.settings import Settings, chosen_settings, load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import is_stored, open_database

if TYPE_CHECKING:  # heavy: whoever asks has it
    from agno.models.base import Model

log = logging.getLogger("agentmem")
"""Where what degraded is told: a library owns no terminal."""
SQLITE = "sqlite:///"
MOST_PEOPLE = 64
"""Users whose indexes are kept in memory: one of 5,000 messages takes about 10 MB."""
CLOSING_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the store: what their questions are compared with, and what looks through their messages."""

    index: UserIndex
    capturing: Capturing


class Store:
    """One open store. `build_memory_model` gives the model that captures, given its name; `model` is that name."""

    def __init__(
        self, settings: Settings, *, model: str, build_memory_model: Callable[[str], Model], knowledge: bool
    ) -> None:
        self.settings = settings
        self.database = opened(settings)
        self.model = model
        self.searcher = Searcher(self.database, settings) if knowledge else None
        self._build_memory_model = build_memory_model
        self._people: OrderedDict[str, Person] = OrderedDict()
        self._sessions: dict[str, str] = {}
        self._caught_up: set[str] = set()
        self._lock = threading.Lock()
        self._thread: LoopThread | None = None
        self._captures: set[Future[None]] = set()
        catch_up_memories(self.database)

    @property
    def thread(self) -> LoopThread:
        """The thread of what nobody waits for, started when it is first needed."""
        with self._lock:
            if self._thread is None:
                self._thread = LoopThread("agentmem")
                self._thread.start(lambda: None, self.database.close)
            return self._thread

    def context(self, user_id: str, answerer: Answerer | None = None) -> TurnContext:
        """What a turn of this user needs; without an `answerer`, what searches and recalls."""
        window = context_window(self.model, self.settings.context_window)
        return TurnContext(
            database=self.database,
            answerer=answerer or OfflineAnswerer(),
            searcher=self.searcher,
            search=search_with(self.searcher, log.warning) if self.searcher else None,
            warm_search=lambda: None,
            index=self.person(user_id).index,
            history=self.settings.history,
            window=window,
            memory=self.settings.memory,
            warn=log.warning,
            close=lambda: None,
            has_said_cut=True,  # a program reads no such line
        )

    def person(self, user_id: str) -> Person:
        """A user's index and capture. At first what other programs wrote of theirs is taken in."""
        with self._lock:
            known = self._people.get(user_id)
            if known is not None:
                self._people.move_to_end(user_id)
                return known
        catch_up(self.database, user_id)
        with self._lock:
            person = self._people.setdefault(user_id, self._new_person(user_id))
            while len(self._people) > MOST_PEOPLE:
                self._people.popitem(last=False)[1].index.stop()
        return person

    def session_without_id(self, user_id: str) -> str:
        """The session of a user whose runs name none: one as long as the store is open, as with Agno."""
        return self._sessions.setdefault(user_id, str(uuid4()))

    def ingest(self, paths: Sequence[Path]) -> list[FileResult]:
        """Read files and folders into the knowledge; a result for each file. Raises NotFound for a single one."""
        from agentmem_cli.knowledge.index import bring_index_in_step
        from agentmem_cli.knowledge.ingest import ingest_files
        from agentmem_cli.knowledge.ocr_queue import ScanRead, read_scans

        found = find_files(paths)
        results = {result.path: result for result in (*found.refused, *ingest_files(self.database, found.files))}
        for read in read_scans(self.database, found.files, None):
            if not isinstance(read, ScanRead):
                results[read.path] = read
        bring_index_in_step(self.database, self.settings)
        return list(results.values())

    def capture(self, user_id: str, run_id: str) -> None:
        """Look for memories in a settled turn, and in what waits of the user's, in the background."""
        if self.settings.memory == "off":
            return
        self._begin(self._capture(user_id, self.person(user_id), run_id))

    def close(self) -> None:
        """Wait a few seconds for what runs in the background, and let go of everything."""
        wait(self._captures, CLOSING_SECONDS)
        for person in self._people.values():
            person.index.stop()
        if self._thread is not None:
            self._thread.stop(CLOSING_SECONDS)
        if self.searcher is not None:
            self.searcher.close()
        self.database.close()

    def wait_for_captures(self) -> None:
        """Wait until what is looked through just now has been."""
        wait(self._captures)

    def _begin(self, coroutine: Coroutine[Any, Any, None]) -> None:
        future = self.thread.submit(coroutine)
        self._captures.add(future)
        future.add_done_callback(self._captures.discard)

    def _new_person(self, user_id: str) -> Person:
        settings = replace(self.settings, user=user_id)
        index = UserIndex(self.database, user_id)
        return Person(index, Capturing(settings, self.database, lambda: index, self._build_memory_model))

    async def _capture(self, user_id: str, person: Person, run_id: str) -> None:
        _tell(await person.capturing.capture(run_id, self.model))
        if user_id not in self._caught_up:  # once: a model that fails must not be asked for the same at each turn
            self._caught_up.add(user_id)
            await person.capturing.catch_up(self.model, _tell)
        with suppress(Exception):  # recall goes by words alone, and says so
            await asyncio.to_thread(person.index.refresh)


def store_settings(db: str | Path | None, memory: str, model: str | None = None) -> Settings:
    """The settings of a store at a path or URL, or of the one that the environment names. Raises ConfigProblem."""
    settings = load_settings(memory=memory, model=model)
    if db is None:
        return settings
    if "://" in str(db) and not str(db).startswith(SQLITE):
        return replace(settings, db=SETTINGS["db"].check("db", str(db)))
    path = Path(str(db).removeprefix(SQLITE)).expanduser().absolute()
    in_folder = replace(settings, db=None, data_dir=path)
    return in_folder if path.is_dir() else replace(in_folder, data_dir=path.parent, file=path.name)


def opened(settings: Settings) -> Database:
    """The store of these settings, made where there is none. A new file is its owner's alone, whatever the umask."""
    is_new = not is_stored(settings)
    database = open_database(settings)
    if is_new:
        for ending in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                settings.database.with_name(settings.database.name + ending).chmod(0o600)
    return database


def default_user(user: str | None) -> str | None:
    """The user of a run that names none: the one given, or the one of environment or configuration; not the login."""
    if user is not None:
        return str(next(each.value for each in chosen_settings({"user": user}) if each.key == "user"))
    return next(
        (each.value for each in chosen_settings({}) if each.key == "user" and each.source != "login name"), None
    )


def refuse_no_user(user_id: str | None) -> str:
    """The user of a run. Raises UsageProblem where there is none: two people must not become one."""
    if not user_id:
        raise UsageProblem("Whose memories? No user is given.", "Pass user_id= to the run, or user= to build_agent.")
    return user_id


def _tell(captured: Captured) -> None:
    if captured.problem:
        log.warning("Memory: %s", captured.problem)
