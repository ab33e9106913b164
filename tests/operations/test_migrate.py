"""`agentmem migrate`: everything arrives in the other store, whichever the two are, and the source stays as it was."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from harness.command_line import Result, run_process, started_process
from harness.kept import kept_rows
from harness.postgres import PostgresServer
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem_cli.agent.undo import take_back_exchanges
from agentmem_cli.knowledge.words import word_index
from agentmem_cli.sessions.branches import last_run
from agentmem_cli.settings import load_settings
from agentmem_cli.storage import copying
from agentmem_cli.storage.copying import copy_all
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database, open_source, open_target
from agentmem_cli.storage.schema import first_tables
from agentmem_cli.storage.sqlite import SqliteDatabase

Cli = Callable[..., Result]
NewStore = Callable[[str], str]
WAYS = [("sqlite", "postgres"), ("postgres", "sqlite"), ("sqlite", "sqlite"), ("postgres", "postgres")]
QUESTIONS = [
    ("sessions", "list"),
    ("sessions", "list", "--trash"),
    ("sessions", "show", "home"),
    ("sessions", "search", "Oslo"),
    ("memories", "list"),
    ("memories", "pending"),
    ("memories", "history"),
    ("recall", "Where do I live?"),
    ("knowledge", "list"),
    ("knowledge", "search", "refund"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(), part, max_size=3),
    max_leaves=5,
)


@pytest.fixture
def new_store(
    postgres: PostgresServer,
    tmp_path: Path,
    home: Path,  # noqa: ARG001 -- its environment
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[NewStore]:
    """Make a place for a store of a kind, which nothing is in yet: a file's path, or a URL."""
    opened = []

    def make(kind: str) -> str:
        number = len(opened)
        opened.append(postgres.database(is_made=False) if kind == "postgres" else None)
        return opened[-1].__enter__() if opened[-1] else str(tmp_path / f"store{number}" / "agentmem.db")

    yield make
    monkeypatch.undo()
    for each in opened:
        if each:
            each.__exit__(None, None, None)


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Name the store that commands use from here on."""

    def name(place: str) -> None:
        monkeypatch.delenv("AGENTMEM_DB", raising=False)
        if place.startswith("postgresql:"):
            monkeypatch.setenv("AGENTMEM_DB", place)
        else:
            monkeypatch.setenv("AGENTMEM_HOME", str(Path(place).parent))

    return name


def fill(cli: Cli, folder: Path) -> None:
    """Sessions, one in the trash and one erased, an exchange that was taken back, memories of all kinds, documents."""
    for session, said in [
        ("home", "I live in Oslo and my dog is called Rex."),
        ("home", "I work in a clinic."),
        ("home", "I like cheese."),
        ("trash", "I drive a red tractor."),
        ("erased", "My locker is number twelve."),
    ]:
        assert 0 == cli("chat", "-p", "--session", session, said).code
    assert 0 == cli("chat", "-p", "--session", "home", "--memory", "review", "I play the cello.").code
    with closing(open_database(load_settings())) as database:
        take_back_exchanges(database, "sarah", [str(last_run(database, "sarah", "home"))], int(time.time()))
    assert 0 == cli("chat", "-p", "--session", "home", "--memory", "review", "I collect stamps.").code
    assert 0 == cli("sessions", "delete", "trash").code
    assert 0 == cli("sessions", "delete", "erased", "--purge", "--yes").code
    (memory,) = [each for each in cli("memories", "list", "--json").json() if "cheese" in each["text"]]
    assert 0 == cli("memories", "edit", memory["memory_id"], "I like old cheese.").code
    assert 0 == cli("memories", "pin", memory["memory_id"]).code
    (folder / "refunds.txt").write_text("Thirty days for a refund.\fNothing else.", encoding="utf-8")
    (folder / "empty.txt").write_text("", encoding="utf-8")
    assert "1 no text, 1 indexed" in cli("ingest", str(folder / "refunds.txt"), str(folder / "empty.txt")).out
    assert 0 == cli("recall", "dog").code  # makes the vectors


def answers(cli: Cli) -> dict[str, Any]:
    """What the store in use says to each question; BM25 of documents is not the same on both."""
    found = {" ".join(words): cli(*words, "--json").json() for words in QUESTIONS}
    for passage in found["knowledge search refund"]["passages"]:
        del passage["score"]
    return found


def file_bytes(place: str) -> list[bytes]:
    """The file of a store and its log."""
    return [Path(place + suffix).read_bytes() for suffix in ("", "-wal") if Path(place + suffix).exists()]


@pytest.mark.usefixtures("without_index")
@pytest.mark.parametrize(("kind", "other"), WAYS)
def test_everything_arrives(
    cli: Cli, new_store: NewStore, use: Callable[[str], None], tmp_path: Path, kind: str, other: str
) -> None:
    """Both answer the same, undo too, are numbered on alike, and the source is as it was."""
    source, target = new_store(kind), new_store(other)
    use(source)
    fill(cli, tmp_path)
    before = kept_rows()
    files = file_bytes(source) if kind == "sqlite" else []
    asked = answers(cli)
    assert all(asked.values()), asked

    moved = cli("migrate", "--to", target, "--json")

    assert (0, "") == (moved.code, moved.err)
    assert kept_rows() == before
    assert files == (file_bytes(source) if kind == "sqlite" else [])
    assert 0 < moved.json()["tables"]["taken_back_runs"]["rows"]
    assert 0 < moved.json()["tables"]["erased_keys"]["rows"]
    use(target)
    assert asked == answers(cli)
    verdicts = {each["name"]: each["verdict"] for each in cli("doctor", "--json").json()}
    assert {"ok"} == {verdicts[name] for name in ("database", "transcripts", "memories")}, verdicts
    ended = []
    for place in (source, target):
        use(place)
        undone = [cli("memories", "undo").out.split(" undo ")[1] for _ in range(4)]
        added = cli("memories", "add", "I have a boat.").code
        talked = cli("chat", "-p", "--session", "home", "I sail.").code
        texts = [each["text"] for each in cli("memories", "list", "--json").json()]
        ended.append((undone, added, talked, texts))
    assert ended[0] == ended[1]


def test_the_search_index_is_made(cli: Cli, new_store: NewStore, use: Callable[[str], None], tmp_path: Path) -> None:
    """For PostgreSQL in pgvector, and for a data folder in Chroma, though one of an older store is there."""
    first, target = new_store("sqlite"), new_store("postgres")
    use(first)
    (tmp_path / "refunds.txt").write_text("Thirty days for a refund.", encoding="utf-8")
    assert 0 == cli("ingest", str(tmp_path / "refunds.txt")).code
    assert 0 == cli("migrate", "--to", target).code
    assert 1 == rows_in(target, "passage_points")
    for each in Path(first).parent.glob("agentmem.*"):
        each.unlink()
    index = Path(first).parent / "chroma" / "current.json"
    marker = json.loads(index.read_text())
    assert 0 == cli("migrate", "--from", target).code
    assert marker["folder"] != json.loads(index.read_text())["folder"]
    assert "ok" == {each["name"]: each["verdict"] for each in cli("doctor", "--json").json()}["knowledge"]


@pytest.fixture
def talk(cli: Cli, new_store: NewStore, use: Callable[[str], None]) -> str:
    """A file with a hundred sessions, in use."""
    place = new_store("sqlite")
    use(place)
    lines = [{"session": f"s{number}", "role": "user", "content": f"Hello {number}"} for number in range(100)]
    assert 0 == cli("sessions", "import", "-", stdin="\n".join(map(json.dumps, lines))).code
    return place


@pytest.mark.parametrize("other", ["sqlite", "postgres"])
def test_cut_short_after_each_batch(
    talk: str, new_store: NewStore, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    """Each time it goes on where it was, and at the end all is there."""
    monkeypatch.setattr(copying, "_BATCH", 30)
    target = new_store(other)
    runs = 0
    with closing(open_source(talk, 1)) as source, closing(open_target(target, 1)) as filled:
        while True:
            runs += 1
            with suppress(KeyboardInterrupt):
                copied = copy_all(source, filled, word_index(filled).index_the_rest, stopping_after(1))
                break
    assert 10 < runs
    assert (True, 100) == (copied.went_on, copied.tables["messages"].rows)


def stopping_after(batches: int) -> Callable[[str], None]:
    """What is told of progress, and stops it with the next batch after these."""
    seen = []

    def show(state: str) -> None:
        seen.extend([state] if ": " in state else [])
        if len(seen) == batches:
            raise KeyboardInterrupt

    return show


def cut_short(source: str, target: str) -> None:
    """Begin a migration and leave it."""
    with (
        closing(open_source(source, 1)) as reading,
        closing(open_target(target, 1)) as filled,
        pytest.raises(KeyboardInterrupt),
    ):
        copy_all(reading, filled, word_index(filled).index_the_rest, stopping_after(1))


def test_killed(cli: Cli, new_store: NewStore, use: Callable[[str], None]) -> None:
    """A process that is killed leaves what the next run goes on with; until then no command takes it for a store."""
    source, target = new_store("sqlite"), new_store("postgres")
    use(source)
    lines = [{"session": f"s{number // 20}", "role": "user", "content": f"Hello {number}"} for number in range(4_000)]
    assert 0 == cli("sessions", "import", "-", stdin="\n".join(map(json.dumps, lines))).code
    with started_process("migrate", "--to", target) as child:
        while b"messages" not in noted(target):
            assert child.poll() is None
        child.kill()

    for words in (("sessions", "list"), ("chat", "-p", "hi"), ("doctor",)):
        refused = cli(*words, "--db", target)
        assert (1, True) == (refused.code, "is not whole" in refused.out + refused.err)
    assert 1 == cli("migrate", "--from", target, "--to", new_store("sqlite")).code
    ended = cli("migrate", "--to", target)
    assert 0 == ended.code, ended.err
    assert "Went on" in ended.out
    assert 4_000 == rows_in(target, "messages")


def rows_in(target: str, table: str) -> int:
    """How many rows a table on the server has."""
    with psycopg.connect(target) as connection:
        rows = connection.execute(f"SELECT 1 FROM agentmem.{table}")  # noqa: S608 -- named in this file
        return len(rows.fetchall())


def noted(target: str) -> bytes:
    """What the target says of a migration to it."""
    with suppress(psycopg.Error), psycopg.connect(target) as connection:
        rows = connection.execute("SELECT value FROM agentmem.knowledge_state WHERE key = 'migration'").fetchall()
        return b"".join(row[0].encode() for row in rows)
    return b""


class TestRefused:
    """What it does not do, each with one line that says why."""

    @pytest.mark.parametrize("other", ["sqlite", "postgres"])
    def test_a_target_with_data(self, cli: Cli, talk: str, new_store: NewStore, other: str) -> None:
        """Nothing of it is changed; what was migrated is such a target too."""
        target = new_store(other)
        assert 0 == cli("migrate", "--to", target).code
        refused(cli("migrate", "--from", talk, "--to", target), 2, "is not empty")

    def test_a_part_of_another(self, cli: Cli, talk: str, new_store: NewStore, use: Callable[[str], None]) -> None:
        """A migration of one store does not go on with another's."""
        target, other = new_store("postgres"), new_store("sqlite")
        cut_short(talk, target)
        use(other)
        assert 0 == cli("memories", "add", "Likes tea").code
        refused(cli("migrate", "--to", target), 2, f"a part of {talk}")

    def test_a_source_that_changed(self, cli: Cli, talk: str, new_store: NewStore) -> None:
        """What was copied before must still be so."""
        target = new_store("sqlite")
        cut_short(talk, target)
        with closing(sqlite3.connect(talk)) as connection, connection:
            connection.execute("UPDATE agno_sessions SET updated_at = 1")
        refused(cli("migrate", "--to", target), 1, "agno_sessions has changed")

    def test_a_target_that_changed(self, cli: Cli, talk: str, new_store: NewStore) -> None:
        """What another program did to the target is found at the end."""
        target = new_store("sqlite")
        cut_short(talk, target)
        with closing(sqlite3.connect(target)) as connection, connection:
            connection.execute("INSERT INTO erased_keys VALUES ('x')")
        refused(cli("migrate", "--to", target), 1, "erased_keys differs")

    @pytest.mark.parametrize(
        ("words", "code", "why"),
        [
            ((), 2, "into itself"),
            (("--to", "{talk}"), 2, "Both are"),
            (("--to", "{folder}"), 2, "Both are"),
            (("--to", "sqlite:///{talk}"), 2, "Both are"),
            (("--to", "mysql://bob:s3cret@x/y"), 2, "no URL of a store"),
            (("--to", "postgresql://bob:s3cret@127.0.0.1:1/x"), 1, "cannot be reached"),
            (("--from", "nowhere.db"), 3, "no file"),
            (("--from", __file__), 1, "is damaged"),
        ],
    )
    def test_a_place(self, cli: Cli, talk: str, words: tuple[str, ...], code: int, why: str) -> None:
        """The store itself, no store, and one that is not there; a password is not shown."""
        named = [each.format(talk=talk, folder=Path(talk).parent) for each in words]
        assert "s3cret" not in refused(cli("migrate", *named), code, why)

    def test_no_store(self, cli: Cli, talk: str, new_store: NewStore, tmp_path: Path) -> None:  # noqa: ARG002 -- in use
        """A database without our tables, and one of an older agentmem, which is not brought up to date."""
        refused(cli("migrate", "--from", new_store("postgres")), 3, "no store")
        older = tmp_path / "older.db"
        with closing(SqliteDatabase(older, lock_timeout=1)) as database, database.write() as connection:
            first_tables(connection)
            connection.execute("PRAGMA user_version = 1")
        content = older.read_bytes()
        refused(cli("migrate", "--from", str(older), "--to", new_store("sqlite")), 1, "an older agentmem")
        assert content == older.read_bytes()


