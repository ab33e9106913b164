"""The Chroma collection: a search index of the vectors in SQLite, disposable and rebuilt whenever in doubt.

Chroma is not safe between processes (several writers lost 122 of 2,800 vectors from search), so every use of
it here is under one file lock. It holds ids and vectors, never text. `current.json` beside it says which folder
is the collection, whose vectors it holds and up to which position; it goes before the collection is touched
and comes back when the work is done, so that a process killed in between leaves an index that is out of step.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentmem_cli.embedding.configured import configured_embedder
from agentmem_cli.errors import StorageProblem, StoreLocked, StoreUnwritable, is_failure
from agentmem_cli.knowledge.documents import Position, position
from agentmem_cli.knowledge.marker import Marker, MarkerFile
from agentmem_cli.settings import Settings, load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.lock import file_lock
from agentmem_cli.storage.opening import make_private_folder, open_database

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agentmem_cli.knowledge.postgres_index import PostgresPassageIndex

    Vectors = NDArray[np.float32]

_BATCH = 5000
"""Vectors a call; Chroma takes 5,461 at most. Each call costs it an append to its files."""
_COLLECTION = "passages"
_PATIENCE = 1.0
"""Seconds that a search waits for another process to let go of the index, before it goes without."""


class PassageIndex:
    """The collection of one data folder. Used by one thread at a time."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._folder = settings.chroma_dir
        self._marker = MarkerFile(settings.chroma_dir / "current.json")
        self._timeout = settings.lock_timeout
        self._open: tuple[Marker, Any, Any] | None = None

    def is_in_step(self) -> bool:
        """Whether the index holds what SQLite holds, as far as its marker says. Opens nothing."""
        marker = self._marker.read()
        return marker is not None and marker.is_at(position(self._database), self._embedder)

    def nearest(self, vector: Vectors, count: int) -> list[int] | None:
        """The ids of up to `count` passages near a unit vector, nearest first; None when not in step, or not to be had.

        Chroma writes when it is asked: where nothing can be written the passages are scanned.
        """
        if not self.is_in_step():  # asked before the lock: a rebuild holds it for seconds
            return None
        try:
            with self._locked(_PATIENCE):
                return self._query(vector, count)
        except (StoreLocked, StoreUnwritable):
            return None

    def _query(self, vector: Vectors, count: int) -> list[int] | None:
        marker = self._marker.read()
        if marker is None or not marker.is_at(position(self._database), self._embedder):
            return None
        try:
            found = self._collection(marker).query(query_embeddings=[vector], n_results=count, include=[])
        except BaseException as error:  # whatever ails Chroma, the exact scan answers and the index is rebuilt
            if not is_failure(error):
                raise
            self._marker.drop()
            return None
        return [int(each) for each in found["ids"][0]]

    def bring_in_step(self) -> None:
        """Make the index hold what SQLite holds: by the difference if it can, else anew."""
        with self._locked(self._timeout):
            now, marker = position(self._database), self._marker.read()
            if marker is not None and marker.is_at(now, self._embedder):
                return
            keeps_nothing_erased = marker is not None and marker.erasures == now.erasures
            if marker is not None and keeps_nothing_erased and marker.embedder == self._embedder:
                try:
                    self._update(marker, now)
                except BaseException as error:  # a broken index is rebuilt, whatever broke it
                    if not is_failure(error):
                        raise
                    self._rebuild(now)
            else:
                self._rebuild(now)

    def forget(self) -> None:
        """Count as out of step, whatever the marker says: it may be of another database that was here before."""
        with self._locked(self._timeout):
            self._marker.drop()

    def close(self) -> None:
        """Let go of Chroma's files."""
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def _update(self, marker: Marker, now: Position) -> None:
        collection = self._collection(marker)
        self._marker.drop()
        stored = {row["passage_id"] for row in self._database.read(*self._embedded("passage_id"))}
        held = {int(each) for each in collection.get(include=[])["ids"]}
        for some in _batches(sorted(held - stored)):
            collection.delete(ids=[str(each) for each in some])
        self._add(collection, sorted(stored - held))
        self._write_marker(marker.folder, now)

    def _rebuild(self, now: Position) -> None:
        """A new collection in a new folder, then the old folders go: deleted vectors stay in a collection's files."""
        self.close()
        self._marker.drop()
        folder = uuid.uuid4().hex[:12]
        stored = [row["passage_id"] for row in self._database.read(*self._embedded("passage_id"))]
        if stored:
            collection = self._collection(Marker(folder, self._embedder, now.generation, now.erasures))
            self._add(collection, stored)
        else:
            make_private_folder(self._folder)
        self._write_marker(folder, now)
        for old in self._folder.iterdir():
            if old.is_dir() and old.name != folder:
                shutil.rmtree(old, ignore_errors=True)

    def _add(self, collection: Any, passage_ids: Sequence[int]) -> None:
        import numpy as np

        for some in _batches(passage_ids):
            marks = ",".join("?" * len(some))
            sql, parameters = self._embedded("passage_id, vector", f"AND passage_id IN ({marks})")
            rows = self._database.read(sql, (*parameters, *some))
            if rows:
                collection.add(
                    ids=[str(row["passage_id"]) for row in rows],
                    embeddings=np.stack([np.frombuffer(row["vector"], np.float32) for row in rows]),
                )

    def _collection(self, marker: Marker) -> Any:
        """The open collection; opened again when another process has changed it since."""
        if self._open is not None and self._open[0] == marker:
            return self._open[2]
        self.close()
        from chromadb import PersistentClient
        from chromadb.config import Settings as ChromaSettings

        path = self._folder / marker.folder
        make_private_folder(path)
        client = PersistentClient(path=str(path), settings=ChromaSettings(anonymized_telemetry=False))
        collection = client.get_or_create_collection(
            _COLLECTION,
            embedding_function=None,  # or Chroma downloads a model
            # Built with 60, .999 of the nearest 100 of 37,000 are found, as with 100, for three quarters of the CPU.
            configuration={"hnsw": {"space": "ip", "ef_construction": 60, "ef_search": 400}},
        )
        self._open = (marker, client, collection)
        return collection

    @contextmanager
    def _locked(self, timeout: float) -> Iterator[None]:
        make_private_folder(self._folder.parent)
        with file_lock(self._folder.with_suffix(".lock"), timeout):
            yield

    @property
    def _embedder(self) -> str:
        return configured_embedder(self._database).name

    def _embedded(self, columns: str, more: str = "") -> tuple[str, tuple[str]]:
        """The query for passages that carry a vector of the embedder in use."""
        sql = f"SELECT {columns} FROM passages WHERE embedder = ? {more} ORDER BY passage_id"  # noqa: S608 -- our own words
        return sql, (self._embedder,)

    def _write_marker(self, folder: str, now: Position) -> None:
        marker = Marker(folder, self._embedder, now.generation, now.erasures)
        self._marker.write(marker)
        if self._open is not None:
            self._open = (marker, *self._open[1:])


