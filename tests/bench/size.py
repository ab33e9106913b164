"""How long commands take in a large store, and in one of a tenth of its size. Run by hand.

    uv run --group dev python tests/bench/size.py [MESSAGES [PASSAGES]]

Messages (200,000 by default) of 50 users and passages (100,000) are made up. Each command is run as a process three
times; the median and the most memory that it held are printed, and how much longer it takes than in a tenth of that. A
backup copies the whole file, and an erasing rewrites it: the baseline for both is `cp`, which takes ten times as long,
and more where the file and its copy no longer fit into memory. The rest should take about the same.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from knowledge_scale import made_up_passages, store

from agentmem_cli.knowledge.index import bring_index_in_step
from agentmem_cli.sessions.transfer import ImportedLine, import_lines
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database

USERS, OF_A_SESSION, TIMES = 50, 40, 3
AGENTMEM = str(Path(sys.executable).with_name("agentmem"))
WORDS_A_MESSAGE = 15
LAUNCHER = """
import resource, subprocess, sys, time
began = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, code)
"""
"""A small process that starts the command: what a process held before it became another one counts too."""


def main(messages: int, passages: int) -> None:
    """Make both stores, print the table."""
    with TemporaryDirectory() as folder:
        note = Path(folder, "note.txt")
        small, large = Path(folder, "small"), Path(folder, "large")
        for home, share in ((small, 10), (large, 1)):
            began = time.perf_counter()
            fill(home, messages // share, passages // share)
            size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file()) / 1e6
            print(f"{messages // share:,} messages, {passages // share:,} passages: {size:,.0f} MB, ", end="")
            print(f"made in {time.perf_counter() - began:.0f} s", flush=True)
        print(f"{'seconds':<22}{'a tenth':>9}{'all':>9}{'times':>8}{'MB':>8}{'MB':>8}")
        for name, command in commands(folder, note).items():
            tenth, all_of_it = measured(small, note, command), measured(large, note, command)
            times = all_of_it[0] / tenth[0]
            print(
                f"{name:<22}{tenth[0]:>9.2f}{all_of_it[0]:>9.2f}{times:>8.1f}{tenth[1]:>8.0f}{all_of_it[1]:>8.0f}",
                flush=True,
            )


def commands(folder: str, note: Path) -> dict[str, list[str]]:
    """What is measured, by its name."""
    of_agentmem = {
        "open": ["config", "path"],
        "sessions list": ["sessions", "list"],
        "memories list": ["memories", "list"],
        "sessions search": ["sessions", "search", "boiler"],
        "recall": ["recall", "Where is the green boiler?"],
        "chat -p": ["chat", "-p", "--model", "offline", "--memory", "off", "Where is the green boiler?"],
        "knowledge search": ["knowledge", "search", "green boiler"],
        "ingest one more": ["ingest", str(note)],
        "doctor": ["doctor"],
        "backup": ["backup", "--force", f"{folder}/copy.db"],
        "erase a session": ["sessions", "delete", "ID", "--purge", "--yes"],
    }
    copy = ["cp", "HOME/agentmem.db", f"{folder}/copy.db"]
    return {name: [AGENTMEM, *words] for name, words in of_agentmem.items()} | {"baseline: cp": copy}


def measured(home: Path, note: Path, command: list[str]) -> tuple[float, float]:
    """The median of the seconds that a command takes, and the most megabytes that it held."""
    taken, held = [], []
    for number in range(TIMES):
        note.write_text(f"The boiler number {number} of {home.name} is green.")
        line = [word.replace("HOME", str(home)) if word != "ID" else f"user7-{number}" for word in command]
        environment = {**os.environ, "AGENTMEM_HOME": str(home), "AGENTMEM_USER": "user7"}
        ended = subprocess.run(
            [sys.executable, "-S", "-c", LAUNCHER, *line],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        seconds, kilobytes, code = ended.stdout.split()
        if code != "0" and command[-1] != "doctor":
            raise SystemExit(f"{line}: {ended.stderr}")
        taken.append(float(seconds))
        held.append(int(kilobytes) / 1000)
    return median(taken), max(held)


def fill(home: Path, messages: int, passages: int) -> None:
    """A store of so many messages of USERS people, and of so many passages."""
    chance = random.Random(5)  # noqa: S311 -- the same texts in every run
    os.environ["AGENTMEM_HOME"] = str(home)
    settings = load_settings(user="user0")
    database = open_database(settings)
    words = [word for text in made_up_passages(max(200, passages), chance)[:2_000] for word in text.split()]
    sessions = messages // USERS // OF_A_SESSION
    for user in range(USERS):
        lines = [
            ImportedLine(
                f"user{user}-{session}",
                role,
                " ".join(chance.choices(words, k=WORDS_A_MESSAGE)),
                1_700_000_000 + at,
                None,
                None,
            )
            for session in range(sessions)
            for at in range(OF_A_SESSION)
            for role in (("user", "assistant")[at % 2],)
        ]
        import_lines(database, f"user{user}", lines)
    store(database, made_up_passages(passages, chance))
    bring_index_in_step(database, settings)
    database.close()


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:]]
    main(*(numbers + [200_000, 100_000][len(numbers) :]))
