"""Answers with no language model: facts, documents and conversations are looked up, quoted, and never made up."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from harness.command_line import Result, run_here

from agentmem_cli.agent.choice import NO_MODEL_NOTICE
from agentmem_cli.agent.offline_answer import (
    EARLIER,
    KEPT_NOTHING,
    NEAREST,
    NOTHING_FOUND,
    done_line,
    everything_known,
)
from agentmem_cli.agent.offline_documents import THE_END
from agentmem_cli.agent.offline_finds import finds
from agentmem_cli.errors import StorageProblem
from agentmem_cli.knowledge import search
from agentmem_cli.knowledge.abbreviations import Abbreviation
from agentmem_cli.knowledge.abbreviations_asked import abbreviations_in
from agentmem_cli.knowledge.search import Searcher
from agentmem_cli.knowledge.words import WordIndex
from agentmem_cli.memories.operations import Operation
from agentmem_cli.records import Memory, RecalledTurn

Cli = Callable[..., Result]
SAMPLES = str(Path(__file__).parents[2] / "knowledge")
GATES = ("amber", "brass", "copper", "damson", "ebony", "fawn", "green", "hazel", "ivory", "jade")
OFFER = "I can look things up for you"


@pytest.fixture(scope="session")
def told_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which Sarah has said who she is and what is wrong with the boiler."""
    home = tmp_path_factory.mktemp("told") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGENTMEM_HOME", str(home))
        for said in (
            "Hi, I'm Sarah. I prefer concise answers and I work in healthcare.",
            "My dog is called Rex and I live in Oslo.",
            "The boiler is broken and the plumber comes on Tuesday.",
        ):
            run_here("chat", "-p", "--no-knowledge", "--model", "offline", "--user", "sarah", "--memory", "auto", said)
    return home


@pytest.fixture
def told(told_once: Path, home: Path, cli: Cli) -> Cli:
    """Ask in a new session, in a copy of that folder."""
    shutil.copytree(told_once, home)
    return lambda *words: cli("chat", "-p", *words)


def test_it_says_that_no_model_is_in_use(cli: Cli) -> None:
    """The notice, with the way to a model, is on stderr: stdout is the answer alone."""
    result = cli("chat", "-p", "--no-knowledge", "hello")
    assert (0, f"{NO_MODEL_NOTICE}\n") == (result.code, result.err)
    assert "ANTHROPIC_API_KEY" in NO_MODEL_NOTICE


def test_a_statement_is_told_what_was_kept(cli: Cli) -> None:
    """The answer lists the person's own words, as the line on memory does."""
    result = cli("chat", "-p", "--no-knowledge", "I work in healthcare.")
    assert "Kept: I work in healthcare.\n" == result.out
    assert "memory +1: I work in healthcare (undo" in result.err


def test_what_is_known_already_says_so(cli: Cli) -> None:
    """A statement that is said again is not kept again."""
    cli("chat", "-p", "--no-knowledge", "I work in healthcare.")
    again = cli("chat", "-p", "--no-knowledge", "I work in healthcare.").out
    assert again.startswith("I know that already: I work in healthcare.")


def test_nothing_is_kept_with_memory_off(cli: Cli) -> None:
    """With memory off, with review and incognito a statement says what becomes of it."""
    for options, answer in [
        (("--memory", "off"), "I keep nothing: memory is off."),
        (("--incognito",), "I keep nothing: this chat is incognito."),
        (("--memory", "review"), "Waits in `agentmem memories pending`: I work in healthcare."),
    ]:
        assert answer == cli("chat", "-p", "--no-knowledge", *options, "I work in healthcare.").out.strip()


def test_what_is_not_kept_says_so(told: Cli) -> None:
    """Never "Noted." alone: what capture leaves out can be remembered by hand."""
    out = told("--no-knowledge", "The garden gate needs new paint soon.").out
    assert out.startswith(KEPT_NOTHING)
    assert KEPT_NOTHING not in told("--no-knowledge", "What did I say needs new paint?").out
    near = told("--no-knowledge", "write me a limerick about the boiler").out
    assert near.startswith(KEPT_NOTHING)


