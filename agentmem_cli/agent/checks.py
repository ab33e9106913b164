"""What `agentmem doctor` can say about the language model and the libraries. Calls no model and shows no key."""

from __future__ import annotations

import platform
import sqlite3
from importlib import metadata

from agentmem_cli import __version__
from agentmem_cli.agent.choice import model_name
from agentmem_cli.records import OFFLINE
from agentmem_cli.settings import Settings
from agentmem_cli.storage.checks import Finding, Verdict

SHOWN = ("agno", "anthropic", "chromadb", "wordllama", "pypdf", "pypdfium2")


def check_model(settings: Settings) -> Finding:
    """Whether the model that a chat would use can be built: its provider, its package, Claude's key."""
    name = model_name(settings.model, settings.base_url)
    if name == OFFLINE:
        return Finding(
            Verdict.WARNING,
            "No language model: the offline model looks answers up in what is kept.",
            "Set ANTHROPIC_API_KEY, or name a model with --model provider:id or AGENTMEM_MODEL.",
        )
    from agentmem_cli.agent.models import build_model

    build_model(name, settings)
    return Finding(Verdict.OK, f"{name} (built, not called)")


def check_versions() -> Finding:
    """Which versions run, and whether each is in the range that agentmem was tested with."""
    from packaging.requirements import Requirement

    named = [Requirement(line) for line in metadata.requires("agentmem-cli") or []]
    requirements = [each for each in named if each.marker is None or each.marker.evaluate()]  # not those of extras
    installed = {each.name: metadata.version(each.name) for each in requirements}
    untested = [
        f"{each.name} {installed[each.name]}" for each in requirements if installed[each.name] not in each.specifier
    ]
    if untested:
        return Finding(
            Verdict.WARNING,
            f"Not tested with {', '.join(untested)}.",
            "Install agentmem again: `pip install --upgrade --force-reinstall agentmem-cli`.",
        )
    libraries = ", ".join(f"{name} {installed[name]}" for name in SHOWN)
    return Finding(
        Verdict.OK,
        f"agentmem {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {libraries}",
    )
