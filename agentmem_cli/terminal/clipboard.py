"""Putting text on the clipboard: by the program of the desktop, and by asking the terminal, which works over ssh."""

from __future__ import annotations

import os
import shutil
import subprocess

from agentmem_cli.errors import AgentmemError
from agentmem_cli.terminal.streams import ask_terminal_to_copy

_PROGRAMS = (
    ("", ("pbcopy",)),
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    ("WSL_DISTRO_NAME", ("clip.exe",)),
    ("TMUX", ("tmux", "load-buffer", "-w", "-")),
)
"""Each with the variable without which it has nowhere to put the text."""
_SECONDS = 3.0


def copy_text(text: str) -> str:
    """Copy, and give by what, in words. Raises AgentmemError when there is no clipboard to reach."""
    done = [command[0] for variable, command in _PROGRAMS if _can_run(variable, command[0]) and _run(command, text)]
    if ask_terminal_to_copy(text):
        done.append("the terminal")
    if not done:
        raise AgentmemError("There is no clipboard to reach.", "/raw prints the answer as it is.")
    return " and ".join(done)


def _can_run(variable: str, program: str) -> bool:
    return (not variable or bool(os.environ.get(variable))) and shutil.which(program) is not None


def _run(command: tuple[str, ...], text: str) -> bool:
    quiet = subprocess.DEVNULL  # wl-copy stays in the background and would hold a pipe open
    try:
        ended = subprocess.run(  # noqa: S603 -- one of the programs above
            command, input=text.encode("utf-8", "replace"), stdout=quiet, stderr=quiet, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0
