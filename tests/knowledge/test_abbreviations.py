"""Abbreviations and the long forms that documents introduce stand for each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from harness.command_line import Result
from harness.searching import search_knowledge

from agentmem_cli.knowledge.abbreviations import Abbreviation, in_both_forms, long_forms
from agentmem_cli.knowledge.abbreviations_asked import abbreviations_in, other_forms
from agentmem_cli.knowledge.quoting import Asked, best_lines
from agentmem_cli.knowledge.walk import FileResult
from agentmem_cli.knowledge.words import WordIndex
from agentmem_cli.language.stems import stemmed_terms
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database

RPO = Abbreviation("RPO", "recovery point objective")
BOTH = "RTO and RPO stand for recovery time objective and recovery point objective."


@pytest.mark.parametrize(
    ("short", "text", "long"),
    [
        ("RPO", "The recovery point objective (RPO) is zero.", "recovery point objective"),
        ("RPO", "The recovery point\nobjective (the “RPO”) is zero.", "recovery point objective"),
        ("RPO", "RPO (recovery point objective) is zero.", "recovery point objective"),
        ("RPO", "RPO: recovery point objective", "recovery point objective"),
        ("RPO", "RPO | recovery point objective | 4 h", "recovery point objective"),
        ("RPO", BOTH, "recovery point objective"),
        ("RTO", BOTH, "recovery time objective"),
        ("SLA", "We keep service level agreements (SLAs).", "service level agreements"),
        ("R&D", "Research and development (“R&D”) grew.", "Research and development"),
        ("E2EE", "It has end-to-end encryption (E2EE).", "end-to-end encryption"),
        ("HTTP", "the hypertext transfer protocol (HTTP)", "hypertext transfer protocol"),
        ("AVV", "Der Auftragsverarbeitungsvertrag (AVV) gilt.", "Auftragsverarbeitungsvertrag"),
        ("GmbH", "Gesellschaft mit beschränkter Haftung (GmbH)", "Gesellschaft mit beschränkter Haftung"),
        ("TVA", "La taxe sur la valeur ajoutée (TVA) est due.", "taxe sur la valeur ajoutée"),
    ],
)
def test_a_long_form_is_found_where_it_is_introduced(short: str, text: str, long: str) -> None:
    """In brackets before or behind, in a glossary, or in a sentence that says what several stand for."""
    assert [long] == long_forms(short, text)


@pytest.mark.parametrize(
    ("short", "text"),
    [
        ("RPO", "The backup window (RPO) is short."),
        ("RPO", "We report RPO. Recovery point objective and more follow."),
        ("IT", "The system was ready in time (IT)."),
        ("Q3", "The third quarter (Q3) was good."),
        ("RTO", f"{'A' * 40}B RTO {' '.join(['a' * 20] * 20)} rest"),
    ],
)
def test_words_that_do_not_spell_it_are_no_long_form(short: str, text: str) -> None:
    """First letters must match, and a sentence between ends the search."""
    assert [] == long_forms(short, text)


def test_a_text_with_one_form_gets_the_other() -> None:
    """With both forms, or none, it stays as it is."""
    assert "The RPO is zero. recovery point objective" == in_both_forms("The RPO is zero.", [RPO])
    assert "Recovery point objective: 0 RPO" == in_both_forms("Recovery point objective: 0", [RPO])
    assert BOTH == in_both_forms(BOTH, [RPO])
    assert "Corporate matters" == in_both_forms("Corporate matters", [RPO])


@pytest.fixture
def runbook(ingest: Callable[..., list[FileResult]], tmp_path: Path) -> None:
    """One document that introduces the abbreviation, one that goes on with it, and one with the long form alone."""
    (tmp_path / "terms.txt").write_text(BOTH)
    (tmp_path / "archive.txt").write_text(
        "Archive server\n\nThe RPO of the archive is 15 minutes. Staff may have lunch."
    )
    (tmp_path / "till.txt").write_text(
        "Tills\n\nThe recovery point objective of the tills is one hour. Doors are blue."
    )
    ingest(tmp_path, indexed=False)


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("What is the RPO of the tills?", "recovery point objective"),
        ("rpo tills", "recovery point objective"),
        ("Which recovery point objective has the archive?", "RPO"),
    ],
)
@pytest.mark.usefixtures("runbook")
def test_a_question_is_asked_in_both_forms(database: Database, question: str, form: str) -> None:
    """Whichever form it has, capitals or not."""
    assert [form] == other_forms(question, abbreviations_in(question, WordIndex(database)))


@pytest.mark.usefixtures("runbook")
def test_a_question_without_one_is_left_alone(database: Database) -> None:
    """And so is one that holds both forms."""
    for question in ("When do staff have lunch?", "What is the recovery point objective (RPO) of the tills?"):
        assert [] == abbreviations_in(question, WordIndex(database))


def test_a_german_compound_is_asked_in_both_forms(
    database: Database, ingest: Callable[..., list[FileResult]], tmp_path: Path
) -> None:
    """It is one word, and its letters stand within it."""
    (tmp_path / "avv.txt").write_text("Der Auftragsverarbeitungsvertrag (AVV) gilt zwei Jahre.")
    ingest(tmp_path, indexed=False)
    question = "Wie lange gilt der Auftragsverarbeitungsvertrag?"
    assert [Abbreviation("AVV", "Auftragsverarbeitungsvertrag")] == abbreviations_in(question, WordIndex(database))


@pytest.mark.usefixtures("runbook")
def test_the_line_with_the_other_form_is_quoted(database: Database, settings: Settings) -> None:
    """Search and the choice of the line both take one form for the other."""
    question = "What is the recovery point objective of the archive?"
    passages = search_knowledge(database, settings, question)
    index = WordIndex(database)
    abbreviations = abbreviations_in(question, index)
    quotes = best_lines(Asked(question, passages, index.rarities(stemmed_terms(question)), abbreviations))
    assert "The RPO of the archive is 15 minutes." == quotes.lines[0].text


@pytest.mark.usefixtures("home")
def test_the_chat_answers_in_the_other_form(cli: Callable[..., Result], tmp_path: Path) -> None:
    """Asked for the RPO, it quotes the line that spells it out."""
    (tmp_path / "terms.txt").write_text(BOTH)
    (tmp_path / "till.txt").write_text("The recovery point objective of the tills is one hour. Their doors are blue.")
    cli("ingest", str(tmp_path / "terms.txt"), str(tmp_path / "till.txt"))
    assert "> The recovery point objective of the tills is one hour." in cli("chat", "-p", "rpo of the tills?").out


def test_only_how_a_question_begins_is_looked_through() -> None:
    """Each of its words is a few reads, and a pasted page has thousands."""
    asked: list[list[str]] = []

    class Counting:
        def texts_with(self, words: list[str], _holding: str, _most: int) -> list[str]:
            asked.append(words)
            return []

    abbreviations_in("recovery point objective " * 10_000, cast("WordIndex", Counting()))
    assert 0 < len(asked) < 1_000
