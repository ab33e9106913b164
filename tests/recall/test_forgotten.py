"""What the person made it forget does not come back in a message of an earlier conversation."""

from __future__ import annotations

from collections.abc import Callable

from harness.anthropic_server import AnthropicServer
from harness.captures import CAPTURE, operation, replied
from harness.command_line import Result

Cli = Callable[..., Result]
SAID = "My sister Jen lives in Halifax"
WEEK = "What a week that was in Boston!"


def say(cli: Cli, text: str) -> dict[str, object]:
    """One turn of the offline model in a session of its own."""
    shown: dict[str, object] = cli("chat", "-p", "--format", "json", text).json()
    return shown


def recalled(cli: Cli, question: str) -> list[str]:
    return [item["text"] for item in cli("recall", question, "--json").json()["items"]]


def test_a_forgotten_sentence_is_not_recalled(cli: Cli) -> None:
    """Nor the wish to forget it, however often that is said. Undo brings both back, and the transcript keeps them."""
    say(cli, f"{WEEK} {SAID}.")
    say(cli, "forget that jen lives in halifax")
    say(cli, "forget that my sister lives in halifax please")
    assert "Halifax" not in str(say(cli, "where does my sister Jen live now?")["in_prompt"])
    found = [text for text in recalled(cli, "what a week in Boston with Jen, my sister in Halifax") if "?" not in text]
    assert [WEEK] == found
    assert "Halifax" in cli("sessions", "search", "halifax").out
    cli("memories", "undo")
    assert f"{WEEK} {SAID}." in recalled(cli, "where does my sister Jen live?")


def test_deleted_and_rejected_memories_are_not_recalled(cli: Cli) -> None:
    """Whether known before or only proposed."""
    cli("chat", "-p", "--memory", "review", SAID)
    (proposed,) = cli("memories", "pending", "--json").json()
    cli("memories", "reject", proposed["memory_id"])
    say(cli, "my brother Ned lives in Toronto")
    (known,) = cli("memories", "list", "--json").json()
    cli("memories", "delete", known["memory_id"])
    assert [] == recalled(cli, "where does my sister Jen live, and my brother Ned?")


def test_what_is_known_again_is_recalled(cli: Cli) -> None:
    """A person who has it remembered once more wants it back."""
    say(cli, SAID)
    (known,) = cli("memories", "list", "--json").json()
    cli("memories", "delete", known["memory_id"])
    cli("memories", "add", SAID)
    assert 2 == recalled(cli, "where does my sister Jen live?").count(SAID)


def test_a_fork_does_not_bring_it_back(cli: Cli) -> None:
    """A copy of the message stands on the same memory."""
    cli("chat", "-p", "--session", "s1", f"{WEEK} {SAID}.")
    cli("sessions", "fork", "s1")
    say(cli, "forget that jen lives in halifax")
    assert [WEEK] == recalled(cli, "what a week in Boston with my sister Jen in Halifax")


def test_no_answer_repeats_it(cli: Cli, anthropic: AnthropicServer) -> None:
    """What a model replied to the sentence and to the wish is left out where it names what was forgotten."""
    anthropic.reply(replied(operation("Has a sister, Jen, in Halifax", SAID)), when=CAPTURE)
    anthropic.reply("Noted: Jen is in Halifax. Boston must have been fun.", when=SAID)
    say(cli, f"{WEEK} {SAID}.")
    wish = "Please strike what you know of Jen."
    anthropic.reply(replied(operation("", wish, action="forget", replaces=[1])), when=CAPTURE)
    anthropic.reply("I will forget that Jen is in Halifax.", when=wish)
    say(cli, wish)
    assert [] == cli("memories", "list", "--json").json()
    found = recalled(cli, "What about Jen, my sister in Halifax, and Boston?")
    assert {WEEK, "Boston must have been fun."} == set(found)
