"""The fixtures that every test may use, and the rules of the session: no network, none of the person's variables."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness.anthropic_server import AnthropicServer, serving
from harness.command_line import Result, run_here, run_process
from harness.environment import names_to_clear, temporary_folder
from harness.no_network import sitecustomize  # noqa: F401 -- importing it is what bans the network here
from harness.postgres import PostgresServer, postgres_served
from harness.real_model import real_model_served
from hypothesis import HealthCheck, settings

settings.register_profile(
    "steady",
    deadline=None,  # a slow machine is no error, and to shrink an example that was only slow took two minutes
    derandomize=True,  # the same examples on every machine; `--hypothesis-profile=default` looks for others
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,  # what an example leaves behind is what the next one has to stand
    ],
)
settings.load_profile("steady")

_FOLDER = temporary_folder()
if _FOLDER:  # the workers have it from the environment; Python itself, because pytest has asked it by now
    os.environ["TMPDIR"] = tempfile.tempdir = _FOLDER.name

BOTH_STORES = {"sessions", "memories", "recall", "library"}
BOTH_STORES |= {"test_abbreviations.py", "test_documents.py", "test_index_and_search.py", "test_ingest.py"}
BOTH_STORES |= {"test_vanished.py", "test_walls.py", "test_durability.py", "test_undo.py"}
BOTH_STORES |= {"test_killed_chats.py", "test_killed_upkeep.py", "test_many_terminals.py"}
BOTH_STORES |= {"test_erased.py", "test_poison.py", "test_user_walls.py"}
"""Folders and files of tests that run on both stores; one that opens SQLite's file itself is marked `sqlite`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Name the option here: pytest asks no folder below this one for options."""
    parser.addoption("--full", action="store_true", help="run tests/hard in the numbers of its promises")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in names_to_clear():
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))  # the anthropic client looks for a key in ~/.config too


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is promised of what is kept on both stores."""
    is_of_one = metafunc.definition.get_closest_marker("sqlite") is not None
    if "kept_in" in metafunc.fixturenames and not is_of_one and BOTH_STORES & set(metafunc.definition.path.parts):
        metafunc.parametrize("kept_in", ["sqlite", "postgres"], indirect=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server, started when the first test of a worker needs it."""
    with postgres_served() as server:
        yield server


@pytest.fixture
def kept_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where everything is kept: in a file, or in a PostgreSQL database that the environment names."""
    name = getattr(request, "param", "sqlite")
    if name == "sqlite":
        yield name
        return
    with request.getfixturevalue("postgres").database() as url:
        monkeypatch.setenv("AGENTMEM_DB", url)
        yield name


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept_in: str) -> Path:  # noqa: ARG001 -- its environment
    """Sarah's data folder, not yet made."""
    path = tmp_path / "home"
    monkeypatch.setenv("AGENTMEM_HOME", str(path))
    monkeypatch.setenv("AGENTMEM_USER", "sarah")
    return path


@pytest.fixture
def cli(home: Path) -> Callable[..., Result]:  # noqa: ARG001 -- its environment is what is needed
    """Run a command line in this process: `cli("sessions", "list", stdin="...")`."""
    return run_here


@pytest.fixture
def process(home: Path) -> Callable[..., Result]:  # noqa: ARG001 -- its environment is what is needed
    """Run a command line as a process: `process("sessions", "list", env={...}, without_root=True)`."""
    return run_process


@pytest.fixture
def without_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave Chroma out of an ingest, where the scan answers anyway: it takes a process and a second each time."""
    from agentmem_cli.knowledge import index, ingest, search

    for module in (index, ingest, search):
        monkeypatch.setattr(module, "bring_index_in_step", lambda *_: None)


@pytest.fixture
def anthropic(monkeypatch: pytest.MonkeyPatch) -> Iterator[AnthropicServer]:
    """A scripted Anthropic server that clients find by the environment. Every request must have been scripted."""
    with serving(AnthropicServer()) as server:
        _point_clients_at(server.url, monkeypatch)
        yield server
        assert [] == server.unscripted


@pytest.fixture(scope="session")
def real_model_url() -> Iterator[str]:
    """The real model, loaded when the first test of a worker needs it; `--dist loadfile` keeps a file on one."""
    with real_model_served() as url:
        yield url


@pytest.fixture
def real_model(real_model_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A real model that clients find by the environment as if it were Claude; its URL."""
    _point_clients_at(real_model_url, monkeypatch)
    return real_model_url


def _point_clients_at(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test-key")
