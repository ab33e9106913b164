"""A data folder in which others could put or read files is refused, with what to do."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from harness.command_line import run_here, run_process


def refused(folder: Path, said: str) -> None:
    """No command makes a file there, and `doctor` says the same."""
    for words in (("sessions", "list"), ("memories", "add", "Likes tea."), ("chat", "-p", "--model", "offline", "Hi.")):
        result = run_process(*words)
        assert (1, 1, True) == (result.code, result.err.count("\n"), said in result.err), result
    found = {each["name"]: each for each in json.loads(run_process("doctor", "--json").out)}["data folder"]
    assert ("failed", True) == (found["verdict"], said in found["found"])
    assert [] == list(folder.rglob("agentmem*"))


def test_a_folder_that_others_can_write_to(home: Path) -> None:
    """What is in it may be somebody else's; the remedy is the command to run."""
    home.mkdir()
    home.chmod(0o777)
    refused(home, "Other users can write")
    home.chmod(0o700)
    assert 0 == run_here("sessions", "list").code


def test_a_link_of_ones_own(home: Path, tmp_path: Path) -> None:
    """It may lead to a larger disk; what it leads to is looked at."""
    place = tmp_path / "disk"
    place.mkdir(mode=0o700)
    home.symlink_to(place)
    assert 0 == run_here("sessions", "list").code
    assert (place / "agentmem.db").exists()
    place.chmod(0o777)
    assert "Other users can write" in run_here("sessions", "list").err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
@pytest.mark.parametrize("of_others", ["folder", "group", "link"])
def test_a_folder_or_link_of_somebody_else(home: Path, tmp_path: Path, of_others: str) -> None:
    """They could read, change and swap what is stored."""
    place = tmp_path / "disk"
    place.mkdir(mode=0o700)
    if of_others == "link":
        home.symlink_to(place)
        os.chown(home, 12_345, 12_345, follow_symlinks=False)
    elif of_others == "folder":
        home.mkdir(mode=0o700)
        os.chown(home, 12_345, 12_345)
    else:
        home.mkdir()
        os.chown(home, -1, 12_345)
        home.chmod(0o770)
    refused(place, "Other users can write" if of_others == "group" else "belongs to another user")
