"""Answers with no language model: facts, documents and conversations are looked up, quoted, and never made up."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.command_line import Result, run_here

from agentmem_cli.agent.choice import NO_MODEL_NOTICE
from agentmem_cli.agent.offline_answer import NOTHING_FOUND

Cli = Callable[..., Result]
SAMPLES = str(Path(__file__).parents[2] / "knowledge")
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


def test_three_facts_of_one_sentence(cli: Cli) -> None:
    """Name, preference and work are captured from one greeting, and shown with their undo."""
    result = cli("chat", "-p", "Hi, I'm Sarah. I prefer concise answers and I work in healthcare.")
    shown = "memory +3: Name is Sarah; Prefers concise answers; Works in healthcare (undo: agentmem memories undo)"
    assert shown == result.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Where do I work?", "Works in healthcare"),
        ("where do i work", "Works in healthcare"),
        ("What is my job?", "Works in healthcare"),
        ("What do I do for a living?", "Works in healthcare"),
        ("What's my name?", "Name is Sarah"),
        ("Do you know my name?", "Name is Sarah"),
        ("Where do I live?", "Lives in Oslo"),
        ("What's my dog's name?", "Has a dog called Rex"),
        ("Who is Rex?", "Has a dog called Rex"),
        ("What do I prefer?", "Prefers concise answers"),
        ("How should you answer me?", "Prefers concise answers"),
    ],
)
def test_a_question_about_oneself(told: Cli, question: str, answer: str) -> None:
    """It is answered with the one memory that fits, and with what was said when."""
    out = told("--no-knowledge", question).out
    assert out.startswith(f"From memory: **{answer}**. You said on 20")
    assert 1 == out.count("From memory")


@pytest.mark.parametrize("question", ["What do you know about me?", "Who am I?", "Tell me about myself"])
def test_everything_that_is_known(told: Cli, cli: Cli, question: str) -> None:
    """All of it is listed; a stranger is told that nothing is known."""
    out = told("--no-knowledge", question).out
    known = ("Name is Sarah", "Prefers concise answers", "Works in healthcare", "Lives in Oslo", "Has a dog called Rex")
    assert [] == [each for each in known if f"- {each} (20" not in out]
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
        assert len(out.split("> ")) <= 4
    assert told("When does the plumber come?").out.startswith("On 20")
    assert told("What is the capital of France?").out.startswith(NOTHING_FOUND)


@pytest.mark.parametrize(
    "question",
    [
        "What did we say about the boiler?",
        "What did I tell you about the plumber?",
        "Do you remember what I said about the boiler?",
        "When does the plumber come?",
        "the boiler",
    ],
)
def test_an_earlier_conversation_is_quoted(told: Cli, question: str) -> None:
    """With its date, and however often it is asked: neither the question nor an earlier answer is quoted back."""
    first, second = (told("--no-knowledge", question).out for _ in range(2))
    assert first == second
    assert 1 == first.count("> The boiler is broken and the plumber comes on Tuesday.")
    assert (True, 1) == (first.startswith("On 20"), first.count("> "))


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "What did we say about quantum physics?",
        "Am I married?",
        "Can you write a poem about cats?",
    ],
)
def test_nothing_found_is_said_plainly(told: Cli, question: str) -> None:
    """The second time too: it does not quote that it has found nothing."""
    for _ in range(2):
        assert told("--no-knowledge", question).out.startswith(NOTHING_FOUND)


@pytest.mark.parametrize("text", ["hello", "Good morning!", "thanks a lot", "how are you?", "What can you do?", "ok"])
def test_small_talk_gets_an_offer(told: Cli, text: str) -> None:
    """A greeting is answered with what it can do, and quotes nothing."""
    assert told("--no-knowledge", text).out.startswith(OFFER)


@pytest.mark.usefixtures("without_index")
def test_a_row_of_a_table_is_quoted(cli: Cli) -> None:
    """A short line with a number is an answer, not a heading."""
    cli("ingest", SAMPLES)
    assert "> Card reader 79 each" in cli("chat", "-p", "What does a card reader cost?").out


def test_what_was_said_last_time(told: Cli) -> None:
    """Asked for the last conversation as such, it quotes what the person said in it, with the date."""
    answer = told("What did we talk about last time?").out
    assert "you said:\n\n> The boiler is broken and the plumber comes on Tuesday." in answer


def test_there_was_no_last_time(cli: Cli) -> None:
    """With no earlier conversation that is what it says."""
    assert NOTHING_FOUND in cli("chat", "-p", "What did we talk about last time?").out


def test_a_statement_is_noted(told: Cli) -> None:
    """What is told and not asked gets one line, which is never quoted later."""
    assert told("--no-knowledge", "The garden gate needs new paint soon.").out.startswith("Noted. ")
    assert "Noted" not in told("--no-knowledge", "What did I say needs new paint?").out


def test_what_was_replaced_is_not_said(told: Cli) -> None:
    """After a move only the new home is known."""
    assert "memory ~1: Lives in Bergen" in told("--no-knowledge", "I moved to Bergen.").err
    out = told("--no-knowledge", "Where do I live?").out
    assert (1, 0) == (out.count("Lives in Bergen"), out.count("Oslo"))


def test_what_may_be_replaced_says_so(cli: Cli) -> None:
    """While an update waits for an answer, the older memory is listed as perhaps replaced, the newer one is not."""
    cli("memories", "add", "Hosts a film club with pizza for neighbours")
    cli("memories", "add", "Hosts a book club with pizza for neighbours now")
    lines = cli("chat", "-p", "What do you know about me?").out.splitlines()
    assert [True] == [line.endswith(", perhaps replaced)") for line in lines if "film club" in line]
    assert [False] == [line.endswith(", perhaps replaced)") for line in lines if "book club" in line]
