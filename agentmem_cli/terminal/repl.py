"""The interactive chat: read a line, run its command or ask it, show the answer, until the person leaves."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from prompt_toolkit.application import Application
from prompt_toolkit.patch_stdout import patch_stdout

from agentmem_cli.agent.conversation import Conversation
from agentmem_cli.agent.events import Captured, TextDelta, ToolUsed, TurnEnded
from agentmem_cli.errors import AgentmemError, ExitCode, UsageProblem
from agentmem_cli.memories.store import count_pending
from agentmem_cli.records import Memory, TurnStatus
from agentmem_cli.sessions.catalog import short_id
from agentmem_cli.sessions.erase import erase_turn
from agentmem_cli.storage.database import Database
from agentmem_cli.terminal.keys import chat_prompt, forget_typed, prompt_line
from agentmem_cli.terminal.notices import memory_line
from agentmem_cli.terminal.slash import COMMANDS, LeaveChat, is_command, run_command
from agentmem_cli.terminal.stopping import stopped_by_ctrl_c
from agentmem_cli.terminal.streams import note, report, say

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
        self._last_turn: PendingTurn | None = None

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
        settings = self.conversation.settings
        prompt = chat_prompt(None if settings.incognito else settings.input_history, [f"/{name}" for name in COMMANDS])
        if first:
            self._load()
        else:
            prompt.app.after_render += self._load_once_prompted
        while True:
            try:
                if not first:
                    with patch_stdout(raw=True):
                        first = prompt.prompt(prompt_line(self._pending(), incognito=settings.incognito))
                text, first = first, ""
                self._take(text)
            except KeyboardInterrupt:
                note("Ctrl-D leaves.")
            except (EOFError, LeaveChat):
                break
            except AgentmemError as error:
                report(error)
        if not settings.incognito:
            self._say_what_remains()
        return ExitCode.OK

    def _pending(self) -> int:
        return count_pending(self.database, self.user)

    def _say_what_remains(self) -> None:
        """How to come back, and what waits for the person."""
        if self._last_turn is not None:
            session = short_id(self.database, self.user, self.conversation.session_id)
            say(f"Resume this session with: agentmem chat --user {self.user} --resume {session}")
        if pending := self._pending():
            waiting = "1 memory waits" if pending == 1 else f"{pending} memories wait"
            say(f"{waiting} for your approval: agentmem memories pending --user {self.user}")

    def _load_once_prompted(self, app: Application[str]) -> None:
        """Load the heavy packages when the prompt is on the screen: two threads that import at once both wait."""
        app.after_render -= self._load_once_prompted
        self._load()

    def _load(self) -> None:
        self.conversation.start()
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
        """Ask the last message once more; a turn without any answer is taken up again, not repeated."""
        turn, ended = self._last_turn, self.last
        if turn is None or ended is None:
            raise UsageProblem("There is nothing to retry.", "Ask something first.")
        unanswered = ended.status is not TurnStatus.DONE and not ended.answer
        self._ask(turn.question, retry_of=turn if unanswered else None)

    def _take(self, text: str) -> None:
        if not text.strip():
            return
        if is_command(text):
            run_command(self, text)
        else:
            self._ask(text[1:] if text.startswith("//") else text)

    def _ask(self, question: str, retry_of: PendingTurn | None = None) -> None:
        from agentmem_cli.terminal.render import LiveAnswer

        with stopped_by_ctrl_c(self.conversation), LiveAnswer() as answer:
            for event in self.conversation.ask(question, retry_of=retry_of):
                if isinstance(event, TextDelta):
                    answer.add(event.text)
                elif isinstance(event, ToolUsed):
                    answer.show_tool(event.name, event.query)
                else:
                    self.last = event
        self._last_turn = self.conversation.turn
        self._say_how_it_ended()
        if self._last_turn is not None and self.last is not None and self.last.status is not TurnStatus.FAILED:
            captured = self.conversation.capture(self._last_turn)
            captured.add_done_callback(_say_captured)
            _wait_a_moment(captured)

    def _say_how_it_ended(self) -> None:
        if self.last is None:
            return
        if self.last.status is TurnStatus.INTERRUPTED:
            note("Stopped; what there is of the answer is kept.")
        if self.last.error is not None:
            report(self.last.error)


def _say_captured(captured: Future[Captured]) -> None:
    """Say what a message taught, from whichever thread learnt it."""
    line = memory_line(captured.result(), "/undo")
    if line:
        say(line)


def _wait_a_moment(captured: Future[Captured]) -> None:
    try:
        captured.result(CAPTURE_SECONDS)
    except TimeoutError:
        return


def _load_renderer() -> None:
    """Import Rich while the person types."""
    import agentmem_cli.terminal.render  # noqa: F401 -- for its side effect: the next import is instant