@pytest.mark.parametrize(
    ("operations", "is_review", "line"),
    [
        ([Operation("add", "I live in Bergen.")], False, "Kept: I live in Bergen."),
        ([Operation("add", "I live in Bergen.")], True, "Waits in `agentmem memories pending`: I live in Bergen."),
        (
            [Operation("replace", "I live in Bergen.", replaces=("m1",))],
            False,
            "Kept: I live in Bergen.\n\nNo longer so: I live in Oslo.",
        ),
        ([Operation("replace", replaces=("m1",))], False, "No longer so: I live in Oslo."),
        ([Operation("forget", replaces=("m1",))], False, "Forgotten: I live in Oslo. `/undo` brings it back."),
        ([Operation("add", "I live in Oslo")], False, "I know that already: I live in Oslo."),
        ([Operation("add", "My password is hunter22")], False, ""),
        ([], False, ""),
    ],
)
def test_what_capture_does_is_said(operations: list[Operation], is_review: bool, line: str) -> None:
    """One line for what is kept, ended, forgotten or known; a secret, which is not kept, is not among them."""
    assert line == done_line(operations, [memory("I live in Oslo.", "m1")], is_review=is_review)


def memory(text: str, memory_id: str) -> Memory:
    """A memory as the store gives it."""
    return Memory(
        memory_id=memory_id,
        user_id="sarah",
        text=text,
        kind="fact",
        topics=["home"],
        status="active",
        quote=text,
        session_id=None,
        run_id=None,
        said_at=1,
        created_at=1,
        updated_at=1,
        pinned=False,
        supersedes=None,
        superseded_by=None,
    )


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("Where do I work?", "I work in healthcare."),
        ("where do i work", "I work in healthcare."),
        ("Where do I live?", "I live in Oslo."),
        ("Who is Rex?", "My dog is called Rex"),
        ("What do I prefer?", "I prefer concise answers"),
        ("How should you answer me?", "I prefer concise answers"),
        ("When does the plumber come?", "the plumber comes on Tuesday."),
        ("the boiler", "The boiler is broken"),
        ("What did we say about the boiler?", "The boiler is broken"),
        ("Do you remember what I said about the boiler?", "The boiler is broken"),
    ],
)
def test_a_question_is_answered_with_what_was_said(told: Cli, question: str, statement: str) -> None:
    """With the date, and however often it is asked: neither the question nor an earlier answer is quoted back."""
    first, second = (told("--no-knowledge", question).out for _ in range(2))
    assert first == second
    assert first.startswith("You said on 20")
    assert statement in first
    assert (1, True) == (first.count("“"), NEAREST not in first)


@pytest.mark.parametrize(
    ("question", "statement"),
    [("What's my name?", "Hi, I'm Sarah."), ("What's my dog's name?", "My dog is called Rex")],
)
def test_what_is_only_near_says_so(told: Cli, question: str, statement: str) -> None:
    """What shares few words with the question is shown as the nearest, not as the answer."""
    out = told("--no-knowledge", question).out
    assert out.startswith("I found nothing that answers this for certain.")
    assert statement in out.partition(NEAREST)[2]


@pytest.mark.parametrize(
    ("statement", "question"),
    [
        ("Ich wohne in Leipzig und arbeite als Hebamme.", "Wo wohne ich?"),
        ("J'habite à Lyon avec ma sœur.", "Avec qui est-ce que j'habite ?"),
        ("Trabajo en una panadería de Cádiz.", "¿Dónde trabajo?"),
        ("私は京都に住んでいます。", "どこに住んでいますか"),
        ("My post-mortem deadline is five days after a SEV2.", "post-mortem deadline after a SEV2"),
    ],
)
def test_other_languages_and_no_question_mark(cli: Cli, statement: str, question: str) -> None:
    """A question is looked up in the language in which it was told; a request needs no question mark."""
    cli("chat", "-p", "--no-knowledge", statement)
    assert f"“{statement}”" in cli("chat", "-p", "--no-knowledge", question).out


def test_what_tells_nothing_is_not_quoted(cli: Cli) -> None:
    """A greeting is near every question, by its shortness, and answers none."""
    for said in ("hi", "my sister Ada rents a flat in Ghent", "thanks"):
        cli("chat", "-p", "--session", "s", said)
    answer = cli("chat", "-p", "--session", "s", "where does Ada live?").out
    assert ("Ghent" in answer, "“hi”" in answer, "“thanks”" in answer) == (True, False, False)


