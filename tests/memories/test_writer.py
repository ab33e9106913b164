"""The writer: what may become a memory, and what it replaces."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memories.conftest import NOW, Store

from agentmem_cli.memories.corrections import approve, undo_last
from agentmem_cli.memories.operations import Operation
from agentmem_cli.memories.store import history, list_memories, profile_memories, search_memories
from agentmem_cli.memories.transfer import export_memories, parse_memories
from agentmem_cli.memories.wording import MAX_TEXT

WORK = Operation("add", "Works in healthcare", quote="I work in healthcare", topics=["work"])


def texts(store: Store, status: str | None = "active", user: str = "sarah") -> list[str]:
    return [memory.text for memory in list_memories(store.database, user, status=status)]


def test_a_memory_keeps_its_quote_as_it_was_typed_and_where_it_came_from(store: Store) -> None:
    """Models may change case, spacing and apostrophes of a quote; what is stored is what was typed."""
    operation = Operation("add", "Is a nurse", quote="i'm  a nurse")
    added = store.write(operation, typed="Hi, I\u2019m a\nNurse.").added[0]
    assert ("I\u2019m a Nurse", "session-1", "run-1", "active") == (
        added.quote,
        added.session_id,
        added.run_id,
        added.status,
    )
    assert [added] == list_memories(store.database, "sarah")


@pytest.mark.parametrize("actor", ["offline", "model:claude"])
def test_without_the_persons_own_words_nothing_is_stored(store: Store, actor: str) -> None:
    """An operation whose quote is missing, made up, or from a pasted block is dropped."""
    for typed in ("I work in retail", "```\nI work in healthcare\n```", "> I work in healthcare", "x " * 3_000):
        written = store.write(WORK, actor=actor, typed=typed)
        assert [] == written.added
    store.write(Operation("add", "Works in healthcare"), actor=actor, typed="I work in healthcare")
    assert [] == texts(store, None)


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 501])
def test_an_empty_or_overlong_text_is_dropped(store: Store, text: str) -> None:
    """A memory is one statement of 1 to 500 characters."""
    assert [] == store.write(Operation("add", text), actor="person").added
    assert [] == texts(store, None)


def test_the_same_twice_is_one_memory(store: Store) -> None:
    """Case, spacing and the full stop make no difference; replaying a chat adds nothing."""
    first = store.write(WORK).added
    again = store.write(Operation("add", "works  in Healthcare.", quote="I work in healthcare"))
    assert ([first[0].memory_id], []) == ([memory.memory_id for memory in again.repeated], again.added)
    assert [2] == [memory.seen_count for memory in list_memories(store.database, "sarah")]
    assert ["Works in healthcare"] == texts(store)
    assert 1 == len(history(store.database, "sarah"))


@pytest.mark.parametrize("text", ["🙂", "C++", "喜欢喝茶"])
def test_the_same_twice_is_one_memory_in_any_script(store: Store, text: str) -> None:
    """Also a text with no words in it, and one without spaces."""
    store.say(text)
    assert [text] == [memory.text for memory in store.say(text).repeated]


def test_texts_that_only_look_alike_are_two_memories(store: Store) -> None:
    """The index drops accents, and some words carry no meaning: what is the same is decided by what it says."""
    for text in ("Likes running", "Likes running shoes", "Likes rúnning", "Never likes running"):
        assert 1 == len(store.say(text).added)


def test_replacing_supersedes_the_old_memory(store: Store) -> None:
    """The old one stays, marked; the new one says what it replaces."""
    old = store.write(WORK).added[0]
    operation = Operation("replace", "Works in retail", quote="I work in retail now", replaces=(old.memory_id,))
    new = store.write(operation).replaced[0]
    assert (["Works in retail"], ["Works in healthcare"]) == (texts(store), texts(store, "superseded"))
    assert (old.memory_id, new.memory_id) == (
        new.supersedes,
        list_memories(store.database, "sarah", status="superseded")[0].superseded_by,
    )


def test_replacing_what_is_replaced_already_replaces_its_successor(store: Store) -> None:
    """Two operations on one stale view of the store leave one current memory."""
    old = store.write(WORK).added[0]
    for place in ("retail", "banking"):
        quote = f"I work in {place} now"
        store.write(Operation("replace", f"Works in {place}", quote=quote, replaces=(old.memory_id,)))
    assert ["Works in banking"] == texts(store)


@pytest.mark.parametrize("target", [("no-such-id",), ()])
def test_replacing_nothing_adds(store: Store, target: tuple[str, ...]) -> None:
    """A made-up id replaces nothing."""
    operation = Operation("replace", "Works in retail", quote="I work in retail", replaces=target)
    assert 1 == len(store.write(operation).added)


def test_several_are_replaced_by_one(store: Store) -> None:
    """Each says what holds instead, the new one names them all, and undo brings all back."""
    old = [store.say(text).added[0] for text in ("Has a car", "Has a boat", "Likes tea")]
    ids = tuple(memory.memory_id for memory in old[:2])
    new = store.write(Operation("replace", "Has a bicycle", quote="I have a bicycle", replaces=ids)).replaced[0]
    assert (["Has a bicycle", "Likes tea"], ids) == (texts(store), (new.supersedes, *new.also_supersedes))
    gone = list_memories(store.database, "sarah", status="superseded")
    assert {new.memory_id} == {memory.superseded_by for memory in gone}
    undo_last(store.database, "sarah", now=NOW)
    assert ["Likes tea", "Has a boat", "Has a car"] == texts(store)


def test_several_that_a_proposal_replaces_go_when_it_is_approved(store: Store) -> None:
    """In review mode all stay until then."""
    ids = tuple(store.say(text).added[0].memory_id for text in ("Has a car", "Has a boat"))
    operation = Operation("replace", "Has a bicycle", quote="I have a bicycle", replaces=ids)
    (waiting,) = store.write(operation, mode="review").proposed
    assert ["Has a boat", "Has a car"] == texts(store)
    approve(store.database, "sarah", [waiting.memory_id], now=NOW)
    assert ["Has a bicycle"] == texts(store)


def test_what_ended_has_no_successor(store: Store) -> None:
    """It is superseded, true until it ended; the history says so, and undo makes it true again."""
    old = store.write(WORK).added[0]
    ended = Operation("replace", quote="I quit", replaces=(old.memory_id,), until="2026-05-31")
    (gone,) = store.write(ended).ended
    assert ("superseded", None, [gone]) == (
        gone.status,
        gone.superseded_by,
        list_memories(store.database, "sarah", status="superseded"),
    )
    assert ("2026-05-31", True) == (str(gone.as_json()["valid_to"])[:10], gone.quote == old.quote)
    assert ["add", "end"] == [entry.action for entry in history(store.database, "sarah", old.memory_id)]
    undo_last(store.database, "sarah", now=NOW)
    assert [old] == list_memories(store.database, "sarah")


def test_an_end_that_is_to_be_approved_waits_in_the_persons_own_words(store: Store) -> None:
    """The memory stays until they are."""
    old = store.write(WORK).added[0]
    ended = Operation("replace", quote="I quit healthcare", replaces=(old.memory_id,))
    (waiting,) = store.write(ended, mode="review").proposed
    assert ("I quit healthcare", old.memory_id, ["Works in healthcare"]) == (
        waiting.text,
        waiting.supersedes,
        texts(store),
    )


def test_an_end_in_many_words_waits_in_the_first_of_them(store: Store) -> None:
    """As many as a memory may have, so that it can be exported and imported."""
    old = store.write(WORK).added[0]
    quote = f"I quit healthcare {'and sailed on ' * 50}alone"
    (waiting,) = store.write(Operation("replace", quote=quote, replaces=(old.memory_id,)), mode="review").proposed
    assert (MAX_TEXT, "…", quote) == (len(waiting.text), waiting.text[-1], waiting.quote)
    (approved,) = approve(store.database, "sarah", [waiting.memory_id], now=NOW)
    assert [approved.text] == [each.text for each in parse_memories(export_memories([approved], "jsonl"))]


def test_what_is_asked_for_is_forgotten(store: Store) -> None:
    """It leaves a tombstone, which stops the same from being learnt again; undo brings it back."""
    old = store.write(WORK).added[0]
    forget = Operation("forget", quote="forget my work", replaces=(old.memory_id, "no-such-id"))
    assert ["forgotten"] == [memory.status for memory in store.write(forget).forgotten]
    assert ([], 1) == (texts(store), len(store.write(WORK).blocked))
    undo_last(store.database, "sarah", now=NOW)
    assert ["Works in healthcare"] == texts(store)


def test_what_is_known_already_may_still_replace(store: Store) -> None:
    """The same text is one memory, and what it is said to replace goes."""
    store.write(WORK)
    old = store.say("Works in retail").added[0]
    again = Operation("replace", WORK.text, quote="healthcare, not retail", replaces=(old.memory_id,))
    assert ["Works in healthcare"] == [memory.text for memory in store.write(again).replaced]
    assert ["Works in healthcare"] == texts(store)


def test_whom_it_is_about_and_its_days_are_kept(store: Store) -> None:
    """Through the ledger too."""
    store.write(
        Operation(
            "add",
            "Mia dances",
            quote="Mia dances",
            subject="Mia",
            on="2026-06-01",
            from_="2020-01-01",
            until="2027-01-01",
        )
    )
    undo_last(store.database, "sarah", now=NOW)
    undone = history(store.database, "sarah")[0].after
    store.write(Operation("add", "Sings", quote="Sings"))
    assert undone is not None
    assert ("Mia", "2026-06-01", "2027-01-01", "2020-01-01") == (
        undone["subject"],
        undone["on_date"],
        undone["until_date"],
        undone["valid_from"][:10],
    )


def test_what_was_replaced_is_true_again_only_when_it_is_said_again_later(store: Store) -> None:
    """In words that are not on record: a chat that is replayed turns nothing back."""
    old = store.write(WORK).added[0]
    store.write(Operation("replace", "Works in retail", quote="I work in retail", replaces=(old.memory_id,)))
    assert 1 == len(store.write(WORK).repeated)
    assert 1 == len(store.write(replace(WORK, quote="healthcare it is", said_at=NOW - 9)).repeated)
    assert 1 == len(store.write(replace(WORK, quote="healthcare it is")).added)


@pytest.mark.parametrize(
    ("text", "quote", "said"),
    [
        ("Is allergic to nuts", "allergic to nuts", "I am not allergic to nuts."),
        ("Lives in Rome", "I live in Rome", "I never said that I live in Rome."),
        ("Lives in Rome", "I live in Rome", "It isn’t true that I live in Rome."),
        ("Hates cats", "he hates cats", "My colleague Ben said he hates cats, I laughed."),
        ("Loves golf", "loves golf", "My wife loves golf but I do not."),
        ("Allergisch gegen Nüsse", "allergisch gegen Nüsse", "Ich bin nicht allergisch gegen Nüsse."),
        ("Lebt in Rom", "ich in Rom wohne", "Ich habe nie gesagt, dass ich in Rom wohne."),
        ("Es alérgico", "alérgico a las nueces", "No soy alérgico a las nueces"),
        ("Fume", "fume", "Je ne fume pas"),
        ("ナッツアレルギー", "ナッツアレルギー", "私はナッツアレルギーではありません"),
        ("Fıstığa alerjisi var", "fıstığa alerjim", "Benim fıstığa alerjim yok."),
        ("견과류 알레르기", "견과류 알레르기", "저는 견과류 알레르기가 없어요"),
        ("मूंगफली से एलर्जी", "मुझे मूंगफली से एलर्जी", "मुझे मूंगफली से एलर्जी नहीं है"),
    ],
)
def test_a_quote_cut_out_of_a_denial_is_only_proposed(store: Store, text: str, quote: str, said: str) -> None:
    """Or out of words about somebody else."""
    written = store.write(Operation("add", text, quote=quote), typed=said)
    assert ([], [text]) == (written.added, [memory.text for memory in written.proposed])


@pytest.mark.parametrize(
    ("text", "quote", "said"),
    [
        ("Works in healthcare", "I work in healthcare", "I don't like meetings and I work in healthcare."),
        ("Lives in Oslo", "I live in Oslo", "No, I live in Oslo."),
        ("Mia is allergic to peanuts", "allergic to peanuts", "My daughter Mia is 6 and allergic to peanuts"),
        ("Is not allergic to nuts", "allergic to nuts", "I am not allergic to nuts"),
        ("The user is called Sarah", "Sarah", "My name is Sarah"),
        ("Works at Acme", "I work at Acme", "I work at Acme now, not at Globex any more"),
        ("Started at Acme", "started at Acme", "Last week I started at Acme"),
        ("ชอบชา", "ชอบชา", "ฉันชอบชา"),
        ("Asuu Turussa", "asun Turussa", "Minä asun Turussa, en Helsingissä"),
    ],
)
def test_a_quote_need_not_be_a_whole_sentence(store: Store, text: str, quote: str, said: str) -> None:
    """A denial of something else, or a subject that the memory names, is in nobody's way."""
    written = store.write(Operation("add", text, quote=quote), typed=said)
    assert [text] == [memory.text for memory in written.added]


