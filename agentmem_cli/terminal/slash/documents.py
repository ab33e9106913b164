"""The commands on documents."""

from __future__ import annotations

import shlex
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from agentmem_cli.agent.citations import document_lines
from agentmem_cli.errors import UsageProblem
from agentmem_cli.knowledge.documents import list_documents
from agentmem_cli.terminal.ingesting import ingested, passed_over_line, say_counts, say_result
from agentmem_cli.terminal.safe_text import safe_line
from agentmem_cli.terminal.streams import note, say_prose

if TYPE_CHECKING:
    from agentmem_cli.terminal.repl import Chat


def show_documents(chat: Chat, words: str) -> None:  # noqa: ARG001 -- every command has this form
    """List the documents, with their length and folder."""
    for line in document_lines(list_documents(chat.database)) or ["There are none yet. /ingest PATH reads some."]:
        say_prose(safe_line(line), "    ")


def ingest(chat: Chat, words: str) -> None:
    """Read files and folders into the knowledge: /ingest PATH."""
    if not words:
        raise UsageProblem("Nothing to read.", "Say what: /ingest PATH.")
    if chat.conversation.settings.incognito:
        raise UsageProblem("Incognito keeps nothing.", "Ingest it with `agentmem ingest`.")
    from agentmem_cli.knowledge.walk import find_files

    counts: Counter[str] = Counter()
    found = find_files(_paths(words))
    with closing(ingested(chat.database, chat.conversation.settings, found, [])) as results:
        try:
            for result in results:
                counts[result.status] += 1
                say_result(result)
        except KeyboardInterrupt:
            note("Stopped; what is read is kept.")
    say_counts(counts) if counts else say_prose("There is nothing to ingest there.")
    if found.passed_over:
        note(passed_over_line(found.passed_over))


def _paths(words: str) -> list[Path]:
    """The path as it stands, blanks and all, or else the paths that a shell would see."""
    whole = Path(words).expanduser()
    if whole.exists():
        return [whole]
    try:
        return [Path(each).expanduser() for each in shlex.split(words)]
    except ValueError:
        return [whole]
