"""How long recall and search take among 1,000,000 turns and 1,000,000 passages on PostgreSQL, and by which plans.

    uv run --group dev python tests/bench/postgres_scale.py [--turns N] [--passages N] [--folder FOLDER] [--keep-defaults]

Turns are two messages each, made of real sentences two by two: a tenth of them of one user, 1,000 of another, the rest
of users with 1,000 each. Passages are ten such sentences, their vectors the mean of the sentences'. They are put in by
COPY, as no program would, but the points and their HNSW index are made by the program. A server of its own is started;
with `--folder` it stays there, and what is in it is measured again.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import psycopg
from harness.plans import plan_of, queries_noted
from harness.postgres import PostgresServer

from agentmem_cli.embedding.bundled import DIMENSIONS, EMBEDDER, embed
from agentmem_cli.knowledge.postgres_index import PostgresPassageIndex
from agentmem_cli.knowledge.search import Searcher
from agentmem_cli.language.word_index import packed
from agentmem_cli.recall.block import recall_block
from agentmem_cli.recall.recall import recall_for
from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.settings import Settings, load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database

VOICES = Path(__file__).with_name("voices")
SENTENCES, QUESTIONS = 8_000, 200
LARGE, SMALL, OF_SMALL = "large", "small", 1_000
TURNS_OF_A_SESSION, TURNS_OF_A_MEMORY = 40, 10
SENTENCES_OF_A_PASSAGE, OF_A_DOCUMENT = 10, 50
BATCH = 10_000
BEGAN = 1_600_000_000
TARGET_MS = 150
NEAREST = 100

_TURNS = """
CREATE TEMP TABLE turn AS SELECT drawn.n, 'r' || drawn.n AS run_id, owner,
    owner || '-' || drawn.n / ({session} * CASE owner WHEN '{large}' THEN 10 ELSE {turns} / {small_turns} END) AS session_id,
    first.text || ' ' || second.text AS question, first.words || second.words AS question_words,
    first.vector AS question_vector, third.text || ' ' || first.text AS answer,
    third.words || first.words AS answer_words, third.vector AS answer_vector, {began} + drawn.n * 60 AS at
FROM (
    SELECT n, CASE WHEN n % 10 = 0 THEN '{large}' WHEN n % ({turns} / {small_turns}) = 1 THEN '{small}'
        ELSE 'user' || n % (1 + {turns} / {small_turns}) END AS owner,
        floor(random() * {sentences})::int AS a, floor(random() * {sentences})::int AS b,
        floor(random() * {sentences})::int AS c
    FROM generate_series(0, {turns} - 1) AS n OFFSET 0
) AS drawn JOIN sentence AS first ON first.n = a JOIN sentence AS second ON second.n = b
    JOIN sentence AS third ON third.n = c ORDER BY drawn.n;
INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, user_id, session_data, created_at, updated_at)
    SELECT session_id, 'agent', 'agentmem', owner, '{{"session_name": "A talk"}}', min(at), max(at) FROM turn GROUP BY 1, 4;
INSERT INTO ai.agno_runs (run_id, session_id, run_type, agent_id, user_id, status, run_index, run_data, created_at)
    SELECT run_id, session_id, 'agent', 'agentmem', owner, 'COMPLETED', n,
    jsonb_build_object('content', answer, 'input', question), at FROM turn;
INSERT INTO agentmem.messages (message_id, user_id, session_id, run_id, role, at, text, words)
    SELECT 2 * n + 1, owner, session_id, run_id, 'user', at, question, question_words FROM turn
    UNION ALL SELECT 2 * n + 2, owner, session_id, run_id, 'assistant', at, answer, answer_words FROM turn ORDER BY 1;
INSERT INTO agentmem.message_vectors
    SELECT 2 * n + 1, '{embedder}', question_vector FROM turn
    UNION ALL SELECT 2 * n + 2, '{embedder}', answer_vector FROM turn ORDER BY 1;
