"""Exports in the shapes that accounts really have: branches, gaps, times of several forms, what was pasted and made."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from harness.command_line import Result
from hypothesis import given
from hypothesis import strategies as st

from agentmem_cli.sessions.export_branches import Node, seen_branch

Cli = Callable[..., Result]
FIRST = "00000000-0000-4000-8000-000000000000"
NOON = 1_612_008_000  # 2021-01-30T12:00:00Z


def said(key: str, parent: str, role: str, text: str, at: Any, **more: Any) -> dict[str, Any]:
    """One node of ChatGPT's tree, its list of children left out."""
    message = {
        "id": key,
        "author": {"role": role},
        "create_time": at,
        "content": {"content_type": "text", "parts": [text]},
        **more,
    }
    return {"id": key, "parent": parent, "message": message}


def chatgpt(*nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
    mapping = {"root": {"id": "root", "parent": None, "message": None}} | {each["id"]: each for each in nodes}
    return {"id": "g", "title": "A talk", "mapping": mapping, **more}


def typed(key: str, parent: str | None, text: str, at: str | None, **more: Any) -> dict[str, Any]:
    """A message of Claude's; an even number of them is the person's."""
    sender = "human" if key.startswith("q") else "assistant"
    message = {"uuid": key, "sender": sender, "text": text, "created_at": at, **more}
    return message if parent is None else {**message, "parent_message_uuid": parent}


def claude(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"uuid": "c", "name": "A talk", "chat_messages": list(messages), **more}


def imported(cli: Cli, *conversations: dict[str, Any]) -> Result:
    result = cli("sessions", "import", "-", stdin=json.dumps(conversations).encode())
    assert 0 == result.code
    return result


def lines(cli: Cli) -> list[tuple[str, str]]:
    """When each message of the only session was said, and its text."""
    (session,) = cli("sessions", "list", "--json").json()
    messages = cli("sessions", "show", session["session_id"], "--json").json()["messages"]
    return [(each["at"], each["text"]) for each in messages]


def texts(cli: Cli) -> list[str]:
    return [text for _, text in lines(cli)]


def pending(cli: Cli) -> set[str]:
    return {each["text"] for each in cli("memories", "pending", "--json").json()}


class TestTimes:
    """A message's own time, else that of the message before, else its conversation's: never the day of the import."""

    @pytest.mark.parametrize(
        "clock",
        [
            NOON,
            NOON + 0.25,
            NOON * 1_000,
            NOON * 1_000_000,
            NOON * 10**9,
            "2021-01-30T12:00:00Z",
            "2021-01-30T13:00+01:00",
        ],
    )
    def test_every_clock(self, cli: Cli, clock: Any) -> None:
        """Seconds, parts of them, and ISO 8601, of a message and of its conversation."""
        nodes = said("a", "root", "user", "Hello", clock), said("b", "a", "assistant", "Hi", None)
        imported(
            cli, chatgpt(*nodes), {**chatgpt(said("c", "root", "user", "Bye", None), create_time=clock), "id": "h"}
        )
        days = {each["created_at"] for each in cli("sessions", "list", "--json").json()}
        assert {"2021-01-30T12:00:00Z"} == days

    @pytest.mark.parametrize("key", ["create_time", "update_time"])
    def test_chatgpt_without_times(self, cli: Cli, key: str) -> None:
        """Its conversation's, and what is learnt from it is of that day."""
        imported(cli, chatgpt(said("a", "root", "user", "I keep geese.", None), **{key: NOON}))
        assert [("2021-01-30T12:00:00Z", "I keep geese.")] == lines(cli)
        assert "2021-01-30T12:00:00Z" == cli("memories", "pending", "--json").json()[0]["said_at"]

    def test_an_old_statement_does_not_beat_a_newer_one(self, cli: Cli) -> None:
        """Of two homes the one said last is proposed, in whatever order the conversations stand."""
        new = chatgpt(said("a", "root", "user", "I live in Turku.", NOON + 9_999))
        old = {**chatgpt(said("b", "root", "user", "I live in Porto.", None), create_time=NOON), "id": "h"}
        imported(cli, new, old)
        assert {"I live in Turku."} == pending(cli)

    @pytest.mark.parametrize("key", ["created_at", "updated_at"])
    def test_claude_without_times(self, cli: Cli, key: str) -> None:
        """In ISO 8601."""
        imported(cli, claude(typed("q1", FIRST, "I keep bees.", None), **{key: "2021-04-01T10:00:00.5Z"}))
        assert [("2021-04-01T10:00:00Z", "I keep bees.")] == lines(cli)

    def test_one_among_others(self, cli: Cli) -> None:
        """It stays in its place; a conversation that was begun after its messages does not move them."""
        nodes = [said("a", "root", "user", "One", None), said("b", "a", "assistant", "Two", NOON)]
        imported(cli, chatgpt(*nodes, said("c", "b", "user", "Three", None), create_time=NOON + 9_999))
        assert {"2021-01-30T12:00:00Z"} == {at for at, _ in lines(cli)}

    def test_again_with_a_time_for_the_conversation(self, cli: Cli) -> None:
        """An import without one knows the same messages in a later export that has it."""
        imported(cli, chatgpt(said("a", "root", "user", "Hello", None)))
        imported(cli, chatgpt(said("a", "root", "user", "Hello", None), create_time=NOON))
        assert ["Hello"] == texts(cli)


class TestBranches:
    """The branch that ends last is the conversation; what was edited away teaches nothing."""

    def test_claude(self, cli: Cli) -> None:
        """An edited question and an answer made anew."""
        imported(
            cli,
            claude(
                typed("q1", FIRST, "I'm allergic to eggs.", "2025-03-01T10:00:00Z"),
                typed("a1", "q1", "A vegan sponge.", "2025-03-01T10:00:10Z"),
                typed("q2", FIRST, "I'm allergic to milk.", "2025-03-01T10:01:00Z"),
                typed("a2", "q2", "A lemon cake.", "2025-03-01T10:01:10Z"),
                typed("a3", "q2", "An almond cake.", "2025-03-01T10:02:10Z"),
            ),
        )
        assert ["I'm allergic to milk.", "An almond cake."] == texts(cli)
        assert {"I'm allergic to milk."} == pending(cli)

    def test_claude_went_back(self, cli: Cli) -> None:
        """The branch that ends last may have begun first; a current leaf that is named goes before it."""
        tree = (
            typed("q1", FIRST, "Name a river.", "2025-03-01T10:00:00Z"),
            typed("a1", "q1", "The Rhine.", "2025-03-01T10:00:10Z"),
            typed("a2", "q1", "The Loire.", "2025-03-01T10:01:10Z"),
            typed("q2", "a1", "How long is it?", "2025-03-01T10:02:00Z"),
        )
        imported(cli, claude(*tree), {**claude(*tree, current_leaf_message_uuid="a2"), "uuid": "d"})
        assert 1 == len(cli("sessions", "search", "long", "--json").json())
        assert 1 == len(cli("sessions", "search", "Loire", "--json").json())

    def test_claude_without_parents(self, cli: Cli) -> None:
        """An older export is one line of messages."""
        imported(
            cli, claude(*(typed(f"q{at}", None, f"Number {at}", f"2025-03-0{at}T00:00:00Z") for at in range(1, 5)))
        )
        assert ["Number 1", "Number 2", "Number 3", "Number 4"] == texts(cli)

    @pytest.mark.parametrize("later", [NOON + 9, None])
    def test_chatgpt_without_a_current_node(self, cli: Cli, later: int | None) -> None:
        """Nor lists of children: leaves are told by the parents, in whatever order they stand."""
        new = [said("b", "root", "user", "New wording", NOON + 5), said("c", "b", "assistant", "New reply", later)]
        imported(cli, chatgpt(*new, said("a", "root", "user", "Old wording", NOON)))
        assert ["New wording", "New reply"] == texts(cli)


class TestGaps:
    """What is missing in the export is told, and what came before it is kept."""

    @pytest.mark.parametrize("has_children", [True, False])
    def test_chatgpt(self, cli: Cli, has_children: bool) -> None:
        """The branch goes on where the children say, and else with the one that ended before."""
        nodes = [said("a", "root", "user", "Q one", NOON), said("c", "b", "user", "Q two", NOON + 9)]
        nodes += [said("x", "b", "user", "Q two, reworded", NOON + 5)]
        if has_children:
            nodes[0]["children"] = ["b"]
        result = imported(cli, chatgpt(*nodes))
        assert ["Q one", "Q two"] == texts(cli)
        assert "The export itself lacks messages of 1 conversation: A talk.\n" in result.err

    def test_claude(self, cli: Cli) -> None:
        """Only parents are there to tell."""
        first = typed("q1", FIRST, "Q one", "2025-03-01T10:00:00Z")
        result = imported(cli, claude(first, typed("q2", "gone", "Q two", "2025-03-01T10:02:00Z")))
        assert ["Q one", "Q two"] == texts(cli)
        assert "lacks messages" in result.err

    def test_the_last_is_missing(self, cli: Cli) -> None:
        """The current node is not there."""
        result = imported(cli, chatgpt(said("a", "root", "user", "Q one", NOON), current_node="b"))
        assert ["Q one"] == texts(cli)
        assert "lacks messages" in result.err

    def test_no_false_alarm(self, cli: Cli) -> None:
        """A whole tree, one without its empty root, and a line without parents lack nothing."""
        whole = chatgpt(said("a", "root", "user", "Q one", NOON))
        rootless = {**whole, "id": "h", "mapping": {"a": whole["mapping"]["a"]}}
        result = imported(cli, whole, rootless, claude(typed("q1", None, "Hello", None)))
        assert "lacks" not in result.err

    @given(
        st.dictionaries(
            st.sampled_from("abcdef"),
            st.builds(
                Node,
                st.none() | st.sampled_from("abcdefgh"),
                st.none() | st.integers(1, 9),
                st.lists(st.sampled_from("abcdefgh"), max_size=2).map(tuple),
            ),
        ),
        st.none() | st.sampled_from("abch"),
    )
    def test_any_tree(self, nodes: dict[str, Node], current: str | None) -> None:
        """However damaged: each node at most once, and the current one last."""
        keys = seen_branch(nodes, current).keys
        assert len(keys) == len(set(keys) & nodes.keys())
        assert current not in nodes or current == keys[-1]


class TestPastedAndMade:
    """What was pasted or made is in the transcript, under a mark; only what was typed teaches anything."""

    @pytest.mark.parametrize("fence", ["", "```\ncode\n```\n", "~~~\n"])
    @pytest.mark.parametrize("typed_before", ["Shorten this.", "Shorten this.\n```\nhalf a block"])
    def test_a_paste_is_kept_and_teaches_nothing(self, cli: Cli, fence: str, typed_before: str) -> None:
        """Wherever fences stand in it or before it."""
        letter = f"Dear council,\n{fence}I live at Quarry Lane.\nI'm allergic to nuts."
        attached = [{"file_name": "", "extracted_content": letter}, {"file_name": "I live in Rome.\n[x].txt"}]
        imported(cli, claude(typed("q1", FIRST, typed_before, "2025-03-01T10:00:00Z", attachments=attached)))
        (text,) = texts(cli)
        assert "\n\n[pasted text]\n" in text
        assert text.endswith("\n\n[file I live in Rome. (x).txt]")
        assert [] == [line for line in letter.split("\n") if line not in text]
        assert 1 == len(cli("sessions", "search", "Quarry", "--json").json())
        assert set() == pending(cli)

    def test_what_was_typed_beside_a_long_paste(self, cli: Cli) -> None:
        """Only what was typed counts for how long a message is."""
        attached = [{"file_name": "long.txt", "extracted_content": "Lorem ipsum. " * 1_000}]
        imported(cli, claude(typed("q1", FIRST, "I keep geese.", "2025-03-01T10:00:00Z", attachments=attached)))
        assert {"I keep geese."} == pending(cli)

    def test_artifacts_and_files(self, cli: Cli) -> None:
        """What Claude wrote with a tool, made or changed; a search is none. A placeholder is no answer."""
        blocks = [
            {"type": "text", "text": "Here it is."},
            {"type": "tool_use", "input": {"title": "Letter", "content": "# Letter\n```\nx\n```"}},
            {"type": "tool_use", "input": {"path": "a.py", "file_text": "print(1)"}},
            {"type": "tool_use", "input": {"id": "letter", "old_str": "x", "new_str": "y"}},
            {"type": "tool_use", "input": {"query": "lamps"}},
        ]
        placeholder = "```\nThis block is not supported on your current device yet.\n```"
        imported(
            cli,
            claude(
                typed("q1", FIRST, "Write it.", "2025-03-01T10:00:00Z"),
                typed("a1", "q1", placeholder, "2025-03-01T10:00:05Z", content=blocks),
                typed("a2", "a1", placeholder, "2025-03-01T10:00:09Z", content=blocks[-1:]),
                typed("a3", "a2", f"Before.\n\n{placeholder}\n\nAfter.", "2025-03-01T10:00:10Z"),
            ),
        )
        made = [
            "Here it is.",
            "[artifact Letter]\n````\n# Letter\n```\nx\n```\n````",
            "[artifact a.py]\n```\nprint(1)\n```",
            "[artifact letter]\n```\ny\n```",
        ]
        assert ["Write it.", "\n\n".join(made), "Before.\n\nAfter."] == texts(cli)

    def test_a_canvas(self, cli: Cli) -> None:
        """What ChatGPT wrote into it, and what it put in later; a comment, code that it ran and a broken call."""
        create = json.dumps({"name": "Letter", "type": "document", "content": "Dear council"})
        update = json.dumps({"updates": [{"pattern": ".*", "replacement": "Dear mayor"}]})
        told = {"content_type": "code", "text": create}
        imported(
            cli,
            chatgpt(
                said("a", "root", "user", "Write it.", NOON),
                said("b", "a", "assistant", "", NOON, recipient="canmore.create_textdoc", content=told),
                said("c", "b", "assistant", update, NOON, recipient="canmore.update_textdoc"),
                said("d", "c", "assistant", "{}", NOON, recipient="canmore.comment_textdoc"),
                said("e", "d", "assistant", "import os", NOON, recipient="python"),
                said("f", "e", "assistant", create[:-9], NOON, recipient="canmore.create_textdoc"),
            ),
        )
        made = [f"[canvas{name}]\n```\n{text}\n```" for name, text in ((" Letter", "Dear council"), ("", "Dear mayor"))]
        assert ["Write it.", *made, f"[canvas]\n```\n{create[:-9]}\n```"] == texts(cli)

    def test_other_texts_of_chatgpt(self, cli: Cli) -> None:
        """Code as an answer and a quoted source are kept; thoughts are not."""
        imported(
            cli,
            chatgpt(
                said(
                    "a", "root", "user", "", NOON, content={"content_type": "tether_quote", "text": "I live in Rome."}
                ),
                said("b", "a", "assistant", "", NOON, content={"content_type": "code", "text": "print(1)"}),
                said("c", "b", "assistant", "", NOON, content={"content_type": "thoughts", "thoughts": []}),
            ),
        )
        assert ["[quoted]\n```\nI live in Rome.\n```", "[code]\n```\nprint(1)\n```"] == texts(cli)
        assert set() == pending(cli)
