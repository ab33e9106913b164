"""`agentmem config`: what is set, where each value comes from, and how to change it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from agentmem_cli.commands.candidates import setting_candidates, user_candidates, value_candidates
from agentmem_cli.commands.options import AsJson
from agentmem_cli.key_masking import without_keys
from agentmem_cli.setting_table import setting_named
from agentmem_cli.settings import chosen_settings, directories
from agentmem_cli.terminal.streams import note, say, say_json, say_table

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help="List, get and set what agentmem does by default.",
)
Key = Annotated[str, typer.Argument(metavar="KEY", help="A setting's name.", autocompletion=setting_candidates)]
OfUser = Annotated[
    str | None,
    typer.Option("--user", "-u", help="The settings of this user alone.", autocompletion=user_candidates),
]


@app.command()
def init(force: Annotated[bool, typer.Option("--force", "-f", help="Replace the file if it exists.")] = False) -> None:
    """Write a config.toml in which every setting stands, commented out."""
    from agentmem_cli.config_file import write_template

    path = directories()[1]
    write_template(path, force=force)
    note(f"Wrote {path}.")


@app.command("list")
def list_(user: OfUser = None, as_json: AsJson = False) -> None:
    """List every setting, its value, and where that comes from: a flag, the environment, the file or the default."""
    chosen = chosen_settings({"user": user})
    if as_json:
        say_json([each.as_json() for each in chosen])
    else:
        say_table(("KEY", "VALUE", "FROM"), [(each.key, _shown(each.value), each.source) for each in chosen])


@app.command()
def get(key: Key, user: OfUser = None, as_json: AsJson = False) -> None:
    """Print the value of one setting; an empty line where nothing is set."""
    setting_named(key)
    (chosen,) = [each for each in chosen_settings({"user": user}) if each.key == key]
    say_json(chosen.as_json()) if as_json else say(_shown(chosen.value, nothing=""))


@app.command("set")
def set_(
    key: Key,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="Its new value.", autocompletion=value_candidates)],
    user: OfUser = None,
) -> None:
    """Put a value into config.toml; its comments and order stay."""
    from agentmem_cli.config_file import set_value

    path = directories()[1]
    note(f"{_named(key, user)} = {_shown(set_value(path, key, value, user))} in {path}.")
    (chosen,) = [each for each in chosen_settings({"user": user}) if each.key == key]
    if not chosen.source.startswith(("config.toml", "--")):
        note(f"For now {chosen.source} says {_shown(chosen.as_json()['value'])}, and beats it.")


@app.command()
def unset(key: Key, user: OfUser = None) -> None:
    """Take a value out of config.toml."""
    from agentmem_cli.config_file import unset_value

    path = directories()[1]
    done = unset_value(path, key, user)
    note(f"{_named(key, user)} is no longer in {path}." if done else f"{_named(key, user)} is not in {path}.")


@app.command()
def path() -> None:
    """Print where config.toml is, or would be."""
    say(str(directories()[1]))


def _named(key: str, user: str | None) -> str:
    return f"{key} of {user}" if user else key


def _shown(value: Any, nothing: str = "-") -> str:
    """A value as it is typed, without a password; 120.0 is 120."""
    return nothing if value is None else f"{value:g}" if isinstance(value, float) else without_keys(str(value))