def test_an_earlier_question_answers_nothing(cli: Cli) -> None:
    """Not even one that reads like something to keep."""
    cli("chat", "-p", "--memory", "off", "When can I see my father in the intensive care unit on a Sunday?")
    assert "When can I" not in cli("chat", "-p", "How old must a child be to enter the intensive care unit?").out


def test_the_newest_stands_first(cli: Cli) -> None:
    """Of what was said of the same thing the newest is the answer, the rest stands under "Earlier"."""
    for said in ("The board meets in Leeds on 19 September.", "The board meets in York on 3 October now."):
        cli("chat", "-p", "--no-knowledge", said)
    now, _, before = cli("chat", "-p", "--no-knowledge", "Where does the board meet?").out.partition(EARLIER)
    assert ("York" in now, "Leeds" in now, "Leeds" in before) == (True, False, True)


def test_what_was_replaced_is_never_current(cli: Cli) -> None:
    """What an edit or an update replaced stands under "Earlier" at most, however well it fits."""
    for said in ("I live in Oslo.", "I live in Bergen."):
        cli("chat", "-p", "--no-knowledge", said)
    now, _, before = cli("chat", "-p", "--no-knowledge", "Where do I live?").out.partition(EARLIER)
    assert ("Bergen" in now, "Oslo" in now, "Oslo" in before) == (True, False, True)


def test_a_memory_in_a_message_that_asks_is_found() -> None:
    """Where the message is left out, since it looks for something itself, the memory that stands on it is not."""
    said = "can you find me a cake for Niamh's party on the 14th?"
    asking = RecalledTurn("s1", "", "r1", "user", None, 1_000, said, 0.5, None, 1)
    party = replace(memory("Niamh's party is on the 14th", "m1"), run_id="r1")
    assert [party.text] == [find.text for find in finds("when is Niamh's party?", [asking], [party])]


def test_what_was_forgotten_is_not_quoted(cli: Cli) -> None:
    """The message of a forgotten memory is not brought up again."""
    cli("chat", "-p", "--no-knowledge", "I work in healthcare.")
    cli("memories", "delete", "--all", "--yes")
    assert "healthcare" not in cli("chat", "-p", "--no-knowledge", "Where do I work?").out


@pytest.mark.parametrize(
    "question",
    [
        "What do you know about me?",
        "what do you know about me",
        "Who am I?",
        "Tell me about myself",
        "Was weißt du über mich?",
        "Que sais-tu de moi ?",
        "¿Qué sabes de mí?",
    ],
)
def test_everything_that_is_known(told: Cli, cli: Cli, question: str) -> None:
    """All of it is listed under its topics; a stranger is told that nothing is known."""
    out = told("--no-knowledge", question).out
    assert out.index("**Work**") < out.index("- I work in healthcare. (20")
    assert "- I prefer concise answers (20" in out
    assert "I know nothing about you yet." in cli("chat", "-p", "--no-knowledge", "--user", "tom", question).out


@pytest.mark.usefixtures("without_index")
def test_questions_that_documents_answer(told: Cli, cli: Cli) -> None:
    """The best sentences are quoted with their document and page; what no document answers is not forced from one."""
    cli("ingest", SAMPLES)
    for question, document, holds in [
        ("What is our refund policy?", "refund-policy.pdf, p. 1", "full refund within 30 days"),
        ("refund policy", "refund-policy.pdf, p. 1", "full refund within 30 days"),
        ("What happens with patient data?", "handbook.pdf, p. 3", "Sales staff see no patient data"),
        ("What does an annual plan cost?", "price-list.pdf, p. 1", "ten times the monthly price"),
    ]:
        out = told(question).out
        assert out.startswith(f"From {document} [1]:\n\n> ")
        assert holds in out
        assert len(out.split("> ")) <= 6  # three lines at most, and the heads of two tables
    assert told("When does the plumber come?").out.startswith("You said on 20")
    assert told("What is the capital of France?").out.startswith(NOTHING_FOUND)


