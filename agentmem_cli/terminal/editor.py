"""The person's own editor on a text. Reads no key and changes nothing but a private file that is gone afterwards."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from agentmem_cli.errors import AgentmemError

_REMEDY = "The text is as it was; VISUAL or EDITOR names the editor."


def edited_text(text: str) -> str:
    """The text as $VISUAL, $EDITOR or `vi` leaves it. Raises AgentmemError when that does not start, or fails."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="agentmem-") as folder:
        file = Path(folder) / "message.md"
        file.write_bytes(text.encode("utf-8", "replace"))
        try:
            code = subprocess.call([*shlex.split(command), str(file)])  # noqa: S603 -- it is the person's own choice of a program
        except (OSError, ValueError) as problem:
            raise AgentmemError(f"The editor {command!r} does not start: {problem}.", _REMEDY) from None
        if code:
            raise AgentmemError(f"The editor {command!r} ended with code {code}.", _REMEDY)
        return file.read_bytes().decode("utf-8", "replace").removesuffix("\n")