def test_another_users_memory_cannot_be_replaced(store: Store) -> None:
    """Users are walls."""
    old = store.write(WORK, user="tom").added[0]
    store.write(Operation("replace", "Works in retail", quote="I work in retail", replaces=(old.memory_id,)))
    assert ["Works in healthcare"] == texts(store, user="tom")


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("My password is hunter2", "a password"),
        ("my wifi password is swordfish", "a password"),
        ("My API key is sk-proj-abcdefghijklmnop1234", "an API key"),
        ("I use AKIAIOSFODNN7EXAMPLE", "an API key"),
        ("I log in with eyJhbGciOiJI.eyJzdWIiOiIx.abc", "a token"),
        ("I keep -----BEGIN RSA PRIVATE KEY----- here", "a private key"),
        ("I use postgres://me:secret@host/db", "a password"),
        ("My card is 4111 1111 1111 1111", "a card number"),
    ],
)
@pytest.mark.parametrize("actor", ["offline", "person"])
def test_secrets_are_withheld_and_the_writer_says_so(store: Store, typed: str, kind: str, actor: str) -> None:
    """Whoever asks."""
    written = store.write(Operation("add", typed, quote=typed), actor=actor, typed=typed)
    assert ([], True) == (written.added, kind in written.withheld)
    assert [] == texts(store, None)