@pytest.mark.usefixtures("without_index")
def test_where_nothing_is_certain_the_nearest_of_both_is_shown(cli: Cli) -> None:
    """A document that comes a little nearer does not hide what the person said."""
    cli("ingest", SAMPLES)
    for said in ("I drive an old Renault Clio.", "my brother Luis got a new job at Bosch in Braga last week"):
        cli("chat", "-p", "--session", "s1", said)
    out = cli("chat", "-p", "--session", "s1", "how many people work with Luis?").out
    assert (True, True, True) == (NEAREST in out, "From handbook.pdf" in out, "Luis got a new job at Bosch" in out)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("I'm Mia, a midwife in Porto. My son Rui can't have nuts.", "I'm Mia, a midwife in Porto"),
        ("Ich wohne in Graz. Mein Sohn mag Fisch nicht.", "Ich wohne in Graz"),
    ],
)
def test_a_denial_in_the_next_sentence_denies_nothing_before_it(cli: Cli, said: str, kept: str) -> None:
    """Both are kept, and none waits to be approved."""
    cli("chat", "-p", "--no-knowledge", said)
    assert kept in cli("memories", "list").out
    assert [] == cli("memories", "pending", "--json").json()


@pytest.mark.usefixtures("without_index")
def test_asked_about_yourself_no_document_answers_alone(cli: Cli, tmp_path: Path) -> None:
    """What the person said of it stands below what the document holds."""
    rule = tmp_path / "rule.txt"
    rule.write_text("How many days a week can I work from home? Three days a week you can work from home.", "utf-8")
    cli("ingest", str(rule))
    cli("chat", "-p", "--session", "s1", "My office is in Faro.")
    out = cli("chat", "-p", "--session", "s2", "How many days a week can I work from home?").out
    assert out.startswith("From rule.txt")
    assert "My office is in Faro" in out


@pytest.mark.usefixtures("without_index")
@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("where do I work?", "You said"),
        ("wer ist mein Zahnarzt", "You said"),
        ("what can't I eat?", "You said"),
        ("how many days of leave do I get?", "From leave.md"),
        ("can I work from home?", "From leave.md"),
    ],
)
def test_a_question_is_answered_from_where_its_answer_would_stand(
    cli: Cli, tmp_path: Path, question: str, first: str
) -> None:
    leave = tmp_path / "leave.md"
    leave.write_text(
        "Everybody gets 28 days of leave a year. You may work from home on two days a week. Eat in the canteen only."
        " Visits to the dentist are put at the edge of the day.",
        encoding="utf-8",
    )
    assert cli("ingest", str(leave)).code == 0
    for statement in ("I work at the harbour office as a clerk", "Mein Zahnarzt ist Dr. Okoye", "I can't eat gluten"):
        cli("chat", "-p", statement)

    answer = cli("chat", "-p", question).out

    places = {mark: answer.find(mark) for mark in ("You said", "From leave.md") if mark in answer}
    assert min(places, key=lambda mark: places[mark]) == first, answer


@pytest.mark.usefixtures("without_index")
@pytest.mark.parametrize(
    "request_", ["list my documents", "Which documents do you have?", "what documents have you got"]
)
def test_documents_are_listed(cli: Cli, request_: str) -> None:
    """Asked for the documents as such, it lists them and learns nothing."""
    cli("ingest", SAMPLES)
    result = cli("chat", "-p", request_)
    assert [] == [name for name in ("handbook", "price-list", "refund-policy") if name not in result.out]
    assert "memory +" not in result.err


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "What did we say about quantum physics?",
        "Am I a member of the sailing club?",
    ],
)
def test_nothing_found_is_said_plainly(told: Cli, question: str) -> None:
    """The second time too: it does not quote that it has found nothing."""
    for _ in range(2):
        assert told("--no-knowledge", question).out.startswith(NOTHING_FOUND)


def test_a_bare_word_that_was_said_is_no_small_talk(cli: Cli) -> None:
    cli("chat", "-p", "New client: Nordlicht Verlag in Hamburg, they do children's books.")
    assert "Nordlicht Verlag in Hamburg" in cli("chat", "-p", "nordlicht").out
    assert cli("chat", "-p", "hallo").out.startswith(OFFER)