INSERT INTO agentmem.memory_details (memory_number, memory_id, user_id, text, kind, topics, status, run_id, said_at,
    created_at, updated_at, same_hash, words)
    SELECT n + 1, 'm' || n, owner, question, 'fact', '[]', 'active', run_id, at, at, at, 'h' || n, question_words
    FROM turn WHERE n % {of_memory} = 0;
INSERT INTO agentmem.memory_vectors SELECT n + 1, '{embedder}', question_vector FROM turn WHERE n % {of_memory} = 0;
INSERT INTO agentmem.memory_ledger (batch_id, user_id, memory_id, at, actor, action, after, run_id)
    SELECT 'b' || n, owner, 'm' || n, at, 'offline', 'add', '{{}}', run_id FROM turn WHERE n % {of_memory} = 0;
DROP TABLE turn;
"""
_PASSAGES = "document_id, page_index, position, text, embedder, vector, words"
_PASSAGE_TYPES = ("text", "int4", "int4", "text", "text", "bytea", "int4[]")


class Sentences:
    """Real sentences, with their packed words, their distinct words and their vectors, shape (SENTENCES, 256)."""

    def __init__(self, chance: random.Random) -> None:
        lines = {line.split("\t")[-1] for path in sorted(VOICES.glob("en-*.txt")) for line in _said(path)}
        self.texts = chance.sample(sorted(line for line in lines if len(line) > 20), SENTENCES)
        self.words = [packed(text) for text in self.texts]
        self.vectors = embed(self.texts)


def _said(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if "\t" in line and not line.startswith("#")]


def fill_turns(url: str, sentences: Sentences, turns: int) -> None:
    """Put the turns in."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no trigger, no foreign key is looked up
        cursor.execute("CREATE TEMP TABLE sentence (n int PRIMARY KEY, text text, words bytea, vector bytea)")
        with cursor.copy("COPY sentence FROM STDIN") as copy:
            for number, text in enumerate(sentences.texts):
                copy.write_row(
                    (number, text, sentences.words[number], sentences.vectors[number].astype("f2").tobytes())
                )
        cursor.execute("ANALYZE sentence")
        cursor.execute(
            _TURNS.format(
                turns=turns,
                sentences=SENTENCES,
                session=TURNS_OF_A_SESSION,
                large=LARGE,
                small=SMALL,
                small_turns=OF_SMALL,
                began=BEGAN,
                embedder=EMBEDDER,
                of_memory=TURNS_OF_A_MEMORY,
            )
        )


