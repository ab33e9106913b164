"""Which of ten memories does a newer statement make untrue? Run by hand.

    uv run --group dev python tests/bench/memory_updates.py [FILE]

Prints, for each set: the share of updates whose old memory is picked among ten of the same person (replaced at once,
or asked about), and the share of all statements that replace a memory that is still true, or ask about one. The
baselines pick the memory with the most words in common, and the one nearest by the configured embedder; both always
pick one.

The sets are in `memory_updates.txt`. "tuned" and "development" were read while the rules were made and the weights
fitted. "held out" was written afterwards: only its figures were read, four times, not its misses. Each set is run with
others that are alike, one of them about the same thing and still true, and with others by chance. Asking is cheap, and
"needless" counts it where it is most tempting; `memory_questions.py` counts it in real chats.
FILE holds other data as JSON lines: {"old", "new", "others": nine texts} for an update, and {"new", "others"} for a
statement that makes none of the others untrue.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agentmem_cli.embedding.configured import BUNDLED
from agentmem_cli.memories.conflict import find_conflict
from agentmem_cli.memories.sameness import plain_text
from agentmem_cli.records import Memory

NINE = 9
ALIKE = 3
"""Of the nine others: those with the most words in common with the new statement."""


@dataclass(frozen=True, slots=True)
class Case:
    """A new statement among ten memories. `old` is the one it makes untrue; None when it makes none untrue."""

    new: str
    old: str | None
    others: list[str]


def main() -> None:
    """Measure and print."""
    if len(sys.argv) > 1:
        show(sys.argv[1], list(cases_in(Path(sys.argv[1]))))
        return
    for name, cases in made_up_cases().items():
        show(f"{name}, others alike", cases, misses=name != "held out")
    for name, cases in made_up_cases(by_chance=True).items():
        show(f"{name}, others by chance", cases, misses=name != "held out")


def made_up_cases(*, by_chance: bool = False) -> dict[str, list[Case]]:
    """The cases of `memory_updates.txt` by the name of their set; `by_chance` is how their other memories are drawn."""
    _, *parts = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").split("\n# ")
    lines = {name: text.splitlines() for name, _, text in (part.partition("\n") for part in parts)}
    nears = [line.split(" ~ ")[1] for part in lines.values() for line in part if " ~ " in line]
    if by_chance:
        olds = [line.split(" => ")[0] for part in lines.values() for line in part if " => " in line]
        return {name: list(cases_by_chance(part, olds, nears)) for name, part in lines.items()}
    return {name: list(cases_of(part, nears)) for name, part in lines.items()}


def cases_by_chance(lines: list[str], olds: list[str], nears: list[str]) -> Iterator[Case]:
    """An update among nine memories drawn from the whole file, and a statement that is none among nine that stay true.

    An old memory of another pair may well be made untrue by the statement: "Is based in Berlin", "Lives in Oslo".
    """
    for line in lines:
        old, arrow, rest = line.partition(" => ")
        news = [rest.partition(" ~ ")[0]] if arrow else line.split(" | ") if " | " in line else []
        for new in news:
            others = sorted({*nears, *(olds if arrow else ())} - {new, old})
            yield Case(new, old if arrow else None, random.Random(new).sample(others, NINE))  # noqa: S311 -- a sample


def cases_of(lines: list[str], nears: list[str]) -> Iterator[Case]:
    """An update among ten, the same without its old memory, and every two statements that are both true."""
    for line in lines:
        if " => " in line:
            old, _, rest = line.partition(" => ")
            new, _, near = rest.partition(" ~ ")
            others = nine([near] if near else [], new, nears)
            yield Case(new, old, others)
            if near:
                yield Case(new, None, others)
        elif " | " in line:
            group = line.split(" | ")
            for place, one in enumerate(group):
                yield from (Case(other, None, nine([one], other, nears)) for other in group[place + 1 :])


def nine(first: list[str], new: str, nears: list[str]) -> list[str]:
    """Nine memories that stay true: `first`, those most alike to the new statement, and others by chance."""
    alike = sorted(set(nears) - set(first), key=lambda each: (-in_common(new, each), each))
    chosen = random.Random(new).sample(alike[ALIKE:], NINE - ALIKE)  # noqa: S311 -- a sample, the same in every run
    return (first + alike[:ALIKE] + chosen)[:NINE]


def cases_in(file: Path) -> Iterator[Case]:
    """The cases of a file of JSON lines."""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.strip():
            row = json.loads(line)
            yield Case(row["new"], row.get("old"), row["others"])


def show(name: str, cases: list[Case], *, misses: bool = True) -> None:
    """Print what the rules and the baselines make of a set; with `misses`, each case they get wrong."""
    updates = [case for case in cases if case.old]
    none = [case for case in cases if not case.old]
    at_once = asked = other_replaced = other_asked = replaced = needless = 0
    for case in cases:
        conflict = find_conflict(case.new, case.new, ten(case), BUNDLED.embed)
        picked, sure = (conflict.memory.text, conflict.sure) if conflict else (None, False)
        right, is_update = picked == case.old, case.old is not None
        at_once += is_update and right and sure
        asked += is_update and right and not sure
        other_replaced += is_update and not right and sure
        other_asked += is_update and not right and picked is not None and not sure
        replaced += not is_update and sure
        needless += not is_update and picked is not None and not sure
        if misses and not right:
            print(f"  {'replaced' if sure else 'asked' if picked else 'missed'}: {case.old} => {case.new}   {picked}")
    print(f"\n{name}: {len(updates)} updates, {len(none)} that are none")
    print(row("", "picked", "at once", "asked", "false", "needless"))
    right_ones = (at_once + asked, at_once, asked)
    wrong_ones = (other_replaced + replaced, other_asked + needless)
    print(
        row(
            "rules and score",
            *(share(each, updates) for each in right_ones),
            *(share(each, cases) for each in wrong_ones),
        )
    )
    for baseline, pick in BASELINES.items():
        found = sum(pick(case) == case.old for case in updates)
        print(
            row(
                baseline,
                share(found, updates),
                share(found, updates),
                share(0, updates),
                share(len(cases) - found, cases),
                share(0, cases),
            )
        )


def row(*cells: str) -> str:
    """One line of the table."""
    return f"{cells[0]:<24}" + "".join(f"{cell:>10}" for cell in cells[1:])


def share(count: int, of: list[Case]) -> str:
    """A share, to four places."""
    return f"{count / max(1, len(of)):.4f}"


def ten(case: Case) -> list[Memory]:
    """The memories of a case, in an order that says nothing."""
    texts = [case.old, *case.others] if case.old else list(case.others)
    random.Random(case.new).shuffle(texts)  # noqa: S311 -- the same in every run
    return [memory(text, number) for number, text in enumerate(texts)]


def memory(text: str, number: int) -> Memory:
    """An active memory."""
    return Memory(str(number), "sarah", text, "fact", [], "active", text, None, None, 1, 1, 1, False, None, None)


def most_words(case: Case) -> str:
    """The memory with the most words in common, by Jaccard."""
    return max(ten(case), key=lambda each: in_common(case.new, each.text)).text


def in_common(one: str, other: str) -> float:
    """Jaccard of the plain words."""
    first, second = set(plain_text(one).split()), set(plain_text(other).split())
    return len(first & second) / len(first | second)


def nearest(case: Case) -> str:
    """The memory with the highest cosine."""
    texts = [each.text for each in ten(case)]
    asked, *vectors = BUNDLED.embed([case.new, *texts])
    return max(zip(vectors, texts, strict=True), key=lambda each: float(each[0] @ asked))[1]


BASELINES: dict[str, Callable[[Case], str]] = {"most words in common": most_words, "nearest by embedder": nearest}


if __name__ == "__main__":
    main()