def refused(result: Result, code: int, why: str) -> str:
    """What it said, when that was one line."""
    assert (code, "", 1) == (result.code, result.out, result.err.count("\n")), result
    assert why in result.err
    return result.err


class TestSource:
    """In which state it may be."""

    def test_one_that_is_written_to(self, cli: Cli, talk: str, new_store: NewStore) -> None:
        """What is committed is copied, though it stands only in the log; what is written meanwhile is not."""
        with closing(sqlite3.connect(talk)) as writer:
            writer.execute("INSERT INTO erased_keys VALUES ('committed')")
            writer.commit()
            writer.execute("INSERT INTO erased_keys VALUES ('later')")
            moved = cli("migrate", "--to", new_store("sqlite"), "--json")
        assert (0, 1) == (moved.code, moved.json()["tables"]["erased_keys"]["rows"])

    @pytest.mark.parametrize("kind", ["sqlite", "postgres"])
    def test_one_state(self, cli: Cli, talk: str, new_store: NewStore, kind: str) -> None:
        """Rows that come while it copies are left to the next time."""
        source = talk if kind == "sqlite" else new_store("postgres")
        if kind == "postgres":
            assert 0 == cli("migrate", "--to", source).code

        def write(_: str) -> None:
            with closing(open_target(source, 1)) as other, other.write() as connection:
                connection.execute("INSERT INTO erased_keys VALUES (?)", (str(time.monotonic_ns()),))

        with closing(open_source(source, 1)) as reading, closing(open_target(new_store("sqlite"), 1)) as filled:
            copied = copy_all(reading, filled, word_index(filled).index_the_rest, write)
        assert 0 == copied.tables["erased_keys"].rows

    def test_a_backup(self, cli: Cli, talk: str, new_store: NewStore, tmp_path: Path) -> None:  # noqa: ARG002 -- in use
        """A file that `agentmem backup` wrote is one too, in a folder that cannot be written to."""
        folder = tmp_path / "kept"
        folder.mkdir()
        assert 0 == cli("backup", str(folder / "copy.db")).code
        folder.chmod(0o500)
        target = new_store("sqlite")
        ended = run_process("migrate", "--from", str(folder / "copy.db"), "--to", target, without_root=True)
        folder.chmod(0o700)
        assert 0 == ended.code, ended.err
        assert [folder / "copy.db"] == list(folder.iterdir())

    def test_tables_of_others(self, cli: Cli, talk: str, new_store: NewStore) -> None:
        """They are told, and left."""
        with closing(sqlite3.connect(talk)) as connection, connection:
            connection.execute("CREATE TABLE agno_metrics (id TEXT)")
            connection.execute("INSERT INTO agno_metrics VALUES ('x')")
        moved = cli("migrate", "--to", new_store("postgres"))
        assert (0, "the table agno_metrics, 1 row" in moved.err) == (moved.code, True)