@pytest.mark.parametrize("text", ["hello", "Good morning!", "thanks a lot", "how are you?", "What can you do?", "ok"])
def test_small_talk_gets_an_offer(told: Cli, text: str) -> None:
    """A greeting is answered with what it can do, and quotes nothing."""
    assert told("--no-knowledge", text).out.startswith(OFFER)


@pytest.mark.usefixtures("without_index")
def test_an_occasion_before_a_question(cli: Cli, tmp_path: Path) -> None:
    """A question that tells first what has happened is asked of the documents, and is no small talk."""
    policy = tmp_path / "badges.md"
    policy.write_text("# Badges\n\nA lost badge is replaced at once.\n\nA new badge costs you 15 euros.\n")
    cli("ingest", str(policy))
    assert "A new badge costs you 15 euros." in cli("chat", "-p", "I've lost my badge, what will it cost me?").out
    assert cli("chat", "-p", "I'm so tired today, you too?").out.startswith(OFFER)


@pytest.mark.usefixtures("without_index")
def test_more_of_what_was_quoted(cli: Cli, tmp_path: Path) -> None:
    """Asked for more, it quotes what stands behind the quoted line, as far as its heading reaches, each line once."""
    lines = [f"Rule {number}: the {word} gate is locked at night." for number, word in enumerate(GATES, 1)]
    (tmp_path / "gates.md").write_text("# Gates\n\n" + "\n\n".join(lines) + "\n")
    cli("ingest", str(tmp_path / "gates.md"))
    first = cli("chat", "-p", "When is the amber gate locked?").out
    assert (True, False) == (lines[0] in first, lines[8] in first)
    further = [cli("chat", "-p", "-c", asked).out for asked in ("tell me more", "Go on", "tell me more", "more please")]
    shown = [line for out in [first, *further] for line in lines if line in out]
    assert (sorted(lines), len(lines)) == (sorted(shown), len(shown))
    assert THE_END in further[-1]


