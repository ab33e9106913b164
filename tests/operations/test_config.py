"""`agentmem config` and what it changes: which value is in force, where it comes from, and the file's own words."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness.command_line import Result, run_here
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem_cli.setting_table import SETTINGS
from agentmem_cli.settings import load_settings

Cli = Callable[..., Result]


@pytest.fixture
def file(home: Path) -> Path:
    """Where the config file is; not yet made."""
    return home / "config.toml"


def listed(*options: str) -> dict[str, tuple[Any, str]]:
    """Every setting's value and source."""
    return {
        each["key"]: (each["value"], each["source"]) for each in run_here("config", "list", "--json", *options).json()
    }


def write(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)


def test_init_writes_a_template_that_changes_nothing(cli: Cli, file: Path) -> None:
    """Every setting stands in it, commented out, and each line is right as it is when it is uncommented."""
    before = listed()
    assert 0 == cli("config", "init").code
    assert before == listed()
    assert 0o600 == file.stat().st_mode & 0o777
    uncommented = "\n".join(line[2:] for line in file.read_text().splitlines() if " = " in line)
    assert {*SETTINGS} - {"user"} <= set(tomllib.loads(uncommented.rpartition("\nmodel")[0]))
    file.write_text(uncommented.rpartition("\nmodel")[0])
    load_settings()


def test_init_never_overwrites(cli: Cli, file: Path) -> None:
    """A file that is there is exit 2 and stays; --force replaces it."""
    write(file, 'model = "offline"\n')
    assert 2 == cli("config", "init").code
    assert 'model = "offline"\n' == file.read_text()
    assert 0 == cli("config", "init", "--force").code
    assert "offline" not in file.read_text().splitlines()[0]


