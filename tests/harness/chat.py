"""A real chat without its keyboard: commands are run as they are typed, and what they print is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from agentmem_cli.agent.conversation import Conversation
from agentmem_cli.agent.events import TurnEnded
from agentmem_cli.errors import AgentmemError
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database
from agentmem_cli.terminal.repl import Chat
from agentmem_cli.terminal.slash import run_command


class Person:
    """A person at a chat: `says` asks and waits for what it taught, `types` runs a command and gives what it shows."""

    def __init__(self, chat: Chat, shown: pytest.CaptureFixture[str]) -> None:
        self.chat = chat
        self._shown = shown

    def says(self, question: str) -> str:
        """The answer to a question."""
        conversation = self.chat.conversation
        ended = [each for each in conversation.ask(question) if isinstance(each, TurnEnded)][-1]
        self.chat.last = ended
        if conversation.turn is not None:
            conversation.capture(conversation.turn).result()
        return ended.answer

    def types(self, command: str) -> str:
        """What a command prints, or the error that it ends in."""
        self._shown.readouterr()
        try:
            run_command(self.chat, command)
        except AgentmemError as error:
            return str(error)
        return self._shown.readouterr().out


@contextmanager
def at_a_chat(
    shown: pytest.CaptureFixture[str], model: str, session: str, warn: Callable[[str], None] = lambda _: None
) -> Iterator[Person]:
    """A chat of its own connection, closed at the end."""
    settings = load_settings()
    database = open_database(settings)
    conversation = Conversation(settings, database, model=model, session_id=session, warn=warn)
    with closing(conversation):
        conversation.start()
        yield Person(Chat(conversation), shown)