@pytest.mark.usefixtures("without_index")
def test_abbreviations_are_looked_up_once(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search and the choice of the lines share what the documents introduce for a question."""
    (tmp_path / "plan.md").write_text("The recovery point objective (RPO) is 15 minutes.\n")
    cli("ingest", str(tmp_path / "plan.md"))
    asked: list[str] = []

    def counted(question: str, index: WordIndex) -> list[Abbreviation]:
        asked.append(question)
        return abbreviations_in(question, index)

    monkeypatch.setattr(search, "abbreviations_in", counted)
    assert "15 minutes" in cli("chat", "-p", "What is the RPO?").out
    assert ["What is the RPO?"] == asked


@pytest.mark.usefixtures("without_index")
def test_a_search_that_fails_finds_nothing(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The question is answered without the documents, and stderr says why."""

    def failing(*_: object, **__: object) -> None:
        raise StorageProblem("The disk is full.", "Make room.")

    monkeypatch.setattr(Searcher, "search", failing)
    result = cli("chat", "-p", "Who repairs the boiler?")
    assert (0, True) == (result.code, NOTHING_FOUND in result.out)
    assert "The documents were not searched: The disk is full." in result.err


def test_what_a_sentence_calls_them_stands_before_it(cli: Cli, tmp_path: Path) -> None:
    """A sentence answers too whose subject only the one before it names."""
    note = tmp_path / "garage.txt"
    note.write_text(
        "Winter tyres are fitted in bay two. We store them for eight months, washed and marked. "
        "Tools are stored for a year with the name of the customer.\n",
        "utf-8",
    )
    cli("ingest", str(note))
    answer = cli("chat", "-p", "For how long do you store winter tyres?").out
    assert "> We store them for eight months" in answer.splitlines()[2]


def test_a_row_of_a_table_is_quoted(cli: Cli) -> None:
    """A short line with a number is an answer, not a heading."""
    cli("ingest", SAMPLES)
    assert "> Card reader | 79 | each" in cli("chat", "-p", "What does a card reader cost?").out


@pytest.mark.usefixtures("without_index")
def test_a_follow_up_is_asked_of_the_documents_with_what_it_follows(cli: Cli, tmp_path: Path) -> None:
    """And a follow-up to that one with both."""
    for name, hotel, meals, trains in (("Oslo", 120, 40, "second"), ("Bergen", 90, 25, "first")):
        rules = (
            f"# Travel to {name}\n\nA hotel costs at most {hotel} euros.\n\nMeals are paid up to {meals} euros a day."
        )
        (tmp_path / f"{name}.md").write_text(f"{rules}\n\nTrains are booked in {trains} class.\n", "utf-8")
    cli("ingest", str(tmp_path))
    asked = ["How much may a hotel in Bergen cost?", "and for meals?", "and the trains?"]
    answers = [cli("chat", "-p", "--session", "s1", question).out for question in asked]
    assert ["90 euros", "25 euros a day", "first class"] == [
        told
        for told, answer in zip(("90 euros", "25 euros a day", "first class"), answers, strict=True)
        if told in answer
    ]
    assert all(answer.startswith("From Bergen.md") or "\nFrom Bergen.md" in answer for answer in answers)


@pytest.mark.usefixtures("without_index")
def test_a_heading_is_no_answer(cli: Cli, tmp_path: Path) -> None:
    """What stands under it is, in the middle of a passage too."""
    steps = "## Failover\n\n1. Page the engineer.\n2. Stop the database.\n\n## Contacts\n\nNoor is in charge.\n"
    (tmp_path / "dr.md").write_text(f"# Recovery\n\nThe goal is four hours.\n\n{steps}", "utf-8")
    cli("ingest", str(tmp_path))
    answer = cli("chat", "-p", "How do I do the failover?").out
    assert ("> 1. Page the engineer." in answer, "## Failover" in answer) == (True, False)


@pytest.mark.usefixtures("without_index")
@pytest.mark.parametrize("request_", ["Compare Acme and Bolt revenue", "What was the revenue of Bolt and of Acme?"])
def test_documents_are_compared(cli: Cli, tmp_path: Path, request_: str) -> None:
    """Of each that is named the line that answers is quoted, though no line has both names."""
    for name, revenue, income in (("Acme", 412, 38), ("Bolt", 97, 4), ("Cord", 12, 1)):
        report = f"# {name} annual report\n\nRevenue was {revenue} million dollars. Net income was {income} million."
        (tmp_path / f"{name.lower()}.md").write_text(report, "utf-8")
    cli("ingest", str(tmp_path))
    answer = cli("chat", "-p", request_).out
    assert answer.startswith("From ")
    assert [True, True, False] == [f"Revenue was {revenue} million" in answer for revenue in (412, 97, 12)]


@pytest.mark.usefixtures("without_index")
@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("steps to fail over the orders database", ["1. Stop the writers.", "2. Promote the replica.", "3. Tell Ann."]),
        ("Who is told of it?", ["3. Tell Ann."]),
        ("what do I do when PumpHot is raised?", ["It is over 80 degrees.", "Stop the pump by S4.", "Wait an hour."]),
    ],
)
def test_a_section_is_quoted_where_all_of_it_answers(
    cli: Cli, tmp_path: Path, question: str, quoted: list[str]
) -> None:
    """Steps from the first one on, and the few sentences under a heading that alone names what is asked for."""
    fail_over = "## Fail over\n\nAnn approves it.\n\n1. Stop the writers.\n2. Promote the replica.\n3. Tell Ann.\n"
    pump = "## PumpHot\n\nIt is over 80 degrees. Stop the pump by S4. Wait an hour.\n"
    (tmp_path / "run.md").write_text(f"# Orders database\n\n{fail_over}\n{pump}", "utf-8")
    cli("ingest", str(tmp_path))

    answer = cli("chat", "-p", question).out

    assert [line[2:] for line in answer.splitlines() if line.startswith("> ")][: len(quoted)] == quoted


@pytest.mark.usefixtures("without_index")
def test_a_table_has_its_own_head(cli: Cli, tmp_path: Path) -> None:
    """The names of one table's columns never stand above the rows of the next."""
    tables = "<table><tr><th>Weekdays</th><th>Sunday</th></tr><tr><td>5:10</td><td>6:40</td></tr></table>"
    tables += "<table><tr><td>Lost property office</td><td>Mill Lane 4</td></tr></table>"
    (tmp_path / "trams.html").write_text(f"<h1>Trams</h1>{tables}", "utf-8")
    cli("ingest", str(tmp_path))
    out = cli("chat", "-p", "Where is the lost property office?").out
    assert ("Mill Lane 4" in out, "Weekdays" in out) == (True, False)


