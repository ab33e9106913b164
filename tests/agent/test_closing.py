"""Letting go of the database while the conversation's thread still loads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import pytest
from harness.command_line import Result
from harness.waiting import wait_until

from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database


def test_another_threads_connection_stays_open(home: Path) -> None:  # noqa: ARG001 -- its environment is what is needed
    """To close one under a query would end the process by a segmentation fault; it is closed once its thread ends."""
    database = open_database(load_settings())
    with ThreadPoolExecutor(1) as thread:
        kept = thread.submit(lambda: database.connection).result()
        database.close()
        assert 1 == thread.submit(lambda: kept.execute("SELECT 1").fetchone()[0]).result()
    database.close()
    with pytest.raises(Exception, match="closed"):
        kept.execute("SELECT 1")


def test_two_threads_let_go_at_once(home: Path) -> None:  # noqa: ARG001 -- its environment
    """Each closes what the other has not: here the second comes while the first closes a connection."""
    database = open_database(load_settings())
    opened = [ThreadPoolExecutor(1) for _ in range(3)]
    connections = [each.submit(lambda: database.connection).result() for each in opened]
    for each in opened:
        each.shutdown()

    class Closing:
        def close(self) -> None:
            database.close()

    database._opened.insert(0, (Thread(), Closing()))
    database.close()
    for connection in connections:
        with pytest.raises(Exception, match="closed"):
            connection.execute("SELECT 1")


def test_the_last_to_let_go_closes_everything(home: Path) -> None:  # noqa: ARG001 -- its environment
    """A command may end before the thread that loads for it does, which then drops the database, and is not alone."""
    held = [open_database(load_settings())]
    kept = held[0].connection
    with ThreadPoolExecutor(1) as thread:
        thread.submit(held.clear).result()
    with pytest.raises(Exception, match="closed"):
        kept.execute("SELECT 1")


def test_a_refused_session_ends_in_order(cli: Callable[..., Result], process: Callable[..., Result]) -> None:
    """Another user's session is exit 3 and one line, though the packages still load when it is refused."""
    cli("chat", "-p", "--session", "s1", "Hello there")
    result = process("chat", "-p", "--model", "offline", "--user", "tom", "--session", "s1", "Hello there")
    assert (3, True) == (result.code, "belongs to another user" in result.err)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are not told here")
def test_nothing_stays_open(home: Path, cli: Callable[..., Result]) -> None:
    """A chat that is refused while it loads, and an incognito one, leave no connection to their process."""
    cli("chat", "-p", "--model", "offline", "--session", "s1", "Hello there")
    refused = cli("chat", "-p", "--model", "offline", "--user", "tom", "--session", "s1", "Hello there")
    incognito = cli("chat", "-p", "--model", "offline", "--incognito", "Where do I work?")
    assert (3, 0) == (refused.code, incognito.code)
    wait_until(lambda: not open_files(home))


def open_files(folder: Path) -> list[str]:
    """What this process has open there."""
    descriptors = Path("/proc/self/fd")
    names = [str(each.readlink()) for each in descriptors.iterdir() if each.is_symlink()]
    return [name for name in names if name.startswith(str(folder))]
