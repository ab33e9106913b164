"""The account exports of ChatGPT and Claude, made here in their form, through the command line."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from harness.command_line import Result
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem_cli.errors import AgentmemError
from agentmem_cli.sessions import account_exports
from agentmem_cli.sessions.account_exports import ExportedConversation, Malformed, read_export

Cli = Callable[..., Result]
MAY = 1_746_093_600.25  # 2025-05-01T10:00:00Z


def node(key: str, parent: str | None, role: str, parts: list[Any], **more: Any) -> dict[str, Any]:
    """One node of ChatGPT's tree; `more` goes into its message."""
    message = {
        "id": f"m-{key}",
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": MAY,
        "content": {"content_type": "text", "parts": parts},
        "weight": 1.0,
        "recipient": "all",
        "metadata": {},
        **more,
    }
    return {"id": key, "message": message, "parent": parent, "children": []}


def chatgpt(id_: str, nodes: list[dict[str, Any]], title: str = "Planning Oslo", **more: Any) -> dict[str, Any]:
    """A conversation of ChatGPT's whose current node is the last."""
    mapping = {"root": {"id": "root", "message": None, "parent": None, "children": []}}
    mapping |= {each["id"]: each for each in nodes}
    for each in nodes:
        mapping[each["parent"]]["children"].append(each["id"])
    return {
        "id": id_,
        "conversation_id": id_,
        "title": title,
        "mapping": mapping,
        "current_node": nodes[-1]["id"],
        **more,
    }


TRIP = [
    node("a", "root", "system", [""], metadata={"is_visually_hidden_from_conversation": True}),
    node("b", "a", "user", ["I live in Oslo. What shall I see?"]),
    node("c1", "b", "assistant", ["An answer that was made anew."]),
    node("c2", "b", "assistant", ["search('oslo')"], recipient="web"),
    node("d", "c2", "tool", ["<html>"]),
    node("e", "d", "assistant", ["The harbour \ue200cite\ue202turn0search1\ue201."], create_time=MAY + 5),
    node(
        "f",
        "e",
        "user",
        [{"content_type": "image_asset_pointer", "asset_pointer": "file://x"}, "And this?"],
        content={
            "content_type": "multimodal_text",
            "parts": [{"content_type": "image_asset_pointer"}, "And this?"],
        },
        create_time=MAY + 60,
        metadata={"attachments": [{"name": "map.pdf", "mime_type": "application/pdf"}]},
    ),
]
CLAUDE = {
    "uuid": "c-1",
    "name": "",
    "created_at": "2025-06-01T08:00:00.123456Z",
    "updated_at": "2025-06-01T09:00:00Z",
    "account": {"uuid": "x"},
    "chat_messages": [
        {
            "uuid": "u1",
            "sender": "human",
            "text": "Hi! Can you help me with my tomato plants?",
            "content": [{"type": "text", "text": "Hi! Can you help me with my tomato plants?"}],
            "created_at": "2025-06-01T08:00:00.123456Z",
            "attachments": [{"file_name": "notes.txt", "extracted_content": "I live in Rome."}],
            "files": [{"file_name": "leaf.jpg"}],
        },
        {
            "uuid": "u2",
            "sender": "assistant",
            "text": "This block is not supported.",
            "content": [{"type": "thinking", "thinking": "Hm"}, {"type": "text", "text": "Water them."}],
            "created_at": "2025-06-01T08:00:09Z",
        },
    ],
}