def rows_of(database: Database) -> list[list[Any]]:
    """The sessions of a store."""
    return [list(row) for row in database.read("SELECT session_data, summary FROM agno_sessions ORDER BY session_id")]


def test_what_postgresql_cannot_hold(cli: Cli, talk: str, new_store: NewStore, use: Callable[[str], None]) -> None:
    """NUL, half a surrogate pair, NaN and what is no JSON at all are made storable, and the rest stays."""
    with closing(sqlite3.connect(talk)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM agno_sessions WHERE session_id <> 's1'")
        connection.execute("UPDATE messages SET text = 'a' || char(0) || 'b'")
        connection.execute(
            "UPDATE agno_sessions SET summary = ?, session_data = ?",
            ("no json", r'{"n": [NaN, 1e999, 1e20, -0.0, 1.0], "t": "\u0000 \ud800 \ud83d\ude00", "b": 1, "a": null}'),
        )
    target = new_store("postgres")
    assert 0 == cli("migrate", "--to", target).code
    use(target)
    with closing(open_database(load_settings())) as database:
        ((data, summary),) = rows_of(database)
        texts = [row["text"] for row in database.read("SELECT text FROM messages")]
    wanted = {"n": [None, None, 10**20, 0.0, 1.0], "t": "\ufffd ? \U0001f600", "b": 1, "a": None}
    assert (wanted, "no json", ["a\ufffdb"]) == (json.loads(data), json.loads(summary), texts)


@settings(max_examples=4)
@given(st.lists(JSON, min_size=50, max_size=99))
def test_any_json(talk: str, new_store: NewStore, values: list[Any]) -> None:
    """Whatever stands in a column of JSON is the same on both sides, as their hashes say."""
    with closing(sqlite3.connect(talk)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM agno_sessions")
        connection.executemany(
            "INSERT INTO agno_sessions (session_id, session_type, session_data, created_at) VALUES (?, 'agent', ?, 1)",
            [(f"s{number}", json.dumps(value)) for number, value in enumerate(values)],
        )
    there, back = new_store("postgres"), new_store("sqlite")
    for source, target in ((talk, there), (there, back)):
        with closing(open_source(source, 1)) as reading, closing(open_target(target, 1)) as filled:
            copied = copy_all(reading, filled, word_index(filled).index_the_rest, lambda _: None)
        assert len(values) == copied.tables["agno_sessions"].rows
