"""What goes to a model that takes few tokens: it fits, is cut in a fixed order, and the person is told once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from harness.command_line import Result
from harness.openai_server import Asked, OpenAIServer, serving_openai

from agentmem_cli.recall.tokens import count_tokens

Cli = Callable[..., Result]
WINDOWS = (8_192, 2_048, 1_600, 1_400, 1_250, 1_150, 1_050, 1_000)
QUESTION = "What do you know of the boiler in the cellar?"
FACTS = (
    "I am allergic to peanuts and shellfish",
    "I work as a nurse in a clinic in Bergen",
    "I prefer short answers without lists",
    "My sister is called Ingrid and lives in Oslo",
    "I like sailing on the fjord in the summer",
)


class Sent(NamedTuple):
    """What one request carried: earlier messages, recalled lines, lines of the profile, and about how many tokens."""

    history: int
    recalled: int
    profile: int
    tokens: int


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServer]:
    """A server with a model of which nothing is known."""
    monkeypatch.setenv("AGENTMEM_MODEL", "lmstudio:small")
    monkeypatch.setenv("AGENTMEM_MEMORY", "off")
    with serving_openai() as script:
        monkeypatch.setenv("AGENTMEM_BASE_URL", f"{script.url}/v1")
        yield script


@pytest.fixture
def known(cli: Cli) -> None:
    """Five facts, a session of eight exchanges, and another one about the boiler."""
    for fact in FACTS:
        cli("memories", "add", fact)
    lines = []
    for number in range(8):
        lines.append({"session": "s1", "role": "user", "content": f"Week {number}: " + "we painted the fence. " * 10})
        lines.append({"session": "s1", "role": "assistant", "content": "A good week's work. " * 5})
    for number in range(6):
        said = f"The boiler in the cellar showed error {number}7 and the plumber changed valve {number}."
        lines.append({"session": f"old{number}", "role": "user", "content": said})
    cli("sessions", "import", "-", stdin="\n".join(map(json.dumps, lines)))


def sent(asked: Asked) -> Sent:
    messages = asked.body["messages"]
    texts = [str(message["content"]) for message in messages]
    tokens = sum(map(count_tokens, texts)) + count_tokens(json.dumps(asked.body["tools"]))
    recalled = re.findall(r"^\w{4} \[", texts[-1], re.MULTILINE)
    profile = re.findall(r"^- \[\d", texts[0], re.MULTILINE)
    return Sent(len(messages) - 2, len(recalled), len(profile), tokens)


@pytest.mark.usefixtures("known")
def test_the_order(cli: Cli, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """History goes first, then recalled lines, then the profile's tail; the question and the rest always stay."""
    requests = []
    for window in WINDOWS:
        monkeypatch.setenv("AGENTMEM_CONTEXT_WINDOW", str(window))
        server.reply("Noted.")
        result = cli("chat", "-p", "--session", "s1", QUESTION)
        assert (0, window < WINDOWS[0]) == (result.code, "Left out of the request" in result.err), result.err
        requests.append(sent(server.requests[-1]))
        assert requests[-1].tokens <= window * 5 // 6
    whole = requests[0]
    assert (16, len(FACTS)) == (whole.history, whole.profile)
    assert all(each.history == 0 for each in requests if each.recalled < whole.recalled)
    assert all(each.recalled == 0 for each in requests if each.profile < whole.profile)
    steps = {(each.history > 0, each.recalled > 0, each.profile > 0) for each in requests}
    assert {(True, True, True), (False, True, True), (False, False, True), (False, False, False)} == steps


@pytest.mark.usefixtures("known")
def test_it_is_said_once(process: Cli, server: OpenAIServer) -> None:
    """A conversation of three turns brings one line on stderr, with how much of what is left out."""
    turns = [json.dumps({"content": QUESTION, "session": "s1"}) for _ in range(3)]
    for _ in turns:
        server.reply("Noted.")
    words = ("chat", "-p", "--format", "stream-json", "--input-format", "stream-json")
    result = process(*words, stdin="\n".join(turns), env={"AGENTMEM_CONTEXT_WINDOW": "1600"})
    assert 3 == len(server.requests)
    said = r"The model takes 1,600 tokens\. Left out of the request: older exchanges \(\d\), recalled lines \(\d\)\.\n"
    assert re.fullmatch(said, result.err), result.err


def test_what_is_kept_of_the_profile(cli: Cli, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many facts those that matter most stay: an allergy that was told first, and one that was told last."""
    for fact in (FACTS[0], *FACTS[2:], "I have asthma"):
        cli("memories", "add", fact)
    monkeypatch.setenv("AGENTMEM_CONTEXT_WINDOW", "1120")
    server.reply("Noted.")
    cli("chat", "-p", "Hello there, friend")
    system = server.requests[0].body["messages"][0]["content"]
    assert ("peanuts" in system, "asthma" in system, "sailing" in system) == (True, True, False)