@pytest.mark.parametrize(
    "text",
    [
        "The password is stored in the vault",
        "Phone number is 4111 1111 1111 1112",
        "Works on token rotation",
        "Forgot the PIN of the bike lock",
        "Order 1234567890123456 arrived",
    ],
)
def test_talk_of_secrets_is_no_secret(store: Store, text: str) -> None:
    """A false alarm would lose a memory."""
    assert [] == store.say(text).withheld
    assert [text] == texts(store)


def test_review_proposes(store: Store) -> None:
    """In review mode a memory waits; the same again waits no second time."""
    assert 1 == len(store.write(WORK, mode="review").proposed)
    assert 1 == len(store.write(WORK, mode="review").repeated)
    assert ([], ["Works in healthcare"]) == (texts(store), texts(store, "proposed"))


def test_a_person_who_says_what_waits_approves_it(store: Store) -> None:
    """There is one memory then, not two."""
    store.write(WORK, mode="review")
    assert 1 == len(store.say("Works in healthcare").added)
    assert (["Works in healthcare"], 1) == (texts(store), len(texts(store, None)))


def test_nothing_to_write_writes_nothing(store: Store) -> None:
    """A turn that says nothing of the person takes no lock; a secret in it is still reported."""
    assert ["a password"] == store.write(typed="my password is hunter2").withheld
    assert [] == history(store.database, "sarah")