def test_where_each_value_comes_from(cli: Cli, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flag, environment, the user's table, the file, default: in this order, and the list says which."""
    write(file, 'history = 4\ntheme = "dark"\ntimeout = 9.5\n[users.sarah]\nhistory = 5\n[users.tom]\nmodel = "a:b"\n')
    monkeypatch.setenv("AGENTMEM_THEME", "mono")
    found = listed()
    assert ("sarah", "AGENTMEM_USER") == found["user"]
    assert (5, "config.toml [users.sarah]") == found["history"]
    assert ("mono", "AGENTMEM_THEME") == found["theme"]
    assert (9.5, "config.toml") == found["timeout"]
    assert (30.0, "default") == found["lock_timeout"]
    assert (None, "default") == found["model"]
    toms = listed("--user", "tom")
    assert (("tom", "--user"), (4, "config.toml"), ("a:b", "config.toml [users.tom]")) == (
        toms["user"],
        toms["history"],
        toms["model"],
    )
    assert ["timeout", "9.5", "config.toml"] in [line.split() for line in cli("config", "list").out.splitlines()]
    assert (7, "dark") == (
        (load := load_settings(history=7, environ={"AGENTMEM_HOME": str(file.parent)})).history,
        load.theme,
    )


def test_get_prints_the_value_alone(cli: Cli) -> None:
    """A script gets the value, an empty line for none, and exit 4 with a suggestion for no setting."""
    assert ("20\n", "120\n", "\n") == tuple(cli("config", "get", key).out for key in ("history", "timeout", "model"))
    assert {"key": "theme", "value": "auto", "source": "default"} == cli("config", "get", "theme", "--json").json()
    result = cli("config", "get", "modle")
    assert (4, 'agentmem: There is no setting "modle". Did you mean "model"?\n') == (result.code, result.err)


def test_set_keeps_comments_and_order(cli: Cli, file: Path) -> None:
    """Only the value changes; a new one goes above the tables, a user's into that user's table."""
    write(file, '# mine\nhistory = 4  # few\n\n[users.tom]\n# his\nmodel = "a:b"\n')
    for words in (("history", "6"), ("theme", "dark"), ("timeout", "2.5")):
        assert 0 == cli("config", "set", *words).code
    cli("config", "set", "model", "offline", "--user", "tom")
    cli("config", "set", "memory", "off", "--user", "sarah")
    text = file.read_text()
    assert text.startswith("# mine\nhistory = 6  # few\n")
    assert '# his\nmodel = "offline"\n' in text
    assert {
        "history": 6,
        "theme": "dark",
        "timeout": 2.5,
        "users": {"tom": {"model": "offline"}, "sarah": {"memory": "off"}},
    } == tomllib.loads(text)


def test_set_in_the_template(cli: Cli, file: Path) -> None:
    """The line that is commented out becomes the value, also after it was taken out; never below a user's table."""
    cli("config", "init")
    before = file.read_text()
    cli("config", "set", "theme", "dark")
    assert before.replace('# theme = "auto"', 'theme = "dark"') == file.read_text()
    cli("config", "unset", "theme")
    cli("config", "set", "theme", "mono")
    file.write_text(file.read_text().replace("# [users.sarah]\n# model", "[users.sarah]\nmodel"))
    assert "mono" == tomllib.loads(file.read_text())["theme"]


def test_set_beside_a_text_that_looks_like_a_table(cli: Cli, file: Path) -> None:
    """A value over several lines is left whole."""
    write(file, 'model = """a:\n[b]\n"""\n')
    cli("config", "set", "theme", "mono")
    assert {"model": "a:\n[b]\n", "theme": "mono"} == tomllib.loads(file.read_text())


def test_set_says_what_beats_it(cli: Cli, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that the environment overrules is set all the same, and it says so."""
    monkeypatch.setenv("AGENTMEM_MODEL", "a:b")
    result = cli("config", "set", "model", "offline")
    assert f"model = offline in {file}.\nFor now AGENTMEM_MODEL says a:b, and beats it.\n" == result.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["theme", "pink"], "It is one of: auto, light, dark, mono."),
        (["history", "many"], "history cannot be 'many'"),
        (["histroy", "3"], 'Did you mean "history"?'),
        (["user", "a b"], "cannot be a user id"),
        (["user", "tom", "--user", "tom"], "cannot say whose"),
        (["model", "a:b", "--user", "a b"], "cannot be a user id"),
    ],
)
def test_set_refuses_what_cannot_be(cli: Cli, file: Path, words: list[str], says: str) -> None:
    """A wrong name or value is exit 4, and no file is made."""
    result = cli("config", "set", *words)
    assert (4, True, False) == (result.code, says in result.err, file.exists())


def test_unset(cli: Cli, file: Path) -> None:
    """A value goes, the rest stays; one that is not there is no failure, and a misspelt name can be taken out."""
    write(file, 'theme = "dark"  # cosy\nmodle = "x"\nhistory = 3\n')
    assert 4 == cli("config", "list").code
    assert 0 == cli("config", "unset", "modle").code
    assert "is no longer in" in cli("config", "unset", "theme").err
    assert "is not in" in cli("config", "unset", "theme").err
    assert "history = 3\n" == file.read_text()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('memroy = "off"', 'there is no setting "memroy". Did you mean "memory"?'),
        ('[users.sarah]\nmodle = "x"', '[users.sarah] there is no setting "modle"'),
        ('[users.sarah]\nuser = "x"', "[users.sarah] there is no setting"),
        ("users = 3", "users is no table"),
        ("[users]\nsarah = 3", "users is no table"),
        ("history = true", "history cannot be True"),
    ],
)
def test_a_file_that_is_wrong_is_not_passed_over(cli: Cli, file: Path, text: str, says: str) -> None:
    """Every command stops with exit 4: a misspelt `memory = "off"` would save what was not to be saved."""
    write(file, text)
    for words in (["config", "list"], ["sessions", "list"], ["chat", "-p", "I live in Oslo"]):
        result = cli(*words)
        assert (4, True) == (result.code, says in result.err)
    assert not (file.parent / "agentmem.db").exists()
    assert 4 == cli("config", "set", "memory", "off", "--user", "sarah").code or "memory" in file.read_text()


def test_set_in_a_file_that_is_no_toml(cli: Cli, file: Path) -> None:
    """It is refused as every command refuses it, and the file is not touched."""
    write(file, "model = ")
    assert (4, "model = ") == (cli("config", "set", "theme", "dark").code, file.read_text())


def test_a_link_stays_a_link(cli: Cli, file: Path, tmp_path: Path) -> None:
    """A config file that is kept elsewhere is changed there."""
    write(tmp_path / "kept.toml", "")
    file.parent.mkdir()
    file.symlink_to(tmp_path / "kept.toml")
    cli("config", "set", "theme", "light")
    assert (True, 'theme = "light"\n') == (file.is_symlink(), (tmp_path / "kept.toml").read_text())


def test_path_makes_nothing(cli: Cli, file: Path) -> None:
    """Where the file would be."""
    assert f"{file}\n" == cli("config", "path").out
    assert not file.parent.exists()


def test_a_folder_that_may_not_be_written(process: Cli, tmp_path: Path) -> None:
    """One line, exit 1."""
    (tmp_path / "closed").mkdir(mode=0o500)
    env = {"AGENTMEM_HOME": str(tmp_path / "closed")}
    result = process("config", "init", env=env, without_root=True)
    assert (1, True) == (result.code, "cannot be written" in result.err)
    assert [] == os.listdir(tmp_path / "closed")  # noqa: PTH208 -- as the shell sees it


@settings(max_examples=30)
@given(value=st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: text[0] != "-"))
def test_any_text_comes_out_as_it_went_in(cli: Cli, file: Path, value: str) -> None:
    """What is set is what is read, whatever the text."""
    assert 0 == cli("config", "set", "memory_model", value).code
    assert value == tomllib.loads(file.read_text(encoding="utf-8"))["memory_model"]
    assert value == cli("config", "get", "memory_model", "--json").json()["value"]
