"""Choosing a session: a list that gets shorter as one types, with what was said last, renaming and the trash."""

from __future__ import annotations

import time
from enum import Enum

from prompt_toolkit.application import Application, get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import create_input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import BufferControl, FormattedTextControl, HSplit, Layout, VSplit, Window
from prompt_toolkit.utils import is_dumb_terminal

from agentmem_cli.errors import NotFound, UsageProblem
from agentmem_cli.records import SessionSummary
from agentmem_cli.sessions.catalog import find_session_or_title, list_sessions, rename_session, trash_session
from agentmem_cli.sessions.filtering import sessions_with
from agentmem_cli.storage.database import Database
from agentmem_cli.terminal.dates import moment
from agentmem_cli.terminal.resuming import exchange_lines, last_exchange
from agentmem_cli.terminal.safe_text import safe_line, safe_text
from agentmem_cli.terminal.stopping import ctrl_c_kept
from agentmem_cli.terminal.streams import ask_line, is_interactive, note, shortened
from agentmem_cli.terminal.type_ahead import usual_mode

SHOWN = 10
NUMBERED = 20
PREVIEW_LINES = 3
"""Of the last question and of its answer, each."""


class Doing(Enum):
    """What the line at the top is for; its value is what stands before it."""

    FILTERING = "Resume: "
    RENAMING = "New title: "
    DELETING = "Into the trash? [y/N] "


_KEYS_SHOWN = {
    Doing.FILTERING: "Enter goes on · Ctrl-R renames · Ctrl-X deletes · Esc leaves",
    Doing.RENAMING: "Enter renames · Esc keeps the title",
    Doing.DELETING: "y puts it into the trash, `agentmem sessions restore` brings it back",
}


def pick_session(database: Database, user: str) -> str | None:
    """The id of the session that the person chooses; None when they choose none.

    A dumb terminal gets a numbered list. Raises NotFound when there is no session, or none like the one that was
    typed there, and UsageProblem when nobody is at the terminal.
    """
    sessions = list_sessions(database, user)
    if not sessions:
        raise NotFound(f"{user} has no session to resume.", "Leave --resume out to begin one.")
    if not is_interactive():
        raise UsageProblem("--resume alone asks on a terminal.", "Give an id or a title.")
    if is_dumb_terminal():
        return _picked_by_number(database, user, sessions[:NUMBERED])
    return SessionPicker(database, user).run()


def _picked_by_number(database: Database, user: str, sessions: list[SessionSummary]) -> str | None:
    for number, each in enumerate(sessions, start=1):
        note(f"{number:>3}  {moment(each.updated_at)}  {each.title}")
    with usual_mode(create_input()):  # in a chat the terminal holds the keys back for the prompt
        chosen = ask_line("Which one? ")
    if not chosen:
        return None
    if chosen.isdecimal() and 1 <= int(chosen) <= len(sessions):
        return sessions[int(chosen) - 1].session_id
    return find_session_or_title(database, user, chosen).session_id


