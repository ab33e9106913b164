"""`current.json` beside the Chroma collection: what is in it. Never opens the collection."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from agentmem_cli.knowledge.documents import Position


@dataclass(frozen=True, slots=True)
class Marker:
    """The collection's folder, whose vectors it holds and up to which position."""

    folder: str
    embedder: str
    generation: int
    erasures: int

    def is_at(self, now: Position, embedder: str) -> bool:
        """Whether the collection holds exactly what SQLite holds at this position, of this embedder."""
        return (self.embedder, self.generation, self.erasures) == (embedder, now.generation, now.erasures)


class MarkerFile:
    """The file, written whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Marker | None:
        """The marker; None when there is none to be trusted."""
        try:
            return Marker(**json.loads(self._path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):  # missing, half written, or not ours
            return None

    def write(self, marker: Marker) -> None:
        """Say that the collection is in this state. Its folder must be there."""
        written = self._path.with_suffix(".new")
        written.write_text(json.dumps(asdict(marker)), encoding="utf-8")
        written.replace(self._path)

    def drop(self) -> None:
        """Say that nothing is known of the collection."""
        self._path.unlink(missing_ok=True)
