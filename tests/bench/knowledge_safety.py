"""Whether every passage is found after what processes do to each other: `python tests/bench/knowledge_safety.py`.

First two ingests and three searchers at once, then an ingest killed with SIGKILL after a random time, KILLS times, each
followed by one that is left alone. After each every passage must be found by its own vector through Chroma, and no
file may be there twice.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from agentmem_cli.knowledge.index import PassageIndex
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database

FILES, KILLS = 60, int(sys.argv[1]) if len(sys.argv) > 1 else 50
AGENTMEM = [sys.executable, "-P", "-m", "agentmem_cli"]
_SUBJECTS = ("refunds", "rivers", "clinics", "queens", "invoices", "bread", "weather", "chess")


def write_files(folder: Path, name: str) -> Path:
    """FILES short documents."""
    folder.mkdir(exist_ok=True)
    for number in range(FILES):
        subject = _SUBJECTS[number % len(_SUBJECTS)]
        text = "\n\n".join(
            f"{name} {number}.{part} is about {subject} and item {number * 31 + part}. " * 9 for part in range(6)
        )
        (folder / f"{name}-{number}.txt").write_text(text, encoding="utf-8")
    return folder


def unfindable() -> tuple[int, int, int]:
    """(passages, those that Chroma does not find by their own vector, documents that are there twice)."""
    settings = load_settings(user="bench")
    database = open_database(settings)
    rows = database.read("SELECT passage_id, vector FROM passages")
    index = PassageIndex(database, settings)
    missed = 0
    for row in rows:
        found = index.nearest(np.frombuffer(row["vector"], np.float32), 50)
        missed += found is None or row["passage_id"] not in found
    index.close()
    twice = database.read("SELECT COUNT(*) - COUNT(DISTINCT path) FROM documents")[0][0]
    database.close()
    return len(rows), missed, twice


def at_once(root: Path) -> None:
    """Two ingests and three searchers."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    questions = "\n".join(f"what of {subject}" for subject in _SUBJECTS * 20).encode()
    searchers = []
    for _ in range(3):
        search = subprocess.Popen([*AGENTMEM, "knowledge", "search", "-"], stdin=subprocess.PIPE, **quiet)  # type: ignore[call-overload]  # the same for all
        assert search.stdin
        search.stdin.write(questions)
        search.stdin.close()
        searchers.append(search)
    ingests = [
        subprocess.Popen([*AGENTMEM, "ingest", str(write_files(root / name, name))], **quiet)  # type: ignore[call-overload]  # the same for both
        for name in ("one", "two")
    ]
    codes = [each.wait() for each in [*ingests, *searchers]]
    passages, missed, twice = unfindable()
    print(f"two ingests, three searchers: exit codes {codes}, {passages} passages, {missed} unfindable, {twice} twice")


def killed(root: Path) -> None:
    """KILLS times: an ingest of changed files killed on the way, then one that may end."""
    chance = random.Random(7)  # noqa: S311 -- the same times in every run
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    unhealed = twice = 0
    for round_ in range(KILLS):
        folder = write_files(root / "one", "one")
        for file in chance.sample(sorted(folder.iterdir()), 20):
            file.write_text(f"Round {round_}. {file.read_text(encoding='utf-8')}", encoding="utf-8")
        running = subprocess.Popen([*AGENTMEM, "ingest", str(folder)], start_new_session=True, **quiet)  # type: ignore[call-overload]  # as above
        time.sleep(chance.uniform(0.2, 5))
        running.kill()
        running.wait()
        code = subprocess.run([*AGENTMEM, "ingest", str(folder)], check=False, **quiet).returncode  # type: ignore[call-overload]  # as above
        passages, missed, double = unfindable()
        unhealed += code != 0 or missed > 0
        twice += double
        print(f"kill {round_ + 1}: exit {code}, {passages} passages, {missed} unfindable, {double} twice", flush=True)
    print(f"killed {KILLS} times: {unhealed} not healed by the next ingest, {twice} documents twice")


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        os.environ["AGENTMEM_HOME"] = str(Path(temporary, "home"))
        os.environ["PYTHONPATH"] = str(Path(__file__).parents[2])
        at_once(Path(temporary))
        killed(Path(temporary))
