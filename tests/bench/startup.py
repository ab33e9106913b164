"""How long each command takes to start, as whole processes. Run by hand: a timing is never a test.

    uv run --group dev python tests/bench/startup.py

Prints the median of 7 runs of each command with its ratio to `python -c pass` and to the peer, simonw's
`llm logs list`, which it installs into a temporary folder. The commands take turns (A B C, A B C, …), so
that a noisy machine is noisy for all of them. Both stores hold 1,000 conversations; agentmem's 1,000 memories too.
Claude is a server on loopback that answers at once; beside the answers stands what importing Agno alone takes.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pexpect

sys.path.insert(0, str(Path(__file__).parent.parent))

from harness.anthropic_server import AnthropicServer, serving

from agentmem_cli.memories.operations import Operation, Source
from agentmem_cli.memories.writer import apply_operations
from agentmem_cli.sessions.transfer import ImportedLine, import_lines
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database

ROUNDS = 7
SEEDED = 1_000
PEER = "llm==0.36"
IMPORT_AGNO = "import agno.agent"
IMPORT_CLAUDE = "import agno.agent, agno.models.anthropic"
PROMPT = "\u203a"  # what follows it may be drawn by moving the cursor
AGENTMEM = str(Path(sys.executable).with_name("agentmem"))
SEED_PEER = """
import sys
import sqlite_utils
from llm.migrations import migrate

database = sqlite_utils.Database(sys.argv[1])
migrate(database)
for number in range(int(sys.argv[2])):
    name, said = f"c{number}", {"prompt": f"Question {number}", "response": f"Answer {number}", "model": "m"}
    database["conversations"].insert({"id": name, "name": name, "model": "m"})
    database["responses"].insert({"id": name, "conversation_id": name, "datetime_utc": "2026-06-01", **said})
"""


@dataclass(slots=True)
class Measured:
    """A command, the most milliseconds it should take, and what its runs took."""

    name: str
    words: list[str]
    target: float | None = None
    until_prompt: bool = False
    milliseconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Of all runs, in milliseconds."""
        return statistics.median(self.milliseconds)

    def run(self, env: dict[str, str]) -> float:
        """Run once; give the milliseconds until it ended, or until its prompt was on the screen."""
        began = time.perf_counter()
        if self.until_prompt:
            child = pexpect.spawn(self.words[0], self.words[1:], env=env, encoding="utf-8", timeout=20)
            child.expect_exact(PROMPT)
            took = time.perf_counter() - began
            child.close(force=True)
        else:
            subprocess.run(self.words, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=True)
            took = time.perf_counter() - began
        return took * 1000


def main() -> None:
    """Seed, measure, print."""
    with tempfile.TemporaryDirectory() as folder, serving(AnthropicServer()) as claude:
        for _ in range(1 + ROUNDS):
            claude.reply("Hello.")
        env = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ANTHROPIC_", "AGENTMEM_"))},
            "AGENTMEM_HOME": str(Path(folder) / "agentmem"),
            "AGENTMEM_USER": "sarah",
            "LLM_USER_PATH": str(Path(folder) / "llm"),
            "TERM": "xterm-256color",
        }
        env.pop("PYTHONDONTWRITEBYTECODE", None)  # each run would compile all that it imports
        seed_agentmem(env)
        commands = commands_to_measure(install_peer(Path(folder), env), claude.url)
        measure(commands, env)
        show(commands)


def commands_to_measure(peer: str, claude: str) -> list[Measured]:
    """The commands and their baselines; `claude` is a provider's URL."""
    with_claude = ["env", "ANTHROPIC_API_KEY=none", f"ANTHROPIC_BASE_URL={claude}"]
    return [
        Measured("python -c pass", [sys.executable, "-c", "pass"]),
        Measured("llm logs list", [peer, "logs", "list"]),
        Measured("agentmem --help", [AGENTMEM, "--help"], 130),
        Measured("agentmem sessions list", [AGENTMEM, "sessions", "list"], 250),
        Measured("agentmem memories list", [AGENTMEM, "memories", "list"], 250),
        Measured("agentmem chat, prompt", [AGENTMEM, "chat"], 450, until_prompt=True),
        Measured("agentmem chat -p hi", [AGENTMEM, "chat", "-p", "hi"], 1500),
        Measured(IMPORT_AGNO, [sys.executable, "-c", IMPORT_AGNO]),
        Measured("the same with Claude", [*with_claude, AGENTMEM, "chat", "-p", "--memory", "off", "hi"]),
        Measured("import Agno and Claude", [sys.executable, "-c", IMPORT_CLAUDE]),
    ]


def seed_agentmem(env: dict[str, str]) -> None:
    """Put 1,000 sessions of two messages and 1,000 memories in."""
    settings = load_settings(environ=env)
    roles = ("user", "assistant")
    lines = [
        ImportedLine(f"s{number}", role, f"Message {number}", number, None, None)
        for number in range(SEEDED)
        for role in roles
    ]
    facts = [Operation("add", f"Fact number {number} of many.") for number in range(SEEDED)]
    source = Source(session_id=None, run_id=None, said_at=1, actor="person")
    with closing(open_database(settings)) as database:
        import_lines(database, settings.user, lines)
        apply_operations(database, settings.user, facts, source, typed_text="", mode="auto", now=1)


def install_peer(folder: Path, env: dict[str, str]) -> str:
    """Install the peer and fill its log; give its program."""
    python = folder / "peer" / "bin" / "python"
    subprocess.run(["uv", "venv", "--quiet", str(folder / "peer")], check=True)
    subprocess.run(["uv", "pip", "install", "--quiet", "--python", str(python), PEER], check=True)
    Path(env["LLM_USER_PATH"]).mkdir()
    log = str(Path(env["LLM_USER_PATH"]) / "logs.db")
    subprocess.run([str(python), "-c", SEED_PEER, log, str(SEEDED)], check=True)
    return str(python.with_name("llm"))


def measure(commands: list[Measured], env: dict[str, str]) -> None:
    """Run each once to warm up, which also compiles the modules; then all of them in turn, 7 times."""
    for command in commands:
        command.run(env)
    for _ in range(ROUNDS):
        for command in commands:
            command.milliseconds.append(command.run(env))


def show(commands: list[Measured]) -> None:
    """Print the table."""
    plain, peer = commands[0].median, commands[1].median
    print(f"{'whole process, median of 7':<28}{'ms':>7}{'/ python':>10}{'/ llm':>8}  target")
    for command in commands:
        target = f"<= {command.target:.0f} ms" if command.target else ""
        if command.target == 250:
            target += ", <= 0.50 of llm"
        ratios = f"{command.median / plain:>10.2f}{command.median / peer:>8.2f}"
        print(f"{command.name:<28}{command.median:>7.0f}{ratios}  {target}".rstrip())


if __name__ == "__main__":
    main()