def zipped(conversations: object, **others: str) -> bytes:
    """An export as it is downloaded."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("user.json", "{}")
        archive.writestr("conversations.json", json.dumps(conversations))
        for name, text in others.items():
            archive.writestr(name, text)
    return content.getvalue()


def import_(cli: Cli, content: object, *options: str) -> Result:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return cli("sessions", "import", "-", *options, stdin=raw)


def the_session(cli: Cli) -> dict[str, Any]:
    (session,) = cli("sessions", "list", "--json").json()
    shown: dict[str, Any] = cli("sessions", "show", session["session_id"], "--json").json()
    return shown


def test_chatgpt_shows_the_branch_that_its_owner_sees(cli: Cli) -> None:
    """Title, dates and message ids are kept; hidden, system and tool messages and other branches are not there."""
    result = import_(cli, [chatgpt("x", TRIP)])
    assert (0, True) == (result.code, "Imported 3 messages in 1 conversation.\n" in result.err)
    session = the_session(cli)
    assert ("Planning Oslo", "2025-05-01T10:00:00Z") == (session["title"], session["created_at"])
    assert [
        ("m-b", "user", "2025-05-01T10:00:00Z", "I live in Oslo. What shall I see?"),
        ("m-e", "assistant", "2025-05-01T10:00:05Z", "The harbour ."),
        ("m-f", "user", "2025-05-01T10:01:00Z", "[image]\n\nAnd this?\n\n[file map.pdf]"),
    ] == [(m["id"], m["role"], m["at"], m["text"]) for m in session["messages"]]


def test_claude(cli: Cli) -> None:
    """Text blocks, names and texts of files; a conversation without a name is named after its first message."""
    import_(cli, [CLAUDE])
    session = the_session(cli)
    assert ("My tomato plants", "2025-06-01T08:00:00Z") == (session["title"], session["created_at"])
    question, answer = session["messages"]
    notes = "[file notes.txt]\n```\nI live in Rome.\n```"
    assert f"Hi! Can you help me with my tomato plants?\n\n{notes}\n\n[file leaf.jpg]" == question["text"]
    assert ("u2", "assistant", "Water them.") == (answer["id"], answer["role"], answer["text"])


def test_what_they_say_is_proposed_not_saved(cli: Cli) -> None:
    """Only typed words count, each thing is proposed once; its source is the conversation where it was said last."""
    work, allergy = "I work at Acme as a welder.", "I'm allergic to nuts."
    early = chatgpt("w", [node("b", "root", "user", [work])])
    late = chatgpt("y", [node("b", "root", "user", [work], create_time=MAY + 9e6)])
    other = chatgpt("z", [node("b", "root", "user", [allergy])])
    result = import_(cli, [early, late, other, chatgpt("x", TRIP), CLAUDE])
    assert [] == cli("memories", "list", "--json").json()
    waiting = cli("memories", "pending", "--json").json()
    texts = [memory["text"] for memory in waiting]
    assert (1, 1) == (texts.count(work), texts.count(allergy))
    assert set(texts) <= {work, allergy, "I live in Oslo."}
    assert f"{len(texts)} things they say of you" in result.err
    latest = next(memory for memory in waiting if memory["text"] == work)
    sessions = {each["session_id"]: each for each in cli("sessions", "list", "--json").json()}
    assert (True, work, "2025-08-13T14:00:00Z") == (
        latest["session_id"] in sessions,
        latest["quote"],
        latest["said_at"],
    )


def test_the_same_export_twice_adds_nothing(cli: Cli) -> None:
    """Nor does it propose again what was turned down, or what waits."""
    import_(cli, zipped([chatgpt("x", TRIP), CLAUDE]))
    cli("memories", "reject", "--all")
    again = import_(cli, zipped([chatgpt("x", TRIP), CLAUDE]), "--json")
    done = again.json()
    assert (2, 0, 5, 0) == tuple(done[key] for key in ("conversations", "messages", "repeated", "proposed"))
    assert 2 == len(cli("sessions", "list", "--json").json())


def test_a_conversation_that_grew(cli: Cli) -> None:
    """A later export adds the answer to the question that waited for it, and what came after; nothing is doubled."""
    whole = [*TRIP, node("g", "f", "assistant", ["The opera."]), node("h", "g", "user", ["Thanks"])]
    for known in (2, len(TRIP), len(whole)):
        import_(cli, [chatgpt("x", whole[:known])])
    assert ["m-b", "m-e", "m-f", "m-g", "m-h"] == [m["id"] for m in the_session(cli)["messages"]]
    assert 1 == len(cli("sessions", "search", "opera", "--json").json())


def test_another_user_has_a_copy_of_their_own(cli: Cli) -> None:
    """Two people may import the same export; neither sees the other's."""
    import_(cli, [CLAUDE])
    assert 0 == import_(cli, [CLAUDE], "--user", "tom").code
    sarahs, toms = (cli("sessions", "list", "--json", "--user", user).json() for user in ("sarah", "tom"))
    assert (1, 1, True) == (len(sarahs), len(toms), sarahs[0]["session_id"] != toms[0]["session_id"])


def test_the_trash_and_renamed_titles_stay(cli: Cli) -> None:
    """What was deleted does not come back with the next import, what was renamed keeps its name."""
    import_(cli, [CLAUDE, chatgpt("x", TRIP)])
    trip, tomatoes = (each["session_id"] for each in reversed(cli("sessions", "list", "--json").json()))
    cli("sessions", "rename", tomatoes, "Garden")
    cli("sessions", "delete", trip)
    result = import_(cli, [CLAUDE, chatgpt("x", TRIP)])
    assert "1 are in the trash" in result.err
    assert "Garden" == the_session(cli)["title"]


def test_malformed_entries_are_left_out(cli: Cli) -> None:
    """Each is counted, the first are named, and the good ones are imported."""
    cycle = chatgpt("round", [node("b", "root", "user", ["Round and round"])])
    cycle["mapping"]["root"]["parent"] = "b"
    bad: list[Any] = [
        3,
        {},
        {"mapping": {}, "id": "x"},
        {"mapping": {"a": 3}, "id": "y"},
        {"chat_messages": [4], "uuid": "z"},
    ]
    bad += [{"chat_messages": [], "uuid": "z"}, {"mapping": TRIP[1]["message"], "title": 4}]
    result = import_(cli, [*bad, CLAUDE, cycle])
    assert (0, True) == (result.code, "7 left out" in result.err)
    assert "Conversation 1 is neither ChatGPT's nor Claude's.\n" in result.err
    assert "… and 2 more.\n" in result.err
    assert 2 == len(cli("sessions", "list", "--json").json())


