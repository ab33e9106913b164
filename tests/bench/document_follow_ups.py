"""Whether a follow-up to a question about documents finds the line that answers it. Run by hand.

    uv run --group dev python tests/bench/document_follow_ups.py

All sets of `documents` are ingested together. Of each question of `follow-ups.jsonl`, by two authors, prints the share
for which the line that answers is quoted: as agentmem asks it, and by itself as the baseline. `new` are questions that
follow another and need nothing of it. The first author's are in the fit of what tells follow-ups.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from agentmem_cli.agent.worker import PASSAGES
from agentmem_cli.knowledge.ingest import ingest_files
from agentmem_cli.knowledge.search import Searcher
from agentmem_cli.recall.evidence import is_follow_up, surely_follows_up
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database

DOCUMENTS = Path(__file__).with_name("documents")
LEAST = 25
"""Characters of a line that may be a part of the one that answers."""


def main() -> None:
    """Ingest, ask, print a row for each author and kind."""
    cases = [json.loads(line) for line in (DOCUMENTS / "follow-ups.jsonl").read_text("utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings(user="reader", environ={"AGENTMEM_HOME": home})
        with closing(open_database(settings)) as database:
            for result in ingest_files(database, sorted(DOCUMENTS.glob("*/*.md"))):
                assert result.status == "indexed", result
            searcher = Searcher(database, settings)
            print(f"{'':<16}{'questions':>10}{'quoted':>9}{'by itself':>11}{'taken for follow-ups':>22}")
            for voice in "ab":
                for is_new in (False, True):
                    some = [each for each in cases if (each["voice"], each["is_new"]) == (voice, is_new)]
                    name = f"{voice}, {'new' if is_new else 'follow-ups'}"
                    quoted = share(is_quoted(searcher, each, each["before"]) for each in some)
                    alone = share(is_quoted(searcher, each) for each in some)
                    taken = share(is_follow_up(each["question"]) for each in some)
                    print(f"{name:<16}{len(some):>10}{quoted:>9.3f}{alone:>11.3f}{taken:>22.3f}")


def is_quoted(searcher: Searcher, case: dict[str, str], before: str = "") -> bool:
    """Whether the line that answers is among those quoted."""
    question, expected = case["question"], plain(case["quote"])
    quotes = searcher.quotes(question, searcher.search(question, limit=PASSAGES))
    if before and is_follow_up(question):
        whole = f"{before}\n{question}"
        together = searcher.quotes(whole, searcher.search(whole, limit=PASSAGES), question)
        quotes = together if surely_follows_up(question) or together.certainty > quotes.certainty else quotes
    lines = [plain(line.text) for line in quotes.lines]
    return any(expected in line or (len(line) >= LEAST and line in expected) for line in lines)


def plain(text: str) -> str:
    """Without the marks of a table or of bold letters."""
    return " ".join(text.replace("|", " ").replace("*", " ").split())


def share(claims: Iterable[bool]) -> float:
    """The share that is true."""
    some = list(claims)
    return sum(some) / len(some)


if __name__ == "__main__":
    main()
