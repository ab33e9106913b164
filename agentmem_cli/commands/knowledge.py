"""`agentmem knowledge`: list, show, search and remove ingested documents. Shared by all users."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from agentmem_cli.errors import UsageProblem
from agentmem_cli.records import FoundPassage, iso
from agentmem_cli.settings import Settings, load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database
from agentmem_cli.terminal.streams import note, say, say_json, say_table

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help="List, show, search and remove ingested documents.",
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DocumentId = Annotated[str, typer.Argument(metavar="ID", help="A document's id, its beginning, path or file name.")]


@app.command("list")
def list_documents(as_json: AsJson = False) -> None:
    """List the documents: pages, passages, size, date and status."""
    from agentmem_cli.knowledge import documents

    found = documents.list_documents(_opened()[1])
    if as_json:
        say_json([each.as_json() for each in found])
    elif not found:
        note("No documents yet. `agentmem ingest PATH` reads some.")
    else:
        headers = ("ID", "STATUS", "PAGES", "PASSAGES", "KB", "INGESTED", "PATH")
        say_table(
            headers,
            [
                (
                    each.document_id[:8],
                    each.status,
                    str(each.pages),
                    str(each.passages),
                    str(each.size // 1000),
                    (iso(each.ingested_at) or "")[:10],
                    each.path,
                )
                for each in found
            ],
        )


@app.command()
def show(document: DocumentId, as_json: AsJson = False) -> None:
    """Show a document and its passages."""
    from agentmem_cli.knowledge.documents import find_document, passages_of

    database = _opened()[1]
    found = find_document(database, document)
    passages = passages_of(database, found.document_id)
    if as_json:
        shown = [{"page": each.page_index + 1, "page_index": each.page_index, "text": each.text} for each in passages]
        say_json({**found.as_json(), "text": shown})
        return
    say(f"{found.path}\n{found.document_id}  {found.status}  {found.pages} pages, {found.passages} passages")
    if found.detail:
        say(found.detail)
    for each in passages:
        say(f"\n[page {each.page_index + 1}]\n{each.text}")


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
        say(f"Removed {found.path}. `agentmem ingest` reads it again.")


def _opened() -> tuple[Settings, Database]:
    settings = load_settings()
    return settings, open_database(settings)


def _show_found(query: str, found: list[FoundPassage], as_json: bool) -> None:
    if as_json:
        say_json({"query": query, "passages": [each.as_json() for each in found]})
    elif not found:
        note("Nothing found. `agentmem knowledge list` shows what has been ingested.")
    for each in found if not as_json else []:
        say(f"{each.document}, p. {each.page}  ({each.score:.2f})\n{each.text}\n")