def passage_index(database: Database, settings: Settings) -> PassageIndex | PostgresPassageIndex:
    """The search index of a store."""
    if database.is_server:
        from agentmem_cli.knowledge.postgres_index import PostgresPassageIndex

        return PostgresPassageIndex(database)
    return PassageIndex(database, settings)


def bring_index_in_step(database: Database, settings: Settings) -> None:
    """Let the search index hold what the store holds. Raises StorageProblem when that fails.

    Chroma's in a process of its own: a rebuild in one that had held an erased vector wrote it into the new
    collection's files in 6 of 30 tries.
    """
    index = passage_index(database, settings)
    if not isinstance(index, PassageIndex):
        index.bring_in_step()
        return
    if index.is_in_step():
        return
    command = [sys.executable, "-P", "-m", "agentmem_cli.knowledge.index", str(settings.data_dir)]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603 -- ourselves
    if ended.returncode:
        said = ended.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise StorageProblem(
            f"The search index could not be brought in step: {said}.",
            "Nothing of the documents is lost; run `agentmem ingest` again.",
        )


def make_index_anew(database: Database, settings: Settings) -> None:
    """The same for a store that was just filled, whose place may have been another's before."""
    index = passage_index(database, settings)
    if isinstance(index, PassageIndex):
        index.forget()
    bring_index_in_step(database, settings)


def _bring_in_step_here(data_dir: Path) -> None:
    """What the process of its own does."""
    settings = replace(load_settings(), data_dir=data_dir, db=None)
    database = open_database(settings)
    index = PassageIndex(database, settings)
    try:
        index.bring_in_step()
    finally:
        index.close()
        database.close()


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]


if __name__ == "__main__":
    _bring_in_step_here(Path(sys.argv[1]))
