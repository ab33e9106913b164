"""`agentmem knowledge`: list, show, search and remove ingested documents. Shared by all users."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from agentmem_cli.commands.candidates import document_candidates
from agentmem_cli.errors import UsageProblem
from agentmem_cli.knowledge.documents import Passage
from agentmem_cli.records import FoundPassage, has_pages, iso, unit_of
from agentmem_cli.settings import Settings, load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_to_read
from agentmem_cli.terminal.safe_text import safe_line
from agentmem_cli.terminal.streams import counted, note, progress, say, say_json, say_table

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help="List, show, search and remove ingested documents; choose the embedder.",
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DocumentId = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="A document's id or file name, or the beginning of one, or the end of its path.",
        autocompletion=document_candidates,
    ),
]


@app.command("list")
def list_documents(as_json: AsJson = False) -> None:
    """List the documents: pages, passages, size, date and status."""
    from agentmem_cli.knowledge import documents
    from agentmem_cli.knowledge.presence import absences

    found = documents.list_documents(_opened()[1])
    gone = absences(each.path for each in found)
    if as_json:
        say_json([{**each.as_json(), "gone": gone.get(each.path, "")} for each in found])
    elif not found:
        note("No documents yet. `agentmem ingest PATH` reads some.")
    else:
        headers = ("ID", "STATUS", "LENGTH", "PASSAGES", "KB", "INGESTED", "NAME", "FOLDER")
        say_table(
            headers,
            [
                (
                    each.document_id[:8],
                    ", ".join(filter(None, [each.status, gone.get(each.path)])),
                    counted(each.pages, unit_of(each.path)),
                    str(each.passages),
                    str(each.size // 1000),
                    (iso(each.ingested_at) or "")[:10],
                    each.title,
                    str(Path(each.path).parent),
                )
                for each in found
            ],
        )


@app.command()
def show(document: DocumentId, as_json: AsJson = False) -> None:
    """Show a document and its passages."""
    from agentmem_cli.knowledge.documents import find_document, labels_of, passages_of
    from agentmem_cli.knowledge.presence import absences

    database = _opened()[1]
    found = find_document(database, document)
    passages = passages_of(database, found.document_id)
    labels = labels_of(database, found.document_id)
    gone = absences([found.path]).get(found.path, "")
    if as_json:
        say_json({**found.as_json(), "gone": gone, "text": [_passage_json(each, labels) for each in passages]})
        return
    counts = f"{counted(found.pages, unit_of(found.path))}, {counted(found.passages, 'passage')}"
    say(f"{safe_line(found.path)}\n{found.document_id}  {found.status}  {counts}")
    for line in filter(None, [found.detail, gone]):
        say(line)
    for each in passages:
        heading = f" {each.heading}" if each.heading else ""
        place = _pages_of(each) if has_pages(found.path) else labels.get(each.page_index, "")
        say(f"\n[{place}]{heading}\n{each.text}")


def _passage_json(passage: Passage, labels: dict[int, str]) -> dict[str, Any]:
    label = labels.get(passage.page_index)
    pages = {"page": passage.page_index + 1, "last_page": _last_page(passage), "page_label": label}
    return {**pages, **asdict(passage)}


def _pages_of(passage: Passage) -> str:
    first, last = passage.page_index + 1, _last_page(passage)
    return f"pages {first}–{last}" if last else f"page {first}"


def _last_page(passage: Passage) -> int | None:
    return None if passage.last_page_index is None else passage.last_page_index + 1


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(metavar="WORDS...", help="What to look for; - reads a query a line.")],
    limit: Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages.")] = 10,
    document: Annotated[str | None, typer.Option("--document", "-d", help="Only in this document.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find passages by words and meaning. With - one query a line comes from stdin and one JSON line goes out."""
    from agentmem_cli.knowledge.search import Searcher

    settings, database = _opened()
    searcher = Searcher(database, settings)
    if words == ["-"]:
        searcher.warm()
        for line in sys.stdin.buffer:
            query = line.decode("utf-8", "replace").strip()
            found = searcher.search(query, limit=limit, document=document)
            say_json({"query": query, "passages": [each.as_json() for each in found]}, one_line=True)
        return
    query = " ".join(words)
    if not query.strip():
        raise UsageProblem("There are no words to search for.", "Give some: `agentmem knowledge search refund`.")
    _show_found(query, searcher.search(query, limit=limit, document=document), as_json)
    if searcher.problem:
        note(searcher.problem)


@app.command()
def remove(document: DocumentId, as_json: AsJson = False) -> None:
    """Remove a document: its text, its index entries and its vectors. The file itself stays where it is."""
    from agentmem_cli.knowledge.documents import find_document, remove_documents
    from agentmem_cli.knowledge.ingest import finish_removal

    settings, database = _opened()
    found = find_document(database, document)
    remove_documents(database, [found.document_id])
    finish_removal(database, settings)
    if as_json:
        say_json(found.as_json())
    else:
        say(f"Removed {safe_line(found.path)}. `agentmem ingest` reads it again.")


@app.command()
def embedder(
    name: Annotated[str | None, typer.Argument(help="The one to use; without it, which is in use.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show which embedder is in use, or embed everything with another one; a run that was stopped goes on."""
    from agentmem_cli.embedding.configured import CHOICES

    settings, database = _opened()
    if name:
        _use(settings, database, name)
    shown = _embedder_json(database)
    if as_json:
        say_json({**shown, "choices": CHOICES})
        return
    say(f"{shown['name']}, {shown['dimensions']} dimensions")
    if shown["passages_without_vector"]:
        missing = f"{shown['passages_without_vector']} passages have no vector of it"
        say(f"{missing}: `agentmem knowledge embedder {shown['name']}` makes them.")
    if not name:
        for choice, needs in CHOICES.items():  # a table would cut what each needs
            say(f"{choice:<16} {needs}")


def _use(settings: Settings, database: Database, name: str) -> None:
    from agentmem_cli.embedding.configured import chosen_embedder
    from agentmem_cli.knowledge.index import bring_index_in_step
    from agentmem_cli.knowledge.reembed import use_embedder

    with progress("Embedding") as show:
        embedded = use_embedder(
            database, chosen_embedder(name), lambda done, total: show(f"{done:,} of {total:,} passages")
        )
        show("done; building the search index")
        bring_index_in_step(database, settings)
    note(f"{counted(embedded, 'passage')} embedded.")


def _opened() -> tuple[Settings, Database]:
    settings = load_settings()
    return settings, open_to_read(settings)


def _embedder_json(database: Database) -> dict[str, object]:
    from agentmem_cli.embedding.configured import configured_embedder
    from agentmem_cli.knowledge.reembed import passages_without_vector

    used = configured_embedder(database)
    return {
        "name": used.name,
        "dimensions": used.dimensions,
        "passages_without_vector": passages_without_vector(database),
    }


def _show_found(query: str, found: list[FoundPassage], as_json: bool) -> None:
    from agentmem_cli.agent.citations import citation

    if as_json:
        say_json({"query": query, "passages": [each.as_json() for each in found]})
        return
    if not found:
        note("Nothing found. `agentmem knowledge list` shows what has been ingested.")
    for each in found:
        begins_with_it = each.text.lstrip("# ").startswith(each.heading.rpartition(" > ")[2])
        heading = "" if begins_with_it else f"\n{each.heading}"
        say(f"{safe_line(citation(each))}  ({each.score:.2f}){heading}\n{each.text}\n")
