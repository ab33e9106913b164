"""The shape of the program: rooms, owners of libraries, what loads at start, and what the repository holds."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from subprocess import DEVNULL, run

import pytest
from harness.anthropic_server import AnthropicServer
from harness.command_line import Result
from harness.environment import process_environment

from agentmem_cli import errors

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "agentmem_cli"
MODULES = sorted(PACKAGE.rglob("*.py"))

OWNERS = {
    "prompt_toolkit": {"terminal"},
    "rich": {"terminal"},
    "markdown_it": {"terminal"},
    "chromadb": {"knowledge", "embedding"},
    "pypdf": {"reading"},
    "pypdfium2": {"reading"},
    "chardet": {"reading"},
    "lxml": {"reading"},
    "docx": {"reading"},
    "pptx": {"reading"},
    "openpyxl": {"reading"},
    "rapidocr": {"reading"},
    "wordllama": {"embedding"},
    "tokenizers": {"embedding"},
    "safetensors": {"embedding"},
    "numpy": {"embedding", "knowledge", "language", "memories", "reading", "recall"},
    "Stemmer": {"language"},
    "anthropic": {"agent"},
    "sqlite3": {"storage"},
    "psycopg": {"storage"},
    "sqlalchemy": {"library"},
    "platformdirs": {"settings.py"},
    "filelock": {"storage"},
    "tomlkit": {"config_file.py"},
    "typer": {"commands", "main.py"},
}
"""The rooms, or modules beside them, that may import a library."""

FREE_NAMES = {"sqlite3": {"sqlite_version"}}
"""What others may name of a library: the types of what its owner hands them, and its version."""

WRITERS = {"terminal"}
"""What may write to stdout: the terminal's room."""

HEAVY = [
    *("rich", "prompt_toolkit", "sqlalchemy", "agno", "anthropic", "chromadb", "wordllama", "numpy"),
    *("tokenizers", "safetensors"),
    *("dateparser", "pydantic", "pypdf", "pypdfium2", "platformdirs", "rapidocr"),
    *("chardet", "lxml", "docx", "pptx", "openpyxl", "psycopg"),
]

TOP_LEVEL = {"agentmem_cli", "tests", "knowledge", "pyproject.toml", "README.md"}


class TestRooms:
    """Imports go one way, and a library has one owner."""

    def test_layers(self, capsys: pytest.CaptureFixture[str]) -> None:
        """No room imports one above it: the contract is in pyproject.toml."""
        from importlinter.cli import lint_imports

        failed = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
        assert 0 == failed, capsys.readouterr().out

    @pytest.mark.parametrize("library", OWNERS)
    def test_owners(self, library: str) -> None:
        """Only its owner imports a library, in functions too."""
        importing = {_room(module) for module in MODULES if _uses(module, library)}
        assert set() == importing - OWNERS[library]

    def test_only_the_terminal_writes(self) -> None:
        """Nothing prints, or touches stdout or stderr, but the terminal's room."""
        writing = [module for module in MODULES if any(map(_writes, _nodes(module)))]
        assert [] == [module for module in writing if {_room(module), _path(module)}.isdisjoint(WRITERS)]

    def test_sql_names_what_it_selects_from(self) -> None:
        """PostgreSQL before 16 takes no subquery without a name, and the tests run on a later one."""
        nameless = [
            (_path(module), text)
            for module in MODULES
            for text in filter(None, map(_text, _nodes(module)))
            if any(not _NAMED.match(after) for after in _behind_subqueries(text))
        ]
        assert [] == nameless


class TestStart:
    """Nothing heavy is loaded before it is needed."""

    @pytest.mark.parametrize("words", ["--help", "sessions list", "memories list"])
    def test_nothing_heavy_is_loaded(self, home: Path, words: str) -> None:  # noqa: ARG002 -- its environment
        """After a quick command none of the heavy packages is in `sys.modules`."""
        assert set() == _loaded_by(words.split())

    def test_the_package_is_free(self) -> None:
        """To import it loads nothing; `build_agent` is imported when it is asked for."""
        asked = "import sys, agentmem_cli; print(*sys.modules); agentmem_cli.build_agent; print(*sys.modules)"
        ended = run(
            [sys.executable, "-c", asked], env=process_environment(), capture_output=True, text=True, check=True
        )
        before, after = ended.stdout.splitlines()
        assert set() == {name for name in before.split() if name.startswith("agentmem_cli.")}.union(HEAVY) & set(
            before.split()
        )
        assert {"agno", "sqlalchemy"} <= set(after.split())

    def test_an_offline_answer_loads_no_agent(self, home: Path, cli: Callable[..., Result]) -> None:  # noqa: ARG002
        """It needs what judges a sentence and what embeds one, and neither Agno nor a provider nor Chroma."""
        cli("chat", "-p", "My dog is called Rex and I live in Oslo.")
        for message in ("hi", "What is my dog called?"):
            assert {"numpy", "safetensors", "tokenizers"} == _loaded_by(["chat", "-p", message])

    def test_a_model_waits_for_no_search(
        self, cli: Callable[..., Result], tmp_path: Path, anthropic: AnthropicServer
    ) -> None:
        """An answer of Claude's that searches no document needs no embedder, no Chroma and no database of Agno's."""
        (tmp_path / "note.txt").write_text("The garden gate is green.", encoding="utf-8")
        cli("ingest", str(tmp_path / "note.txt"))
        anthropic.reply("Hello.")
        loaded = _loaded_by(["chat", "-p", "--memory", "off", "hi"])
        assert {"agno", "anthropic"} <= loaded
        assert set() == loaded & {"sqlalchemy", "chromadb", "wordllama", "safetensors", "prompt_toolkit", "pypdf"}