class SessionPicker:
    """The list, the line above it, and what is being done."""

    def __init__(self, database: Database, user: str) -> None:
        self._database = database
        self._user = user
        self._doing = Doing.FILTERING
        self._chosen = 0
        self._kept_filter = ""
        self._line = Buffer(multiline=False, on_text_changed=lambda _: self._filter())
        self._found: list[SessionSummary] = []
        self._filter()

    def run(self) -> str | None:
        """Show it until a session is chosen, or none."""
        top = VSplit(
            [
                Window(FormattedTextControl(lambda: self._doing.value), dont_extend_width=True, height=1),
                Window(BufferControl(self._line), height=1),
            ]
        )
        parts = [
            top,
            *(Window(FormattedTextControl(shown), dont_extend_height=True) for shown in (self._list, self._end)),
        ]
        application: Application[str | None] = Application(
            Layout(HSplit(parts)), key_bindings=self._keys(), erase_when_done=True
        )
        application.ttimeoutlen = 0.05  # a lone Escape leaves at once
        with ctrl_c_kept() as pass_on:
            return application.run(pre_run=pass_on)

    @property
    def _session(self) -> SessionSummary | None:
        return self._found[self._chosen] if self._found else None

    def _filter(self) -> None:
        if self._doing is Doing.FILTERING:
            self._found = sessions_with(self._database, self._user, self._line.text)
            self._chosen = 0

    def _list(self) -> StyleAndTextTuples:
        if not self._found:
            return [("", "  No session holds that.")]
        first = max(0, min(self._chosen - SHOWN // 2, len(self._found) - SHOWN))
        shown: StyleAndTextTuples = []
        for place, each in enumerate(self._found[first : first + SHOWN], start=first):
            mark, style = ("› ", "reverse") if place == self._chosen else ("  ", "")
            line = self._cut(f"{mark}{moment(each.updated_at)}  {each.title}")
            shown.append((style, f"{line}\n"))
        return [*shown, ("dim", f"  {self._chosen + 1} of {len(self._found)}")]

    def _end(self) -> StyleAndTextTuples:
        """What was said last in the session, and the keys."""
        last = last_exchange(self._database, self._session) if self._session else None
        said = exchange_lines(last, PREVIEW_LINES, PREVIEW_LINES) if last else []
        lines = [self._cut(f"  {line}") for line in safe_text("\n".join(said)).split("\n")]
        return [("", "\n".join(["", *lines, ""])), ("dim", self._cut(_KEYS_SHOWN[self._doing]))]

    def _cut(self, text: str) -> str:
        return shortened(safe_line(text), get_app().output.get_size().columns - 1)

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()
        self._add_moving_keys(keys)
        self._add_changing_keys(keys)

        @keys.add("enter")
        def _take(event: KeyPressEvent) -> None:
            if self._doing is Doing.RENAMING:
                self._rename()
            elif self._doing is Doing.DELETING:
                self._delete()
            elif self._session:
                event.app.exit(result=self._session.session_id)

        @keys.add("escape", eager=True)
        @keys.add("c-c")
        @keys.add("c-d")
        def _go_back(event: KeyPressEvent) -> None:
            if self._doing is Doing.FILTERING:
                event.app.exit(result=None)
            else:
                self._do(Doing.FILTERING, self._kept_filter)

        return keys

    def _add_moving_keys(self, keys: KeyBindings) -> None:
        steps = {"up": -1, "c-p": -1, "down": 1, "c-n": 1, "pageup": -SHOWN, "pagedown": SHOWN}
        filtering = Condition(lambda: self._doing is Doing.FILTERING)
        for key, step in steps.items():

            @keys.add(key, filter=filtering)
            def _move(event: KeyPressEvent, step: int = step) -> None:  # noqa: ARG001 -- every binding has this form
                self._chosen = max(0, min(self._chosen + step, len(self._found) - 1))

    def _add_changing_keys(self, keys: KeyBindings) -> None:
        choosing = Condition(lambda: self._doing is Doing.FILTERING and self._session is not None)

        @keys.add("c-r", filter=choosing)
        def _begin_to_rename(event: KeyPressEvent) -> None:  # noqa: ARG001
            self._do(Doing.RENAMING, self._session.title if self._session else "")

        @keys.add("c-x", filter=choosing)
        def _begin_to_delete(event: KeyPressEvent) -> None:  # noqa: ARG001
            self._do(Doing.DELETING, "")

    def _do(self, doing: Doing, text: str) -> None:
        if self._doing is Doing.FILTERING:
            self._kept_filter = self._line.text
        self._doing = doing
        self._line.text = text
        self._line.cursor_position = len(text)

    def _rename(self) -> None:
        if self._session and self._line.text.strip():
            rename_session(self._database, self._session, self._line.text)
        self._changed()

    def _delete(self) -> None:
        if self._session and self._line.text.strip().lower() in ("y", "yes"):
            trash_session(self._database, self._session, int(time.time()))
        self._changed()

    def _changed(self) -> None:
        """Back to the list as it is now, at the same place of it."""
        place = self._chosen
        self._do(Doing.FILTERING, self._kept_filter)
        self._filter()
        self._chosen = max(0, min(place, len(self._found) - 1))
