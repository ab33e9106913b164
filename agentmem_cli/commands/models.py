"""`agentmem models`: which language models can be used here and now, and what the others need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from agentmem_cli.agent.choice import model_name
from agentmem_cli.agent.quiet import quiet_agno
from agentmem_cli.commands.options import AsJson, User
from agentmem_cli.errors import ConfigProblem
from agentmem_cli.installing import install_command
from agentmem_cli.records import OFFLINE
from agentmem_cli.settings import Settings, load_settings
from agentmem_cli.terminal.streams import progress, say_json, say_prose

if TYPE_CHECKING:
    from agentmem_cli.agent.model_servers import ModelServer
    from agentmem_cli.agent.providers import Provider

app = typer.Typer(rich_markup_mode=None, add_completion=False)
_WIDE = 11
"""Columns of the words before each line."""


@app.command()
def models(user: User = None, as_json: AsJson = False) -> None:
    """Show which language models can be used here, and what the others need. Calls no model."""
    settings = load_settings(user=user)
    wanted = settings.model
    try:
        chosen, problem = model_name(wanted, settings.base_url), None
    except ConfigProblem as error:
        chosen, problem = None, str(error)
    providers, servers = _found(settings)
    if as_json:
        shown = [{**each.as_json(), "usable": each.usable} for each in providers]
        asked = [each.as_json() for each in servers.values()]
        say_json({"model": chosen, "problem": problem, "providers": shown, "servers": asked})
        return
    _say("chat uses", chosen or f"{wanted}: {problem}")
    _say("usable", ", ".join([*(each.name for each in providers if each.usable), OFFLINE]))
    unusable = {each.name: _need(each) for each in providers if not each.usable}
    _say_servers(servers, unusable)
    _say_needs(unusable)


def _found(settings: Settings) -> tuple[list[Provider], dict[str, ModelServer]]:
    """The providers, and the servers by address; one whose server does not answer has that for its problem."""
    quiet_agno()
    with progress("Looking at") as show:
        show("the providers")
        from agentmem_cli.agent.model_servers import ask_servers, configured_servers
        from agentmem_cli.agent.providers import known_providers

        providers = known_providers()
        show("the servers")
        here = {each.server: each.name for each in providers if each.server and each.usable}
        servers = ask_servers({**here, **configured_servers(settings.base_url)})
    own = [replace(each, variables=()) if each.name in settings.base_url else each for each in providers]
    return [_with_server(each, servers) for each in own], servers


def _with_server(provider: Provider, servers: Mapping[str, ModelServer]) -> Provider:
    server = servers.get(provider.server or "")
    if server is None or server.problem is None:
        return provider
    return replace(provider, problem=f"a server at {server.url} ({server.problem})")


def _need(provider: Provider) -> str:
    """What a provider needs: a package, variables (one may do), or what else there is to say."""
    if provider.package:
        return install_command(provider.package)
    return ", ".join(provider.variables) or str(provider.problem)


def _say_servers(servers: Mapping[str, ModelServer], unusable: Mapping[str, str]) -> None:
    """A line for each that answers, and one for those that fail alike."""
    failing: dict[str, list[str]] = defaultdict(list)
    for each in servers.values():
        named = f"{each.url} ({each.provider})"
        if each.problem:
            failing[each.problem].append(named)
            continue
        needed = f" It needs: {unusable[each.provider]}." if each.provider in unusable else ""
        _say("server", f"{named}: {', '.join(each.models) or 'no models'}.{needed}")
    for problem, names in failing.items():
        _say("no server", f"{problem}: {', '.join(names)}")


def _say_needs(unusable: Mapping[str, str]) -> None:
    """A line for each thing that is missing, with the providers that it would make usable."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name, need in unusable.items():
        groups[need].append(name)
    for need, names in sorted(groups.items(), key=lambda group: group[0].startswith(("pip", "uv"))):
        _say("needs", f"{need}: {', '.join(names)}")


def _say(what: str, text: str) -> None:
    say_prose(f"{what:{_WIDE}}{text}", " " * _WIDE)