def test_half_a_surrogate_pair(cli: Cli) -> None:
    """In a title it used to make every list of the sessions fail; in an id, the import."""
    message = {"uuid": "m\ud800", "sender": "human", "text": "Hello", "created_at": "9999-12-31T23:59:59-10:00"}
    assert 0 == import_(cli, [{"uuid": "c\ud800", "name": "A \ud800 title", "chat_messages": [message]}]).code
    assert "A ? title" == the_session(cli)["title"]


def test_a_damaged_file_keeps_what_came_before(cli: Cli) -> None:
    """A file that breaks off is exit 1, and the conversations before the break are there."""
    result = import_(cli, json.dumps([CLAUDE, chatgpt("x", TRIP)]).encode()[:-900])
    assert (1, True) == (result.code, "is damaged" in result.err)
    assert "My tomato plants" == the_session(cli)["title"]


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b"PK\x03\x04 and nothing else", 1, "cannot be unpacked"),
        (b"[" * 100_000, 1, "is damaged"),
        (b"[\xff]", 1, "is damaged"),
        (b"[1, 2", 1, "is damaged"),
        (zipped([])[:-30], 1, "cannot be unpacked"),
    ],
)
def test_what_is_no_export(cli: Cli, content: bytes, code: int, says: str) -> None:
    """One line, and no traceback."""
    result = import_(cli, content)
    assert (code, True) == (result.code, says in result.err)
    assert "unexpected" not in result.err


def test_a_zip_without_conversations(cli: Cli, tmp_path: Path) -> None:
    """Another zip is exit 3, and says what it lacks."""
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "x")
    result = cli("sessions", "import", str(tmp_path / "other.zip"))
    assert (3, True) == (result.code, "no conversations.json" in result.err)


def test_parts_of_a_large_account(cli: Cli, tmp_path: Path) -> None:
    """A zip may hold its conversations in several files, and in a folder."""
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("me/conversations-000.json", json.dumps([CLAUDE]))
        archive.writestr("me/conversations-001.json", json.dumps([chatgpt("x", TRIP)]))
    assert "in 2 conversations" in cli("sessions", "import", str(tmp_path / "export.zip")).err


def test_a_bomb_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A conversation, or an export, that is larger than the limit ends the import before it fills the memory."""
    bomb = zipped([CLAUDE, {"uuid": "b", "chat_messages": [{"text": "0" * 3_000_000}]}])
    monkeypatch.setattr(account_exports, "MOST_CHARACTERS", 1 << 21)
    found = read_export(BytesIO(bomb), "bomb.zip")
    assert isinstance(next(found), ExportedConversation)
    with pytest.raises(AgentmemError, match="is damaged"):
        list(found)
    monkeypatch.setattr(account_exports, "MOST_BYTES", 1 << 20)
    with pytest.raises(AgentmemError, match="unpacks to more"):
        list(read_export(BytesIO(bomb), "bomb.zip"))


@pytest.mark.parametrize("spaces", ["", "\n  "])
def test_entries_are_read_across_pieces(monkeypatch: pytest.MonkeyPatch, spaces: str) -> None:
    """Wherever a piece of the file ends, each conversation comes once and whole."""
    entries = [{**CLAUDE, "uuid": str(number), "name": "\U0001f600é" * number} for number in range(9)]
    content = ("\ufeff[" + spaces + f"{spaces},{spaces}".join(map(json.dumps, entries)) + spaces + "]").encode()
    for piece in (1, 7, 1_000, 3_001):
        monkeypatch.setattr(account_exports, "PIECE", piece)
        found = [each.id for each in read_export(BytesIO(content), "x") if isinstance(each, ExportedConversation)]
        assert [str(number) for number in range(9)] == found


ANY = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["mapping", "chat_messages", "uuid", "id", "message", "author", "role", "parts", "parent"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(entries=st.lists(ANY, max_size=4), mapping=ANY, messages=st.lists(ANY, max_size=3))
def test_any_json_is_read_or_left_out(entries: list[Any], mapping: Any, messages: list[Any]) -> None:
    """Whatever stands in the list, each entry is a conversation or malformed."""
    shaped = [{"id": "a", "mapping": {"n": {"message": mapping}}}, {"uuid": "b", "chat_messages": messages}]
    content = json.dumps([*entries, *shaped]).encode()
    found = list(read_export(BytesIO(content), "x.json"))
    assert len(entries) + 2 == len(found)
    assert all(isinstance(each, ExportedConversation | Malformed) for each in found)
