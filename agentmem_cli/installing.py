"""How to add a package to this program, in the way in which the program was installed. Installs nothing.

Asked when a package is missing, never at start.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from shlex import quote
from typing import Any

DISTRIBUTION = "agentmem-cli"
_REQUIREMENT = re.compile(r"([\w.-]+).*; *extra == ['\"]([\w-]+)['\"]")


@dataclass(frozen=True, slots=True)
class Installation:
    """Where and from what the program was installed: its environment, and what its distribution says of itself."""

    prefix: Path
    environ: Mapping[str, str]
    origin: Mapping[str, Any]
    """The `direct_url.json` of PEP 610; empty for one that came from a package index."""

    @property
    def is_project(self) -> bool:
        """Whether it is a project's own environment, which uv keeps in step with `pyproject.toml`."""
        is_editable = bool(self.origin.get("dir_info", {}).get("editable"))
        return is_editable and (self.is_made_by_uv or "UV_RUN_RECURSION_DEPTH" in self.environ)

    @property
    def is_made_by_uv(self) -> bool:
        """Whether uv made the environment: there is no pip in it."""
        return "\nuv = " in _text(self.prefix / "pyvenv.cfg")

    @property
    def is_throwaway(self) -> bool:
        """Whether `uvx` made it for this one run."""
        return self.is_made_by_uv and "UV" in self.environ and "UV_RUN_RECURSION_DEPTH" not in self.environ

    def requirement(self, *extras: str) -> str:
        """The program with these extras, as an installer takes it, from where it came."""
        named = f"{DISTRIBUTION}[{','.join(extras)}]" if extras else DISTRIBUTION
        url = self.origin.get("url")
        if not url:
            return named
        version_control = self.origin.get("vcs_info", {}).get("vcs")
        return f"{named} @ {version_control}+{url}" if version_control else f"{named} @ {url}"

    @property
    def tool_extras(self) -> set[str]:
        """The extras of a `uv tool`, which the next install would take away."""
        receipt = tomllib.loads(_text(self.prefix / "uv-receipt.toml"))
        wanted = receipt.get("tool", {}).get("requirements", [])
        return {extra for each in wanted if each.get("name") == DISTRIBUTION for extra in each.get("extras", [])}


def this_installation() -> Installation:
    """The one that runs."""
    origin = metadata.distribution(DISTRIBUTION).read_text("direct_url.json")
    return Installation(Path(sys.prefix), os.environ, json.loads(origin) if origin else {})


def install_command(package: str, at: Installation | None = None) -> str:
    """The command that adds a package, by the extra of this program that brings it where there is one."""
    at = at or this_installation()
    extra = _extra_of(package)
    if (at.prefix / "uv-receipt.toml").exists():
        return _tool_command(at, package, extra)
    if (at.prefix / "pipx_metadata.json").exists():
        return f"pipx inject {DISTRIBUTION} {quote(package)}"
    if at.is_project:
        return f"uv run --extra {extra} agentmem" if extra else f"uv run --with {quote(package)} agentmem"
    wanted = quote(at.requirement(extra) if extra else package)
    if at.is_throwaway:
        return f"uvx --from {wanted} agentmem" if extra else f"uvx --with {wanted} --from {at.requirement()} agentmem"
    return f"uv pip install {wanted}" if at.is_made_by_uv else f"pip install {wanted}"


def _tool_command(at: Installation, package: str, extra: str | None) -> str:
    extras = at.tool_extras | ({extra} if extra else set())
    added = "" if extra else f" --with {quote(package)}"
    return f"uv tool install{added} {quote(at.requirement(*sorted(extras)))}"


def _extra_of(package: str) -> str | None:
    """The extra that brings a package; of several the one that brings the least."""
    brings: dict[str, list[str]] = {}
    for line in metadata.requires(DISTRIBUTION) or []:
        if found := _REQUIREMENT.match(line):
            brings.setdefault(found[2], []).append(_normal(found[1]))
    fitting = [extra for extra, packages in brings.items() if _normal(package) in packages]
    return min(fitting, key=lambda extra: len(brings[extra]), default=None)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