@settings(max_examples=60)
@given(text=st.text(min_size=1, max_size=200))
def test_any_text_in_is_the_same_text_out(store: Store, text: str) -> None:
    """But for control characters, halves of characters and runs of spaces, and for secrets."""
    written = store.write(Operation("add", text, topics=[text]), actor="person")
    kept = "".join("\ufffd" if unicodedata.category(c) == "Cs" else c for c in text)
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in kept)
    expected = " ".join(kept.split())
    for memory in written.added:
        assert expected == memory.text
        assert memory in list_memories(store.database, "sarah")
    assert (expected == "") == (not written.added and not written.repeated and not written.withheld)


def test_search_finds_active_memories_by_their_words(store: Store) -> None:
    """The best first, stemmed, in any script, and none that is not active."""
    for text in ("Likes dark chocolate", "Likes hiking in the dark mountains of Norway", "住在北京"):
        store.say(text)
    store.say("Likes chocolate cake", actor="offline", mode="review")
    found = search_memories(store.database, "sarah", "which CHOCOLATES does she like?", 5)
    assert "Likes dark chocolate" == found[0][0].text
    assert all(score > 0 for _, score in found)
    assert "Likes chocolate cake" not in [memory.text for memory, _ in found]
    assert ["住在北京"] == [memory.text for memory, _ in search_memories(store.database, "sarah", "北京", 5)]
    assert [] == search_memories(store.database, "sarah", "what is it?", 5)


def test_a_profile_is_chosen_by_topic(store: Store) -> None:
    """The first of each topic, then the second, what must always be known first; wishes are a topic."""
    for kind, text, topics in (
        ("fact", "Name is Sarah", ["name"]),
        ("instruction", "Always answer in German", ["style"]),
        ("fact", "Her sister has asthma", ["people", "health"]),
        ("fact", "Is coeliac", ["diet", "health"]),
        ("event", "Has a cold", ["health"]),
        ("fact", "Owns a boat", ["leisure"]),
    ):
        subject = "sister" if "sister" in text else None
        store.write(Operation("add", text, kind, topics=topics, subject=subject), actor="person")
    chosen = [(topic, memory.text) for topic, memory, _ in profile_memories(store.database, "sarah")]
    assert [
        ("health", "Is coeliac"),
        ("wishes", "Always answer in German"),
        ("name", "Name is Sarah"),
        ("health", "Her sister has asthma"),
        ("leisure", "Owns a boat"),
        ("health", "Has a cold"),
    ] == chosen
    assert [] == profile_memories(store.database, "tom")


def test_a_memory_without_a_topic_gets_one(store: Store) -> None:
    """Who imports a memory need not say what it is about."""
    store.write(Operation("add", "I am allergic to peanuts"), actor="person")
    assert ["health"] == [topic for topic, _, _ in profile_memories(store.database, "sarah")]


def test_what_was_written_shows_as_json(store: Store) -> None:
    """Every list by its name."""
    shown = store.write(WORK).as_json()
    assert [
        "batch_id",
        "added",
        "replaced",
        "ended",
        "forgotten",
        "asked",
        "proposed",
        "repeated",
        "blocked",
        "withheld",
    ] == [*shown]
    assert "Works in healthcare" == shown["added"][0]["text"]
