"""The chat prompt: what is read there, with history, completion, suggestions and the line at the bottom."""

from __future__ import annotations

from collections.abc import Callable, Collection

from prompt_toolkit import PromptSession
from prompt_toolkit.application import Application
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import Completer
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.styles import Style
from prompt_toolkit.utils import is_dumb_terminal

from agentmem_cli.settings import Settings
from agentmem_cli.terminal.history import InputHistory
from agentmem_cli.terminal.keys import chat_keys
from agentmem_cli.terminal.paste import Pastes, Typed
from agentmem_cli.terminal.stopping import ctrl_c_kept
from agentmem_cli.terminal.toolbar import Standing, bottom_line
from agentmem_cli.terminal.type_ahead import stay_raw

STYLE = Style.from_dict({"bottom-toolbar": "noreverse", "bottom-toolbar.text": "noreverse dim"})
_ESCAPE_SECONDS = 0.05
"""How long a lone Escape may be the beginning of an arrow key: what a slow line needs, and nobody feels."""
_VI_SEQUENCE_SECONDS = 0.3
"""How long vi's Escape waits for an Enter that would make it Alt-Enter."""


class ChatPrompt:
    """The prompt of one chat. `standing` is asked each time the bottom line is drawn, so it must be quick.

    `session` is asked for the id of the session that a line is typed in.
    """

    def __init__(
        self,
        settings: Settings,
        completer: Completer | None,
        standing: Callable[[], Standing],
        session: Callable[[], str] = lambda: "",
    ) -> None:
        self._pastes = Pastes()
        self._history = InputHistory(None if settings.incognito else settings.input_history, self._pastes, session)
        self._standing = standing
        self._incognito = settings.incognito
        self.session = self._session(settings, completer)

    def read(self, default: str = "") -> Typed:
        """What the person sends, of a text to begin with; what other threads print stands above it.

        Raises EOFError when they leave, KeyboardInterrupt for Ctrl-C.
        """
        folded = self._pastes.folded_again(default)
        with ctrl_c_kept() as pass_on, patch_stdout(raw=True):
            return self._pastes.sent(self.session.prompt(self._before_text(folded), default=folded, pre_run=pass_on))

    def once_shown(self, act: Callable[[], None]) -> None:
        """Do something when the prompt is on the screen; a dumb terminal never says so, and there it is done now."""
        if is_dumb_terminal():
            act()
            return

        def shown(app: Application[str]) -> None:
            app.after_render -= shown
            act()

        self.session.app.after_render += shown

    def forget(self, texts: Collection[str]) -> None:
        """Take out of the input history what was typed of these texts."""
        self._history.forget(texts)

    def redraw(self) -> None:
        """Draw the bottom line anew; from any thread."""
        self.session.app.invalidate()

    def _session(self, settings: Settings, completer: Completer | None) -> PromptSession[str]:
        session: PromptSession[str] = PromptSession(
            history=self._history,
            completer=completer,
            auto_suggest=AutoSuggestFromHistory(),
            enable_history_search=True,
            key_bindings=chat_keys(self._pastes),
            vi_mode=settings.keys == "vi",
            prompt_continuation="  ",
            bottom_toolbar=None if is_dumb_terminal() else self._bottom,
            style=STYLE,
        )
        # Only commands complete while one types, and then Up moves in their menu. The session's own option would
        # be off, since it takes the arrows to be either history's or the menu's.
        buffer = session.default_buffer
        buffer.complete_while_typing = Condition(lambda: buffer.text.startswith("/"))
        session.app.ttimeoutlen = _ESCAPE_SECONDS
        stay_raw(session.app.input)
        if settings.keys == "vi":
            session.app.timeoutlen = _VI_SEQUENCE_SECONDS
        return session

    def _before_text(self, default: str) -> StyleAndTextTuples:
        """`› `, behind what must not be forgotten; a dumb terminal is told here what waits, and what stands there."""
        pending = self._standing().pending if is_dumb_terminal() else 0
        waiting = f"({pending} pending) " if pending else ""
        shown = default if is_dumb_terminal() else ""
        return [("dim", f"{'incognito ' if self._incognito else ''}{waiting}"), ("", f"› {shown}")]

    def _bottom(self) -> str:
        return bottom_line(self._standing(), self.session.output.get_size().columns)
