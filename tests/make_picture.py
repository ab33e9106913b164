"""Makes the README's picture from a real run: a first session, and another on the next day.

Run by hand when the chat looks different: `uv run --group dev python tests/make_picture.py`.
"""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

from harness.command_line import run_process
from harness.starting import AGENTMEM
from harness.terminal import on_terminal
from rich.console import Console
from rich.text import Text

PICTURE = Path(__file__).parent.parent / ".assets" / "first-run.svg"
KNOWLEDGE = PICTURE.parent.parent / "knowledge"
COLUMNS = 92
DIM = re.compile(r"^(?:Resume|·|sarah ·|recalled |\[\d+\] )| cited · ")
FIRST_DAY = [("Hi, I'm Sarah. I prefer concise answers and I work in healthcare.", "memory +3")]
NEXT_DAY = [("Where do I work?", "You said on"), ("What is our refund policy?", " cited · "), ("/why", "passage   [1]")]


def main() -> None:
    """Run both sessions and draw them one below the other."""
    with tempfile.TemporaryDirectory() as home:
        first = screen_after(home, FIRST_DAY)
        run_process("ingest", str(KNOWLEDGE), env={"AGENTMEM_HOME": home})
        screens = [first, screen_after(home, NEXT_DAY)]
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    for screen in screens:
        console.print(Text("$ agentmem chat --user sarah", style="bold green"))
        for line in screen:
            console.print(Text(line, style=style_of(line)))
        console.print()
    drawing = console.export_svg(title="agentmem, two days")
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(without_downloads(drawing), encoding="utf-8")


def screen_after(home: str, lines: list[tuple[str, str]]) -> list[str]:
    """The screen of a session in which these lines were typed, each when its predecessor's answer was there."""
    with on_terminal(
        AGENTMEM, "chat", "--user", "sarah", columns=COLUMNS, rows=40, env={"AGENTMEM_HOME": home}
    ) as terminal:
        terminal.wait_for("›")
        for typed, shown in lines:
            terminal.send(f"{typed}\r")
            terminal.wait_for(re.compile(rf"{re.escape(shown)}[\s\S]*\n›"))
        before_leaving = terminal.text().splitlines()
        terminal.send("/quit\r")
        terminal.wait_for_exit()
        last_prompt = max(number for number, line in enumerate(before_leaving) if line == "›")
        how_to_come_back = terminal.text().splitlines()[-1]
        return [*before_leaving[:last_prompt], "› /quit", before_leaving[-1], how_to_come_back]


def style_of(line: str) -> str:
    """Bold for what was typed, green for what was remembered, dim for what the chat shows dim."""
    if line.startswith("›"):
        return "bold"
    return "green" if line.startswith("memory") else "dim" if DIM.search(line) else ""


def without_downloads(drawing: str) -> str:
    """The drawing without the web font that Rich would have it load."""
    return re.sub(r"@font-face \{.*?\}\s*", "", drawing, flags=re.DOTALL)


if __name__ == "__main__":
    main()
