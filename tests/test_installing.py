"""The way to add a package is that in which the program was installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agentmem_cli.installing import Installation, install_command

UV = "home = /usr/bin\nuv = 0.9.0\n"
RECEIPT = '[tool]\nrequirements = [{ name = "agentmem-cli", extras = ["ocr"] }]\n'
EDITABLE = {"url": "file:///src/agentmem", "dir_info": {"editable": True}}
FOLDER = {"url": "file:///src/agentmem", "dir_info": {}}
GIT = {"url": "https://example.org/a.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}}


@pytest.mark.parametrize(
    ("files", "environ", "origin", "by_extra", "by_package"),
    [
        (
            {"pyvenv.cfg": UV},
            {"UV": "uv", "UV_RUN_RECURSION_DEPTH": "1"},
            EDITABLE,
            "uv run --extra openai agentmem",
            "uv run --with cohere agentmem",
        ),
        ({"pyvenv.cfg": UV}, {}, EDITABLE, "uv run --extra openai agentmem", "uv run --with cohere agentmem"),
        (
            {"pyvenv.cfg": UV, "uv-receipt.toml": RECEIPT},
            {},
            {},
            "uv tool install 'agentmem-cli[ocr,openai]'",
            "uv tool install --with cohere 'agentmem-cli[ocr]'",
        ),
        (
            {"pyvenv.cfg": UV},
            {"UV": "uv"},
            {},
            "uvx --from 'agentmem-cli[openai]' agentmem",
            "uvx --with cohere --from agentmem-cli agentmem",
        ),
        ({"pipx_metadata.json": "{}"}, {}, {}, "pipx inject agentmem-cli openai", "pipx inject agentmem-cli cohere"),
        ({"pyvenv.cfg": UV}, {}, {}, "uv pip install 'agentmem-cli[openai]'", "uv pip install cohere"),
        ({}, {}, {}, "pip install 'agentmem-cli[openai]'", "pip install cohere"),
        ({}, {}, FOLDER, "pip install 'agentmem-cli[openai] @ file:///src/agentmem'", "pip install cohere"),
        ({}, {}, GIT, "pip install 'agentmem-cli[openai] @ git+https://example.org/a.git'", "pip install cohere"),
    ],
    ids=["uv run", "uv sync", "uv tool", "uvx", "pipx", "uv pip", "pip", "pip of a folder", "pip of a repository"],
)
def test_each_way(
    tmp_path: Path,
    files: dict[str, str],
    environ: dict[str, str],
    origin: dict[str, Any],
    by_extra: str,
    by_package: str,
) -> None:
    """By the extra where one brings the package, from where the program came; else by the package itself."""
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    at = Installation(tmp_path, environ, origin)
    assert (by_extra, by_package) == (install_command("openai", at), install_command("cohere", at))


@pytest.mark.parametrize(
    ("package", "extra"),
    [
        ("google-genai", "google"),
        ("google_genai", "google"),
        ("mistralai", "mistral"),
        ("xllamacpp", "local"),
        ("psycopg", "postgres"),
        ("rapidocr", "ocr"),
    ],
)
def test_which_extra(tmp_path: Path, package: str, extra: str) -> None:
    """The one that brings the package and the least beside it."""
    assert f"pip install 'agentmem-cli[{extra}]'" == install_command(package, Installation(tmp_path, {}, {}))
