"""The interactive chat: read a line, run its command or ask it, show the answer, until the person leaves."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING

from agentmem_cli.agent.conversation import Conversation
from agentmem_cli.agent.erase import erase_turn
from agentmem_cli.agent.events import Captured, TextDelta, ToolUsed, TurnEnded, Waiting
from agentmem_cli.errors import AgentmemError, ExitCode
from agentmem_cli.memories.store import count_pending, list_pending, session_title
from agentmem_cli.records import Memory, TurnStatus
from agentmem_cli.sessions.catalog import short_id
from agentmem_cli.storage.database import Database
from agentmem_cli.terminal.completion import ChatCompleter
from agentmem_cli.terminal.history import forget_typed
from agentmem_cli.terminal.keys import LeftAtOnce
from agentmem_cli.terminal.notices import memory_line, status_line, waiting_line
from agentmem_cli.terminal.paste import Typed, asked_before
from agentmem_cli.terminal.prompt import ChatPrompt
from agentmem_cli.terminal.slash import COMMANDS, LeaveChat, is_command, run_command
from agentmem_cli.terminal.sources import cited_lines
from agentmem_cli.terminal.stopping import stopped_by_ctrl_c
from agentmem_cli.terminal.streams import note, report, say_aside, say_prose
from agentmem_cli.terminal.toolbar import Standing

if TYPE_CHECKING:
    from agentmem_cli.sessions.turns import PendingTurn

CAPTURE_SECONDS = 0.3
"""How long the prompt waits for what a message taught; a model's capture is shown above it when it comes."""


class Chat:
    """One run of the interactive chat."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.last: TurnEnded | None = None
        self.forgotten: Memory | None = None
        """What /forget took last: /erase offers the turn that it came from."""
        self.next_text = ""
        """What the next prompt begins with: a question to change (/edit), or what an editor wrote."""
        self._last_turn: PendingTurn | None = None
        self._asked: Typed | None = None
        self._tokens: dict[str, int] = {}
        """By session, what the last request took with its answer; one that was stopped has no count."""
        commands = {name: (command.__doc__ or "").split("\n")[0] for name, command in COMMANDS.items()}
        completer = ChatCompleter(conversation, commands)
        self._standing = self._stands()
        self._prompt = ChatPrompt(conversation.settings, completer, lambda: self._standing)

    @property
    def database(self) -> Database:
        """Where everything is kept."""
        return self.conversation.database

    @property
    def user(self) -> str:
        """Whose memories and sessions these are."""
        return self.conversation.settings.user

    def run(self, first: str = "") -> ExitCode:
        """Chat until the person leaves, beginning with a first message if there is one; say how to come back."""
        typed = Typed(first, first) if first else None
        if typed:
            self._load()
        else:
            self._prompt.once_shown(self._load)
        while True:
            try:
                taken, typed = typed or self._read(), None
                self._take(taken)
            except KeyboardInterrupt:
                self.conversation.changes.edit(self.conversation.session_id, None)
                note("Ctrl-D leaves.")
            except LeftAtOnce:
                self.conversation.leave_captures()
                break
            except (EOFError, LeaveChat):
                break
            except AgentmemError as error:
                report(error)
        if not self.conversation.settings.incognito:
            self._say_what_remains()
        return ExitCode.OK

    def _read(self) -> Typed:
        self._standing = self._stands()
        text, self.next_text = self.next_text, ""
        return self._prompt.read(text)

    def _stands(self) -> Standing:
        """What the bottom line shows until the next answer, or until something was captured."""
        conversation = self.conversation
        tokens = self._tokens.get(conversation.session_id, 0)
        title = session_title(self.database, self.user, conversation.session_id) or "new session"
        return Standing(self.user, title, conversation.model, tokens, conversation.window, self._pending())

    def _pending(self) -> int:
        return count_pending(self.database, self.user)

    def _say_what_remains(self) -> None:
        """How to come back, and what waits for the person."""
        if self._last_turn is not None:
            session = short_id(self.database, self.user, self.conversation.session_id)
            say_prose(f"Resume this session with: agentmem chat --user {self.user} --resume {session}")
        if waiting := list_pending(self.database, self.user):
            say_prose(f"{waiting_line(waiting)}: agentmem memories pending --user {self.user}")

    def _load(self) -> None:
        """Load the heavy packages in the background, once the prompt is there: importing at once, both would wait."""
        self.conversation.start()
        self.conversation.catch_up(self._say_captured)
        threading.Thread(target=_load_renderer, daemon=True).start()

    def erase_turn(self, run_id: str, question: str) -> None:
        """Erase a turn for good, its line in the input history too."""
        erase_turn(self.database, self.user, run_id)
        if not self.conversation.settings.incognito:
            forget_typed(self.conversation.settings.input_history, question)
        self.forgotten = None
        if self._last_turn is not None and self._last_turn.run_id == run_id:
            self._last_turn = self.last = None

    def retry(self) -> None:
        """Ask the session's last message once more, in the place of what was answered."""
        question, unanswered = self.conversation.changes.retried(self.conversation.session_id, int(time.time()))
        again = self._asked if self._asked and self._asked.text == question else asked_before(question)
        self._ask(again, retry_of=unanswered)

    def _take(self, typed: Typed) -> None:
        text = typed.text
        if not text.strip():
            self.conversation.changes.edit(self.conversation.session_id, None)  # an emptied question stays as it was
            return
        if is_command(text):
            run_command(self, text)
        else:
            self._ask(typed.without_slash() if text.startswith("//") else typed)

    def _ask(self, question: Typed, retry_of: str | None = None) -> None:
        from agentmem_cli.terminal.render import LiveAnswer

        self._asked = question
        with stopped_by_ctrl_c(self.conversation), LiveAnswer(theme=self.conversation.settings.theme) as answer:
            for event in self.conversation.ask(question.text, typed=question.own, retry_of=retry_of):
                if isinstance(event, TextDelta):
                    answer.add(event.text)
                elif isinstance(event, ToolUsed):
                    answer.show_tool(event.name, event.query)
                elif isinstance(event, Waiting):
                    answer.show_waiting(event.text)
                else:
                    if event.status is TurnStatus.INTERRUPTED:
                        answer.leave_rest()
                    self.last = event
                    self._tokens[event.session_id] = event.context_tokens or self._tokens.get(event.session_id, 0)
        self._last_turn = self.conversation.turn
        self._say_how_it_ended()
        if self._last_turn is not None and self.last is not None and self.last.model_answered:
            captured = self.conversation.capture(self._last_turn)
            captured.add_done_callback(lambda done: self._say_captured(done.result()))
            _wait_a_moment(captured)

    def _say_captured(self, captured: Captured) -> None:
        """Say what a message taught, from whichever thread learnt it."""
        if line := memory_line(captured, undo="/undo", pending="/pending"):
            say_prose(line)
            self._standing = self._stands()
            self._prompt.redraw()

    def _say_how_it_ended(self) -> None:
        if self.last is None:
            return
        for line in [*cited_lines(self.last), *filter(None, [status_line(self.last)])]:
            say_aside(line)
        if self.last.status is TurnStatus.INTERRUPTED:
            note("Stopped; what there is of the answer is kept.")
        if self.last.error is not None:
            report(self.last.error)


def _wait_a_moment(captured: Future[Captured]) -> None:
    try:
        captured.result(CAPTURE_SECONDS)
    except TimeoutError:
        return


def _load_renderer() -> None:
    """Import Rich while the person types."""
    import agentmem_cli.terminal.render  # noqa: F401 -- for its side effect: the next import is instant