class TestErrors:
    """The drawing of the exception tree is true."""

    def test_the_drawn_tree(self) -> None:
        """Each drawn class has the drawn parent and exit code, and none is missing."""
        real = {each: (each.__base__.__name__, int(each.exit_code)) for each in _family(errors.AgentmemError)}
        expected = {each.__name__: drawn for each, drawn in real.items() if each.__module__ == errors.__name__}
        assert expected == dict(_drawn_tree(errors.__doc__ or ""))


class TestRepository:
    """What is in the repository, and what the project stands on."""

    def test_every_dependency_has_a_reason(self) -> None:
        """Each line of the dependencies says what it is for."""
        text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        lines = text.split("\ndependencies = [\n")[1].split("\n]")[0].splitlines()
        assert [] == [line for line in lines if not re.search(r'",\s+# \w', line)]

    def test_the_top_level(self) -> None:
        """Only the agreed names, and dot files, are tracked; so no lock file is."""
        listed = run(
            ["git", "-c", f"safe.directory={ROOT}", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        tracked = {path.split("/")[0] for path in listed.stdout.splitlines()}
        assert set() == {name for name in tracked - TOP_LEVEL if not name.startswith(".")}

    def test_the_readme_and_the_check_agree(self) -> None:
        """`.ci/run` runs the test command that the README gives."""
        (command,) = set(re.findall(r"pip install uv && uv run .*pytest", (ROOT / "README.md").read_text("utf-8")))
        check = ROOT / ".ci" / "run"
        assert f"\n{command} || exit\n" in check.read_text(encoding="utf-8")
        assert os.access(check, os.X_OK)


def _loaded_by(words: list[str]) -> set[str]:
    """Which of the heavy packages are loaded at the end of a command line in a process of its own."""
    program = (
        "import sys; from agentmem_cli.main import run; code = run(sys.argv[1:]);"
        "print(*sys.modules, sep='\\n', file=sys.stderr); sys.exit(code)"
    )
    ended = run(
        [sys.executable, "-c", program, *words],
        env=process_environment(),
        stdin=DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == ended.returncode, ended.stderr
    return set(HEAVY).intersection(ended.stderr.split("\n"))


def _room(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0]


def _path(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


@cache
def _nodes(module: Path) -> list[ast.AST]:
    """Everything in a module that is run: not what stands under `if TYPE_CHECKING`."""
    waiting: list[ast.AST] = [ast.parse(module.read_text(encoding="utf-8"))]
    nodes = []
    while waiting:
        node = waiting.pop()
        for_types = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        if not for_types:
            nodes.append(node)
            waiting.extend(ast.iter_child_nodes(node))
    return nodes


def _uses(module: Path, library: str) -> bool:
    """Whether a module imports a library for more than the names of its types."""
    imported: set[str] = set()
    for node in _nodes(module):
        if isinstance(node, ast.ImportFrom) and _root(node.module) == library:
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.Import) and any(_root(alias.name) == library for alias in node.names):
            imported.update(_attributes(module, library) or {library})
    return not imported <= FREE_NAMES.get(library, set())


def _attributes(module: Path, library: str) -> set[str]:
    """What is written after `library.` in a module."""
    return {
        node.attr
        for node in _nodes(module)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == library
    }


def _text(node: ast.AST) -> str:
    """The text of a literal, with `x` for each place that is filled in; empty for anything else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _behind_subqueries(sql: str) -> Iterator[str]:
    """What stands behind each `FROM (...)` and `JOIN (...)` that ends in this text."""
    for opening in re.finditer(r"\b(?:FROM|JOIN) \(", sql):
        depth = 1
        for place in range(opening.end(), len(sql)):
            depth += {"(": 1, ")": -1}.get(sql[place], 0)
            if depth == 0:
                yield sql[place + 1 :]
                break


_NAMED = re.compile(r"\s+(?:AS\s+)?(?!(?:WHERE|ORDER|GROUP|ON|UNION|LIMIT)\b)\w")


def _root(name: str | None) -> str:
    return (name or "").split(".")[0]


def _writes(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "print"
    is_of_sys = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sys"
    return is_of_sys and node.attr in {"stdout", "stderr"}


def _family(parent: type[errors.AgentmemError]) -> Iterator[type[errors.AgentmemError]]:
    yield parent
    for child in parent.__subclasses__():
        yield from _family(child)


def _drawn_tree(docstring: str) -> Iterator[tuple[str, tuple[str, int]]]:
    """(class, (parent, exit code)) for each line of the drawing; four columns of it are one generation."""
    line_of = {0: "Exception"}
    for branch, name, code in re.findall(r"^    ([ │├└─]*)(\w+) +(\d+)\b", docstring, re.MULTILINE):
        generation = len(branch) // 4 + 1
        line_of[generation] = name
        yield name, (line_of[generation - 1], int(code))
