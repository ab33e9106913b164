"""What is stored is what the model's reply meant: sixty messages over the real wire, each with a reply as asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from harness.anthropic_server import AnthropicServer, Request
from harness.captures import answer_captures, numbers_in, operation, replied

from agentmem_cli.agent.conversation import Conversation
from agentmem_cli.agent.events import Captured
from agentmem_cli.memories.operations import PERSON, Operation, Source
from agentmem_cli.memories.store import list_memories
from agentmem_cli.memories.writer import apply_operations
from agentmem_cli.records import Memory
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database

Raw = str
LONG_AGO = 1_700_000_000


@dataclass(frozen=True)
class Case:
    """A message, the replies to its capture, and what is known then.

    `known` stood there before; an operation names those that it replaces by text. `active` are the memories that are
    new, as texts or with fields; `waiting` are proposed; `gone` says what became of known ones.
    """

    says: str
    reply: list[dict[str, Any] | Raw]
    active: list[str | dict[str, Any]] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    gone: dict[str, str] = field(default_factory=dict)
    known: list[str | Operation] = field(default_factory=list)
    before: list[str] = field(default_factory=list)


def add(text: str, quote: str, **fields: Any) -> dict[str, Any]:
    return operation(text, quote, **fields)


def new(text: str, quote: str, *old: str, **fields: Any) -> dict[str, Any]:
    return operation(text, quote, action="replace", replaces=list(old), **fields)


def over(quote: str, *old: str, **fields: Any) -> dict[str, Any]:
    return operation("", quote, action="replace", replaces=list(old), **fields)


def forget(quote: str, *old: str) -> dict[str, Any]:
    return operation("", quote, action="forget", replaces=list(old))


WORK = add("Works in healthcare", "I work in healthcare", topics=["work"])
ALLERGY = Operation("add", "Is allergic to nuts", topics=["health"])

KINDS = [
    Case("I work in healthcare.", [WORK], [{"text": "Works in healthcare", "kind": "fact", "topics": ["work"]}]),
    Case(
        "I prefer tea to coffee",
        [add("Prefers tea to coffee", "I prefer tea to coffee", kind="preference", topics=["diet"])],
        [{"text": "Prefers tea to coffee", "kind": "preference", "topics": ["diet"], "subject": None}],
    ),
    Case(
        "From now on answer in German please",
        [add("Answer in German", "From now on answer in German", kind="instruction", topics=["style"])],
        [{"text": "Answer in German", "kind": "instruction"}],
    ),
    Case(
        "I'm getting married on the 6th of June 2027!",
        [add("Marries on 2027-06-06", "I'm getting married on the 6th of June 2027", kind="event", on="2027-06-06")],
        [{"kind": "event", "on_date": "2027-06-06", "until_date": None}],
    ),
    Case(
        "Hi, I'm Sarah. I prefer concise answers and I work in healthcare.",
        [
            add("Is called Sarah", "I'm Sarah", topics=["name"]),
            add("Prefers concise answers", "I prefer concise answers", kind="preference"),
            WORK,
        ],
        ["Is called Sarah", "Prefers concise answers", "Works in healthcare"],
    ),
    Case(
        "My daughter Mia is 6 and allergic to peanuts",
        [
            add("Mia is 6 years old", "My daughter Mia is 6", subject="Mia (daughter)", topics=["people", "age"]),
            add("Mia is allergic to peanuts", "allergic to peanuts", subject="Mia (daughter)", topics=["health"]),
        ],
        [
            {"text": "Mia is 6 years old", "subject": "Mia (daughter)", "topics": ["people", "age"]},
            {"text": "Mia is allergic to peanuts", "subject": "Mia (daughter)"},
        ],
    ),
    Case(
        "Tom got a new job",
        [add("Tom has a new job", "Tom got a new job", subject="Tom")],
        [{"text": "Tom has a new job", "subject": "Tom"}],
    ),
    Case(
        "Vegetarian since 2010",
        [add("Is a vegetarian", "Vegetarian since 2010", **{"from": "2010"})],
        [{"text": "Is a vegetarian", "valid_from": "2010-01-01"}],
    ),
    Case(
        "I'm in Rome until Friday",
        [add("Is in Rome", "I'm in Rome until Friday", until="2026-06-05", topics=["travel"])],
        [{"text": "Is in Rome", "until_date": "2026-06-05"}],
    ),
    Case(
        "We switched from Jira to Linear",
        [add("The team switched from Jira to Linear", "We switched from Jira to Linear", subject="the team")],
        ["The team switched from Jira to Linear"],
    ),
    Case("The dog's called Rex", [add("Has a dog called Rex", "Rex", topics=["pets"])], ["Has a dog called Rex"]),
    Case("My name is Sarah", [add("The user is called Sarah", "Sarah")], ["The user is called Sarah"]),
]

CHANGES = [
    Case(
        "I work at Globex now, not at Acme any more",
        [new("Works at Globex", "I work at Globex now", "Works at Acme")],
        ["Works at Globex"],
        gone={"Works at Acme": "superseded"},
        known=["Works at Acme", "Likes tea"],
    ),
    Case(
        "I sold the car and the boat and bought a bicycle.",
        [new("Has a bicycle", "bought a bicycle", "Has a car", "Has a boat")],
        ["Has a bicycle"],
        gone={"Has a car": "superseded", "Has a boat": "superseded"},
        known=["Has a car", "Has a boat", "Has a bicycle pump"],
    ),
    Case(
        "I quit my job at Acme",
        [over("I quit my job at Acme", "Works at Acme")],
        gone={"Works at Acme": "superseded"},
        known=["Works at Acme"],
    ),
    Case(
        "I'm not allergic to nuts, the test was wrong",
        [over("allergic to nuts", "Is allergic to nuts")],
        gone={"Is allergic to nuts": "superseded"},
        known=[ALLERGY],
    ),
    Case(
        "Rex died, and I gave the aquarium away",
        [over("Rex died", "Has a dog called Rex"), over("I gave the aquarium away", "Has an aquarium")],
        gone={"Has a dog called Rex": "superseded", "Has an aquarium": "superseded"},
        known=["Has a dog called Rex", "Has an aquarium"],
    ),
    Case(
        "All my pets are gone: cat and dog",
        [over("All my pets are gone", "Has a cat", "Has a dog")],
        gone={"Has a cat": "superseded", "Has a dog": "superseded"},
        known=["Has a cat", "Has a dog"],
    ),
    Case(
        "please forget my allergy",
        [forget("please forget my allergy", "Is allergic to nuts")],
        gone={"Is allergic to nuts": "forgotten"},
        known=[ALLERGY],
    ),
    Case(
        "Forget where I live and what my name is",
        [forget("Forget where I live and what my name is", "Lives in Oslo", "Is called Sarah")],
        gone={"Lives in Oslo": "forgotten", "Is called Sarah": "forgotten"},
        known=["Lives in Oslo", Operation("add", "Is called Sarah", topics=["name"])],
    ),
    Case(
        "Don't forget that I am allergic to nuts",
        [forget("forget that I am allergic to nuts", "Is allergic to nuts")],
        known=[ALLERGY],
    ),
    Case("I live in Oslo, as you know", [add("Lives in Oslo", "I live in Oslo")], known=["Lives in Oslo"]),
    Case(
        "I'm back in Oslo, Bergen is over",
        [new("Lives in Oslo", "I'm back in Oslo", "Lives in Bergen")],
        gone={"Lives in Bergen": "superseded"},
        known=["Lives in Oslo", "Lives in Bergen"],
    ),
    Case(
        "I moved to Bergen",
        [new("Lives in Bergen", "I moved to Bergen", "no such memory")],
        ["Lives in Bergen"],
        known=["Lives in Oslo"],
    ),
    Case(
        "I moved to Bergen in May",
        [new("Lives in Bergen", "I moved to Bergen in May", "Lives in Oslo", **{"from": "2026-05-01"})],
        [{"text": "Lives in Bergen", "valid_from": "2026-05-01"}],
        gone={"Lives in Oslo": "superseded"},
        known=["Lives in Oslo"],
    ),
    Case(
        "Takes insulin every day",
        [add("Takes insulin", "Takes insulin every day", topics=["health"])],
        ["Takes insulin"],
        known=["Moved to a new place"],
    ),
]

NOTHING = [
    Case("What is the boiler's model?", []),
    Case("Thanks a lot!", []),
    Case("Pretend I am a pilot. I live in Fiji", []),
    Case("Just the number please", []),
    Case("Translate: I am Bob", [], known=["Is called Sarah"]),
    Case("I live in Oslo", [add("Was told so", "Noted.")]),
    Case("I live in Oslo", [add("Lives in Bergen", "I live in Bergen")]),
    Case("I live in Oslo", [add("Lives in Oslo", "")]),
    Case("I live in Oslo", ['{"operations": [7, {"action": "nothing"}, {"action": "erase", "text": "x"}]}']),
    Case("My password is hunter2", [add("Password is hunter2", "My password is hunter2")]),
    Case("My card is 4111 1111 1111 1111", [add("Has the card 4111 1111 1111 1111", "My card is 4111 1111 1111 1111")]),
]

LANGUAGES = [
    Case("Fıstığa alerjim var.", [add("Fıstığa alerjisi var", "Fıstığa alerjim var")], ["Fıstığa alerjisi var"]),
    Case("Minä asun Turussa ja olen opettaja.", [add("Asuu Turussa", "Minä asun Turussa")], ["Asuu Turussa"]),
    Case("ฉันชอบดื่มชา", [add("ชอบดื่มชา", "ชอบดื่มชา", kind="preference")], ["ชอบดื่มชา"]),
    Case(
        "أنا أعمل طبيبة في القاهرة",
        [add("تعمل طبيبة في القاهرة", "أنا أعمل طبيبة في القاهرة")],
        ["تعمل طبيبة في القاهرة"],
    ),
    Case("मैं दिल्ली में रहता हूँ", [add("दिल्ली में रहते हैं", "मैं दिल्ली में रहता हूँ")], ["दिल्ली में रहते हैं"]),
    Case("私は東京に住んでいます。", [add("東京に住んでいる", "東京に住んでいます")], ["東京に住んでいる"]),
    Case("Ich wohne in Köln und trinke keinen Kaffee", [add("Wohnt in Köln", "Ich wohne in Köln")], ["Wohnt in Köln"]),
    Case("Je suis végétarienne depuis 2010", [add("Est végétarienne", "Je suis végétarienne")], ["Est végétarienne"]),
    Case("저는 서울에 살아요", [add("서울에 산다", "저는 서울에 살아요")], ["서울에 산다"]),
    Case("我住在北京，我喜欢茶", [add("住在北京", "我住在北京"), add("喜欢茶", "我喜欢茶")], ["住在北京", "喜欢茶"]),
    Case(
        "Mi mujer se llama Ana",
        [add("Su mujer se llama Ana", "Mi mujer se llama Ana", subject="Ana")],
        ["Su mujer se llama Ana"],
    ),
    Case("Nie jem mięsa", [add("Nie je mięsa", "Nie jem mięsa", topics=["diet"])], ["Nie je mięsa"]),
]

FORMS = [
    Case("I work in healthcare", [f"```json\n{replied(WORK)}\n```"], ["Works in healthcare"]),
    Case(
        "I work in healthcare", [f'Sure {{here}}: {{"a": 1}} {replied(WORK)} Anything else?'], ["Works in healthcare"]
    ),
    Case("I work in healthcare", ["There is something.", replied(WORK)], ["Works in healthcare"]),
    Case("I work in healthcare", ["{", "I noted it."], [{"quote": "I work in healthcare"}]),
    Case(
        "I work in healthcare",
        [{**WORK, "kind": "wisdom", "topics": ["Work\n", 1, "magic"], "on": "soon"}],
        [{"kind": "fact", "topics": ["work"], "on_date": None}],
    ),
    Case("I WORK in   healthcare", [WORK], [{"quote": "I WORK in healthcare"}]),
]

DENIALS = [
    Case(
        "I am not allergic to pears.",
        [add("Is allergic to pears", "allergic to pears")],
        waiting=["Is allergic to pears"],
    ),
    Case("I never told you that I live in Lima.", [add("Lives in Lima", "I live in Lima")], waiting=["Lives in Lima"]),
    Case("My neighbour Joe said he hates dogs", [add("Hates dogs", "he hates dogs")], waiting=["Hates dogs"]),
    Case("My brother plays chess but I do not.", [add("Plays chess", "plays chess")], waiting=["Plays chess"]),
    Case(
        "Ich bin nicht allergisch gegen Milch",
        [add("Allergisch gegen Milch", "allergisch gegen Milch")],
        waiting=["Allergisch gegen Milch"],
    ),
    Case("猫アレルギーではありません", [add("猫アレルギー", "猫アレルギー")], waiting=["猫アレルギー"]),
    Case(
        "I am not allergic to pears.",
        [add("Is not allergic to pears", "allergic to pears")],
        ["Is not allergic to pears"],
    ),
    Case("No, I live in Lima.", [add("Lives in Lima", "I live in Lima")], ["Lives in Lima"]),
]

EARLIER = [
    Case(
        "Yes, since last week.",
        [add("Works at Initech", "I might work at Initech")],
        ["Works at Initech"],
        before=["I might work at Initech soon"],
    ),
    Case("And one more thing", [add("Was told so", "Noted.")], before=["What is a boiler?"]),
    Case("Go on", [add("Was here", "Number 0")], before=[f"Number {number}, please" for number in range(4)]),
]

CASES = [*KINDS, *CHANGES, *NOTHING, *LANGUAGES, *FORMS, *DENIALS, *EARLIER]


class Chat:
    """One conversation for all cases; each begins with nothing known, in a session of its own."""

    def __init__(self, conversation: Conversation, database: Database) -> None:
        self.conversation = conversation
        self.database = database
        self.replies: list[dict[str, Any] | Raw] = []

    def reply(self, request: Request) -> str:
        """The next raw reply, or all operations, the memories that they name by their numbers."""
        if self.replies and isinstance(self.replies[0], str):
            return self.replies.pop(0)  # type: ignore[return-value]  # it was just looked at
        numbers = numbers_in(request)
        named = [
            {**each, "replaces": [numbers.get(text, 99) for text in each["replaces"]]}
            for each in self.replies
            if isinstance(each, dict)
        ]
        return replied(*named)

    def say(self, text: str, replies: list[dict[str, Any] | Raw]) -> Captured:
        """Ask, and let the message be captured."""
        self.replies = list(replies)
        list(self.conversation.ask(text))
        assert self.conversation.turn is not None
        return self.conversation.capture(self.conversation.turn).result()

    def begin(self, case: Case) -> None:
        """Know what the case begins with, and nothing else."""
        with self.database.write() as connection:
            for table in ("memory_details", "agno_memories", "memory_ledger"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 -- names from above
        known = [each if isinstance(each, Operation) else Operation("add", each) for each in case.known]
        source = Source(None, None, LONG_AGO, PERSON)
        apply_operations(self.database, "sarah", known, source, typed_text="", mode="auto", now=LONG_AGO)
        self.conversation.new_session()
        for text in case.before:
            self.say(text, [])


@pytest.fixture
def chat(home: Path, anthropic: AnthropicServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:  # noqa: ARG001 -- their environment is what is needed
    settings = load_settings()
    with closing(open_database(settings)) as database:
        conversation = Conversation(
            settings, database, model="anthropic:claude-sonnet-4-6", knowledge=False, warn=lambda _: None
        )
        chat = Chat(conversation, database)
        answer_captures(monkeypatch, chat.reply)
        conversation.start()
        yield chat
        conversation.close()


def test_sixty_replies(chat: Chat) -> None:
    """Each is stored as it was meant: nothing more, nothing less, and nothing waits in the queue."""
    assert len(CASES) >= 60
    wrong = [(case.says, found) for case in CASES if (found := _stored(chat, case)) != _meant(case)]
    assert [] == wrong
    assert [] == chat.database.read("SELECT * FROM capture_queue")


def _stored(chat: Chat, case: Case) -> tuple[object, ...]:
    chat.begin(case)
    chat.say(case.says, case.reply)
    known = {each if isinstance(each, str) else each.text for each in case.known}
    memories = sorted(list_memories(chat.database, "sarah", status=None), key=lambda each: each.created_at)
    active = [each for each in memories if each.status == "active" and each.text not in known]
    shown = [_fields(each, wanted) for each, wanted in zip(reversed(active), case.active, strict=False)]
    gone = {each.text: each.status for each in memories if each.text in known and each.status != "active"}
    return len(active), shown, [each.text for each in memories if each.status == "proposed"], gone


def _meant(case: Case) -> tuple[object, ...]:
    return len(case.active), [_wanted(each) for each in case.active], case.waiting, case.gone


def _wanted(fields: str | dict[str, Any]) -> dict[str, Any]:
    return {"text": fields} if isinstance(fields, str) else fields


def _fields(memory: Memory, wanted: str | dict[str, Any]) -> dict[str, Any]:
    shown = memory.as_json()
    return {name: _day(shown[name]) if name == "valid_from" else shown[name] for name in _wanted(wanted)}


def _day(time: str) -> str:
    return time[:10]
