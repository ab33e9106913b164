"""`agentmem completion`: the script that makes a shell's TAB complete agentmem, and what that script asks at each TAB.

Not Typer's own scripts: the one for zsh has the shell evaluate what is offered, titles of sessions included, and
all of them load Rich (200 ms) to print it. Here the shell gets lines, `value TAB what it is`, and evaluates none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from agentmem_cli.commands.candidates import one_of
from agentmem_cli.errors import UsageProblem
from agentmem_cli.terminal.safe_text import safe_line
from agentmem_cli.terminal.streams import say, say_part, shortened

app = typer.Typer(rich_markup_mode=None, add_completion=False)
TEXT_COLUMNS = 60

BASH = r"""# In ~/.bashrc:  eval "$(agentmem completion bash)"
_agentmem() {
    local value text found=() word="${COMP_WORDS[COMP_CWORD]}"
    [[ $word == [:=] ]] && word=
    while IFS=$'\t' read -r value text; do
        printf -v value %q "$value"
        found+=("$value${text:+  ($text)}")
    done < <("${COMP_WORDS[0]/#\~/$HOME}" completion bash --word "$word" --line "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
    # What is listed may be explained, what is put into the line may not.
    if [[ ${#found[@]} -eq 1 || $COMP_TYPE -eq 37 || $COMP_TYPE -eq 42 ]]; then found=("${found[@]%%  (*}"); fi
    COMPREPLY=("${found[@]}")
}
complete -o nosort -o default -F _agentmem agentmem 2>/dev/null || complete -o default -F _agentmem agentmem
"""
ZSH = r"""# In ~/.zshrc:  eval "$(agentmem completion zsh)"
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -D }
_agentmem() {
    local value text
    local -a values shown
    while IFS=$'\t' read -r value text; do
        values+=("$value")
        shown+=("$value${text:+  -- $text}")
    done < <("${words[1]/#\~/$HOME}" completion zsh --line "${words[1,CURRENT]}" 2>/dev/null)
    if (( $#values )); then compadd -V agentmem -l -d shown -a values; else _files; fi
}
compdef _agentmem agentmem
"""
FISH = r"""# In ~/.config/fish/config.fish:  agentmem completion fish | source
function __agentmem_candidates
    set -l found (agentmem completion fish --line (commandline -cp | string collect) 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c agentmem -k -f -a '(__agentmem_candidates)'
"""
SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


@app.command()
def completion(
    ctx: typer.Context,
    shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh or fish.", autocompletion=one_of(*SCRIPTS))],
    line: Annotated[str | None, typer.Option("--line", hidden=True, help="Complete this, up to the cursor.")] = None,
    word: Annotated[str, typer.Option("--word", hidden=True, help="What of it bash will replace.")] = "",
) -> None:
    """Print the script that makes TAB complete commands, options and ids; `eval` it where your shell starts."""
    if shell not in SCRIPTS:
        raise UsageProblem(f"{shell!r} is no shell that can be completed for.", f"It is one of: {', '.join(SCRIPTS)}.")
    if line is None:
        say_part(SCRIPTS[shell])
        return
    for value, text in _candidates(ctx.find_root().command, line):
        say(f"{_to_insert(shell, value, line, word)}\t{shortened(text, TEXT_COLUMNS)}")


def _candidates(root: Any, line: str) -> Iterator[tuple[str, str]]:
    """What could stand at the end of the line, each with what it is; nothing where something goes wrong."""
    try:
        found = _resolved(root, line)
    except Exception:  # noqa: BLE001 -- a broken store or file must not write into the line that is being typed
        return
    for item in found:
        if safe_line(item.value) == item.value:
            yield item.value, " ".join(safe_line(item.help or "").split())


def _resolved(root: Any, line: str) -> list[Any]:
    """Click's own reading of the line: which command, and which option or argument is being typed."""
    from typer.completion import shell_completion as click  # type: ignore[attr-defined]  # vendored, no public name

    words = click.split_arg_string(line)[1:]
    typed = words.pop() if words and not line.endswith(" ") else ""
    if [*words, typed][0].startswith("-"):
        words = ["chat", *words]  # the default command
    if words and words[0] not in root.list_commands(None):
        return []
    context = click._resolve_context(root, {}, "agentmem", words)  # noqa: SLF001 -- public only for a shell class
    asked, typed = click._resolve_incomplete(context, words, typed)  # noqa: SLF001 -- as above
    return list(asked.shell_complete(context, typed))


def _to_insert(shell: str, value: str, line: str, word: str) -> str:
    """The value as the shell puts it in: of `--model=a:b` bash replaces what is behind the last of `=` and `:`."""
    typed = line.rsplit(" ", maxsplit=1)[-1]
    option, has_value, part = typed.partition("=")
    if not option.startswith("--") or not has_value:
        part = typed
    elif shell != "bash":
        return f"{option}={value}"
    kept = len(part) - len(word)
    return value[kept:] if shell == "bash" and part.endswith(word) and value.startswith(part) else value
