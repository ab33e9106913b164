"""What is recalled for a question, through the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing

import pytest
from harness.command_line import Result
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem_cli.recall.asking import asking, teller_of
from agentmem_cli.recall.evidence import is_small_talk
from agentmem_cli.sessions.branches import fork_session
from agentmem_cli.sessions.catalog import find_session, purge_session
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database

Cli = Callable[..., Result]
SMALL_TALK = """
hi|hello|hey there|good morning|Good evening!|thanks|thank you|thanks a lot|thank you so much|thx|ok|okay|OK!|cool|
great|perfect|nice|awesome|lol|haha|hmm|yes|no|yep|nope|sure|of course|bye|goodbye|see you|see you tomorrow|
good night|how are you?|how are you doing today?|what's up?|nice to meet you|you're welcome|sorry|no problem|
never mind|got it|i see|makes sense|sounds good|that's great|well done|👍|:)|...|?|go on|continue|
lol that's great|brb|gm!|
thanks a ton, you're the best|how's it going|no worries at all|danke|merci beaucoup|谢谢|ありがとう|
haha good one|good point|my bad|
yaaay|are you still there?|what's new?|test|nailed it|that's exactly what I needed|have a safe trip|no clue|
ugh, mondays|it's pouring out there|thanks for the great explanation of the tax thing|what lovely weather|knock knock
""".replace("\n", "").strip("|")


@pytest.fixture
def told(cli: Cli) -> Cli:
    """A few conversations of Sarah's and one of Tom's, and two memories."""
    lines = [
        ("flat", "user", "The boiler is broken and the flat is cold.", "2026-01-01T10:00:00Z", "Sarah", "D1:1"),
        ("flat", "assistant", "Call the plumber on Tuesday.", "2026-01-01T10:00:05Z", None, "D1:2"),
        ("trip", "user", "We fly to Oslo in May with good friends.", "2026-02-01T10:00:00Z", None, None),
        ("東京", "user", "来月東京に引っ越します。新しい仕事が始まります。", "2026-03-01T10:00:00Z", None, None),
    ]
    keys = ("session", "role", "content", "at", "name", "id")
    imported = [{key: value for key, value in zip(keys, line, strict=True) if value} for line in lines]
    cli("sessions", "import", "-", stdin="\n".join(map(json.dumps, imported)))
    tom = {"session": "tom", "role": "user", "content": "My boiler was repaired by a plumber in Oslo."}
    cli("sessions", "import", "-", "--user", "tom", stdin=json.dumps(tom))
    cli("memories", "add", "Owns an old boiler")
    cli("memories", "add", "Prefers tea", "--kind", "preference")
    return cli


def test_items_come_in_rank_order_with_all_that_is_known_of_them(told: Cli) -> None:
    """Memories and messages together, the best first, each with its type; a message with the id it was imported by."""
    found = told("recall", "boiler broken", "--json").json()
    assert {"question", "without_vectors", "profile", "items"} == set(found)
    scores = [item["score"] for item in found["items"]]
    assert sorted(scores, reverse=True) == scores
    assert all(0 < score <= 1 for score in scores)
    assert {"turn", "memory"} == {item["type"] for item in found["items"]}
    message = next(item for item in found["items"] if item["id" if item["type"] == "turn" else "text"] == "D1:1")
    assert ("flat", "user", "Sarah", "2026-01-01T10:00:00Z", "The boiler is broken and the flat is cold.") == tuple(
        message[key] for key in ("session", "role", "name", "at", "text")
    )
    assert ["Owns an old boiler", "Prefers tea"] == [memory["text"] for memory in found["profile"]]


@pytest.mark.parametrize("text", ["Where do I work?", "我在哪里工作？", "أين أعمل؟"])
def test_a_question_is_told_by_its_mark(text: str) -> None:
    """A message that only asks counts as one in whatever script."""
    assert 1.0 == asking(text, None)


def test_an_answer_is_found_by_its_question(told: Cli) -> None:
    """A message that shares no word with the question is found through the message that it answers."""
    found = told("recall", "cold flat", "--json").json()["items"]
    assert ["D1:1", "D1:2"] == [item["id"] for item in found if item["type"] == "turn"]


@pytest.mark.parametrize(
    ("names", "question", "first"),
    [
        (("Zoe", "Ed"), "Which trip to Rome is planned?", "Zoe"),
        (("Zoe", "Ed"), "Which trip to Rome is Ed's?", "Ed"),
        (("美咲", "健"), "健さんのローマ旅行はいつですか", "健"),
    ],
)
def test_a_name_is_a_word_of_its_own(cli: Cli, names: tuple[str, str], question: str, first: str) -> None:
    """Who is named comes first; "Ed" is not named in "planned"."""
    trip = "The trip to Rome is next week. ローマ旅行"
    lines = [{"session": name, "role": "user", "content": trip, "name": name} for name in names]
    cli("sessions", "import", "-", stdin="\n".join(map(json.dumps, lines)))
    assert first == cli("recall", question, "--json").json()["items"][0]["name"]


def test_one_json_line_for_each_line_of_stdin(told: Cli) -> None:
    """`-` answers line by line, a blank line too, so that answers and questions stay in step."""
    questions = ["Which boiler?", "", "hello", '"quoted OR (', "Oslo"]
    lines = told("recall", "-", stdin="\n".join(questions) + "\n").json_lines()
    assert questions == [line["question"] for line in lines]
    assert [False, True, True, True, False] == [line["items"] == [] for line in lines]


def test_k_bounds_each_kind(told: Cli) -> None:
    """-k is how many of each kind at the most; zero is refused."""
    found = told("recall", "boiler broken cold plumber", "-k", "1", "--json").json()["items"]
    assert ["memory", "turn"] == sorted(item["type"] for item in found)
    assert 2 == told("recall", "boiler", "-k", "0").code
    assert 2 == told("recall", " ").code


@pytest.mark.parametrize("command", [("recall",), ("memories", "search"), ("sessions", "search")])
def test_words_that_nobody_said_crowd_out_none_that_was_said(told: Cli, command: tuple[str, ...]) -> None:
    """Of a question with more words than are looked for, those that some text holds are looked for first."""
    unsaid = " ".join(f"{first}qu{last}zle" for first in "bdfgklmnprt" for last in "aeiou")
    found = told(*command, f"{unsaid}. What did I say about the broken boiler in the cold flat?", "--json").json()
    items = found["items"] if command == ("recall",) else found
    assert any("boiler" in str(item) for item in items)


def test_a_japanese_question_finds_a_japanese_message(told: Cli) -> None:
    """Words that no space divides are found all the same."""
    assert ["東京"] == [item["session"] for item in told("recall", "東京への引っ越し", "--json").json()["items"]]


def test_the_table_is_for_reading(told: Cli) -> None:
    """Without --json it is a table; what finds nothing says so on stderr."""
    table = told("recall", "boiler").out.splitlines()
    assert ["WHAT", "SCORE", "DATE", "SOURCE", "TEXT"] == table[0].split()
    assert {"profile", "memory", "message"} == {line.split()[0] for line in table[1:]}
    nothing = told("recall", "xylophone", "--user", "nobody")
    assert ("", "Nothing is recalled for this.\n") == (nothing.out, nothing.err)


def test_small_talk_recalls_nothing(told: Cli) -> None:
    """A greeting, thanks or a nod look for nothing."""
    found = {text: told("recall", text, "--json").json()["items"] for text in SMALL_TALK.split("|")}
    assert {} == {text: items for text, items in found.items() if items}


@pytest.mark.parametrize(
    "question", ["What did we talk about on 1 February 2026?", "was war am 1. Februar 2026?", "2026-02-01"]
)
def test_a_day_is_asked_for(told: Cli, question: str) -> None:
    """What was said on that day comes first, though it shares no word with the question."""
    (first, *_) = told("recall", question, "--json").json()["items"]
    assert "We fly to Oslo in May with good friends." == first["text"]


@pytest.mark.parametrize(
    "text",
    [
        *("Oslo?", "my boiler", "what did I say about tea", "東京", "what was the problem?"),
        *(
            "and my sister?",
            "my job",
            "what was the point?",
            "our holiday plans",
            "tell me about my job",
            "which test?",
        ),
        *("book the usual", "same as last time?", "I have an allergy to walnuts", "lol what was the dog's name again"),
        *("what was the good news?", "how much was it?", "who came second?", "is the car sold?", "when is my day off?"),
    ],
)
def test_a_short_question_is_no_small_talk(text: str) -> None:
    """One word that says something is enough to look."""
    assert not is_small_talk(text)


@settings(max_examples=30)
@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=3, max_size=60).filter(str.strip))
def test_users_are_walls(cli: Cli, text: str) -> None:
    """Whatever one user says, another is given none of it, even when they ask with the same words."""
    line = json.dumps({"session": f"s{abs(hash(text))}", "role": "user", "content": text})
    cli("sessions", "import", "-", stdin=line)
    cli("memories", "add", "--", text)
    found = cli("recall", "--json", "--user", "tom", "--", text).json()
    assert ([], []) == (found["profile"], found["items"])


def test_a_message_says_what_has_replaced_it(cli: Cli) -> None:
    """A recalled message whose memory was replaced since carries what is true now, and so does its copy in a fork."""

    def replaced_by() -> str | None:
        items = cli("recall", "What is my name, Anna?", "--json").json()["items"]
        return next(item["replaced_by"] for item in items if item["text"] == "My name is Anna.")

    cli("chat", "-p", "--no-knowledge", "My name is Anna.")
    (session,) = cli("sessions", "list", "--json").json()
    cli("chat", "-p", "--no-knowledge", "My name is Ana.")
    assert "My name is Ana." == replaced_by()
    assert "user (replaced): My name is Anna." in cli("recall", "What is my name, Anna?").out
    with closing(open_database(load_settings())) as database:
        fork_session(database, load_settings().user, session["session_id"], None, 2_000_000_000)
        with database.write() as connection:
            purge_session(connection, find_session(database, load_settings().user, session["session_id"]))
    assert "My name is Ana." == replaced_by()


def test_what_recall_brings_into_a_prompt_is_counted(cli: Cli) -> None:
    """A memory that a question brought in was used once more; looking with `recall` uses nothing."""
    things = ["a red bicycle in Hamburg", *(f"thing number {number}, which is of no great use" for number in range(30))]
    lines = [json.dumps({"text": f"Bought {thing}", "topics": ["things"]}) for thing in things]
    cli("memories", "import", "-", stdin="\n".join(lines))
    cli("recall", "Where did I buy the bicycle?")
    cli("chat", "-p", "--no-knowledge", "Where did I buy the bicycle?")
    (memory,) = [each for each in cli("memories", "list", "--json").json() if "bicycle" in each["text"]]
    assert 1 == memory["use_count"]
    assert memory["last_used_at"] is not None


def test_json_says_what_the_prompt_had_room_for(cli: Cli) -> None:
    """Each thing recalled for an answer says whether the model read it; what did not fit is not counted as used."""
    for number in range(14):
        cli("memories", "add", f"Bought bicycle number {number} in Hamburg " + f"鑛龜{number}" * 40)
    ended = cli("chat", "-p", "--no-knowledge", "--format", "json", "Where did I buy the bicycle?").json()
    items = ended["recalled"]["items"]
    used = {memory["memory_id"] for memory in cli("memories", "list", "--json").json() if memory["use_count"]}
    assert {True, False} == {item["in_prompt"] for item in items}
    profile = {memory["memory_id"] for memory in ended["recalled"]["profile"]}
    assert used == {item["memory_id"] for item in items if item["in_prompt"]} - profile


@pytest.mark.parametrize(
    ("question", "teller"),
    [
        ("which wine did you say goes with trout", "assistant"),
        ("that stretch for the lower back from your list, how long do I hold it?", "assistant"),
        ("Wie hieß noch mal das Buch, das du mir empfohlen hast?", "assistant"),
        ("when does my passport expire", "user"),
        ("À quelle heure est mon entretien ?", "user"),
        ("what does the warranty cover?", ""),
        ("can you recommend a wine for trout", ""),
    ],
)
def test_whose_words_are_asked_for(question: str, teller: str) -> None:
    """The assistant's, the person's, or nobody's in particular."""
    assert teller == teller_of(question)