@pytest.mark.usefixtures("without_index")
def test_a_row_of_a_markdown_table_has_its_head(cli: Cli, tmp_path: Path) -> None:
    """What names the columns stands above the row, and not what Markdown has below the names."""
    rows = (
        "| Boat | Outdoors | Heated hall |\n|:---|---:|---|\n| up to 7 m | 410 | 1,120 |\n| up to 9 m | 560 | 1,490 |"
    )
    (tmp_path / "storage.md").write_text(f"# Winter storage\n\n{rows}\n", "utf-8")
    cli("ingest", str(tmp_path))
    out = cli("chat", "-p", "What does a boat up to 9 m cost in the heated hall?").out
    head, row = out.index("> | Boat | Outdoors"), out.index("> | up to 9 m | 560 | 1,490")
    assert (True, False) == (head < row, "---" in out)


@pytest.mark.usefixtures("without_index")
def test_a_row_of_words_alone_is_quoted(cli: Cli, tmp_path: Path) -> None:
    """Without a number in it a row is no head of its table, in a file of rows as in a text."""
    (tmp_path / "staff.csv").write_text("name;role\nMia Olsen;caretaker\nRolf Dahl;nurse\n", "utf-8")
    (tmp_path / "help.md").write_text(
        "# Who helps\n\n| Gardener | Henrik Moss |\n|---|---|\n| Plumber | Sara Quill |\n"
    )
    cli("ingest", str(tmp_path))
    for question, answer in [
        ("Who is the nurse?", "> name: Rolf Dahl | role: nurse"),
        ("Who is the caretaker?", "> name: Mia Olsen | role: caretaker"),
        ("Who is the gardener?", "Gardener | Henrik Moss"),
    ]:
        assert answer in cli("chat", "-p", "--user", question.split()[-1].strip("?"), question).out


def test_what_was_said_last_time(told: Cli) -> None:
    """Asked for the last conversation as such, it quotes what the person said in it, with the date."""
    answer = told("What did we talk about last time?").out
    assert "you said:\n\n> The boiler is broken and the plumber comes on Tuesday." in answer


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("what did I tell you on 21 november 2024", ["The valve was replaced.", "Nina works at the zoo now."]),
        ("am 14. Oktober 2024, was habe ich gesagt?", ["Max ist krank."]),
        ("what happened in october 2024?", ["Max ist krank."]),
        ("what did we talk about on 22 november 2024?", []),
    ],
)
def test_what_was_said_on_a_day(cli: Cli, tmp_path: Path, question: str, told: list[str]) -> None:
    said = (
        ("2024-10-14", "Max ist krank."),
        ("2024-11-21", "The valve was replaced."),
        ("2024-11-21", "what did I say yesterday?"),
        ("2024-11-21", "Nina works at the zoo now."),
    )
    lines = [{"session": "a", "role": "user", "content": text, "at": f"{day}T12:00:00Z"} for day, text in said]
    (tmp_path / "said.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert cli("sessions", "import", str(tmp_path / "said.jsonl")).code == 0

    answer = cli("chat", "-p", question).out

    assert [line[2:] for line in answer.splitlines() if line.startswith("> ")] == told
    assert told or answer.startswith("I found nothing that you said on 2024-11-22.")


def test_there_was_no_last_time(cli: Cli) -> None:
    """With no earlier conversation that is what it says."""
    assert NOTHING_FOUND in cli("chat", "-p", "What did we talk about last time?").out


def test_what_may_be_replaced_says_so() -> None:
    """While an update waits for an answer, the older memory is listed as perhaps replaced, the newer one is not."""
    older = memory("I host a film club", "m1")
    newer = replace(memory("I host a book club now", "m2"), replaces_perhaps="m1")
    lines = everything_known([newer, older]).splitlines()
    assert [True] == [line.endswith(", perhaps replaced)") for line in lines if "film club" in line]
    assert [False] == [line.endswith(", perhaps replaced)") for line in lines if "book club" in line]