def fill_passages(url: str, sentences: Sentences, passages: int, chance: random.Random) -> None:
    """Put the passages in, and their documents."""
    drawing = np.random.default_rng(4)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET maintenance_work_mem = '1GB'")
        ((by_word,),) = cursor.execute("SELECT pg_get_indexdef('agentmem.passages_by_word'::regclass)")
        cursor.execute("DROP INDEX agentmem.passages_by_word")  # made at once it takes a tenth of the time
        for start in range(0, passages, BATCH):
            with cursor.copy(f"COPY agentmem.passages ({_PASSAGES}) FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(_PASSAGE_TYPES)
                for place, (text, words, vector) in enumerate(
                    drawn(sentences, drawing, min(BATCH, passages - start)), start
                ):
                    at = place % OF_A_DOCUMENT
                    copy.write_row((f"d{place // OF_A_DOCUMENT}", at // 3, at, text, EMBEDDER, vector, numbers(words)))
        cursor.execute(by_word)
        for number in range(-(-passages // OF_A_DOCUMENT)):
            name = " ".join(chance.sample(chance.choice(sentences.texts).split(), 2))
            cursor.execute(
                "INSERT INTO agentmem.documents (document_id, path, title, sha256, size, modified_ns, pages, passages,"
                " status, detail, ingested_at, name_words, first_page_words) SELECT %s, %s, %s, '', 1, 1, 1, 1,"
                " 'indexed', '', 1, %s, words FROM agentmem.passages WHERE document_id = %s AND position = 0",
                (f"d{number}", f"/{number}", f"{name}.txt", numbers(packed(name)), f"d{number}"),
            )
        cursor.execute("INSERT INTO agentmem.knowledge_state VALUES ('generation', '1')")


def numbers(words: bytes) -> list[int]:
    """Packed words as PostgreSQL has them."""
    found: list[int] = np.frombuffer(words, np.int32).tolist()
    return found


def drawn(sentences: Sentences, drawing: np.random.Generator, count: int) -> Iterator[tuple[str, bytes, bytes]]:
    """The text, packed words and vector of so many passages."""
    chosen = drawing.integers(0, SENTENCES, (count, SENTENCES_OF_A_PASSAGE))
    vectors = sentences.vectors[chosen].sum(axis=1)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    for places, vector in zip(chosen.tolist(), vectors.astype(np.float32), strict=True):
        text = " ".join(sentences.texts[each] for each in places)
        yield text, b"".join(sentences.words[each] for each in places), vector.tobytes()


def questions_of(sentences: Sentences, chance: random.Random) -> list[str]:
    """What is asked: some words of a sentence, in their order."""
    asked = []
    for text in chance.sample(sentences.texts, QUESTIONS):
        words = text.split()
        kept = sorted(chance.sample(range(len(words)), min(6, len(words))))
        asked.append(f"What about {' '.join(words[each] for each in kept)}?")
    return asked


def measure_recall(settings: Settings, database: Database, questions: list[str]) -> None:
    """The first recall of a user, and those after it."""
    index = UserIndex(database, settings.user)

    def ask(question: str) -> None:
        recall_block(recall_for(database, settings.user, question, index=index), "0a1b2c3d")

    database.close()
    began = time.perf_counter()
    ask(questions[0])
    print(f"{settings.user}: first recall, reads all into memory: {(time.perf_counter() - began) * 1000:,.0f} ms")
    report(f"{settings.user}: recall", ask, questions)
    with queries_noted(database) as noted:
        ask(questions[1])
    show_plans(database, noted)


def measure_search(settings: Settings, database: Database, questions: list[str]) -> None:
    """The search of the agent's tool, the nearest points, and how many of the exactly nearest they are."""
    index = PostgresPassageIndex(database)
    began = time.perf_counter()
    index.bring_in_step()
    print(f"points and their index brought in step in {time.perf_counter() - began:.0f} s")
    searcher = Searcher(database, settings)
    began = time.perf_counter()
    searcher.search(questions[0])
    print(f"first search: {(time.perf_counter() - began) * 1000:,.0f} ms")
    report("search", searcher.search, questions)
    vectors = embed(questions)
    report("nearest points", lambda question: index.nearest(vectors[questions.index(question)], NEAREST), questions)
    found = [index.nearest(vector, NEAREST) or [] for vector in vectors]
    shares = [len({*near} & exact) / NEAREST for near, exact in zip(found, exactly(database, vectors), strict=True)]
    print(f"of the {NEAREST} exactly nearest passages: {np.mean(shares):.4f}")
    with queries_noted(database) as noted:
        Searcher(database, settings).search(questions[1])
    show_plans(database, noted)


def exactly(database: Database, vectors: np.ndarray) -> list[set[int]]:  # type: ignore[type-arg]  # float32, (questions, 256)
    """The passages whose vectors are nearest to each of these, by comparing all."""
    best = np.zeros((len(vectors), 0)), np.zeros((len(vectors), 0), np.int64)
    last = 0
    while rows := database.read(
        "SELECT passage_id, vector FROM passages WHERE passage_id > ? ORDER BY passage_id LIMIT ?", (last, 5 * BATCH)
    ):
        numbers = np.array([row["passage_id"] for row in rows])
        matrix = np.frombuffer(b"".join(row["vector"] for row in rows), np.float32).reshape(-1, DIMENSIONS)
        scores = np.concatenate([best[0], vectors @ matrix.T], axis=1)
        ids = np.concatenate([best[1], np.broadcast_to(numbers, (len(vectors), len(numbers)))], axis=1)
        places = np.argsort(-scores, axis=1)[:, :NEAREST]
        best = np.take_along_axis(scores, places, 1), np.take_along_axis(ids, places, 1)
        last = int(numbers[-1])
    return [set(each) for each in best[1].tolist()]


def report(name: str, ask: Callable[[str], object], questions: list[str]) -> None:
    """Median, p95 and slowest; and the CPU time of both sides, which other work on the machine does not lengthen."""
    taken, used = [], cpu_seconds()
    for question in questions:
        began = time.perf_counter()
        ask(question)
        taken.append((time.perf_counter() - began) * 1000)
    used = (cpu_seconds() - used) / len(questions) * 1000
    taken.sort()
    p95 = taken[int(0.95 * (len(taken) - 1))]
    print(
        f"{name:<28} p50 {taken[len(taken) // 2]:7.1f} ms, p95 {p95:7.1f}, slowest {taken[-1]:7.1f}; CPU {used:.1f}",
        flush=True,
    )


def cpu_seconds() -> float:
    """What this process and every PostgreSQL server of the machine have used."""
    servers = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            name, _, rest = path.read_text().rpartition(")")
            if name.endswith("(postgres"):
                servers += sum(map(int, rest.split()[11:13]))
    return time.process_time() + servers / os.sysconf("SC_CLK_TCK")


def show_plans(database: Database, noted: list[tuple[str, tuple[object, ...]]]) -> None:
    """How each table is read."""
    steps = {line.strip(" ->") for statement in noted for line in plan_of(database, statement).splitlines()}
    print("  " + "\n  ".join(sorted(step for step in steps if "Scan" in step)))


@contextmanager
def served(folder: Path, *, keeps_defaults: bool) -> Iterator[PostgresServer]:
    """A server with as much memory as one for so many rows has, or with PostgreSQL's own defaults."""
    server = PostgresServer(folder)
    if not keeps_defaults:
        server.configure(
            "shared_buffers = '4GB'", "maintenance_work_mem = '3GB'", "max_wal_size = '16GB'", restart=True
        )
    try:
        yield server
    finally:
        server.stop()


def main() -> None:
    """Fill and measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--turns", type=int, default=1_000_000)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--keep-defaults", action="store_true", help="of the server's memory")
    given = parser.parse_args()
    chance = random.Random(4)  # noqa: S311 -- the same texts in every run
    sentences = Sentences(chance)
    questions = questions_of(sentences, chance)
    with TemporaryDirectory() as home, nullcontext(given.folder) if given.folder else TemporaryDirectory() as folder:
        with served(Path(folder), keeps_defaults=given.keep_defaults) as server:
            environment = {"AGENTMEM_HOME": home, "AGENTMEM_DB": server.url}
            settings = {user: load_settings(user=user, environ=environment) for user in (LARGE, SMALL)}
            database = open_database(settings[LARGE])
            made = database.read("SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM passages)")[0]
            if not made[0] and given.turns:
                timed("turns put in", lambda: fill_turns(server.url, sentences, given.turns))
            if not made[1] and given.passages:
                timed("passages put in", lambda: fill_passages(server.url, sentences, given.passages, chance))
            timed("vacuumed", lambda: database.connection.execute("VACUUM ANALYZE"))
            for each in settings.values() if given.turns else ():
                measure_recall(each, database, questions)
            if given.passages:
                measure_search(settings[LARGE], database, questions)
            database.close()


def timed(what: str, act: Callable[[], object]) -> None:
    """Do it, and say how long it took."""
    began = time.perf_counter()
    act()
    print(f"{what}: {time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
