"""The part of a long text that a question is about, on one line. Looks at text only."""

from __future__ import annotations

import re
from itertools import chain
from textwrap import wrap

from agentmem_cli.embedding.closeness import closeness
from agentmem_cli.language.sentences import sentences

_LEFT_OUT = "…"
_CLAUSE_END = re.compile(r"(?<=[,;:،؛])\s+|(?<=[、，；：])")


def excerpt(text: str, question: str, limit: int) -> str:
    """The text on one line; of one longer than `limit` characters, the sentence closest to the question and its like.

    Of a sentence that is longer than that, it is the closest of its clauses, or of the pieces of a clause as long. What
    stands before goes with it where there is room, since it says what that refers to; then what follows it. What is
    left out shows as an ellipsis. Without a question it is the beginning.
    """
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    room = limit - 2 * len(_LEFT_OUT)
    said = [part for sentence in sentences(line) for part in _parts(sentence, room)]
    best = int(closeness(question, said, range(len(said)))[0].argmax()) if question and len(said) > 1 else 0
    first, last = _run(said, best, room)
    shown = " ".join(said[first : last + 1])
    ahead = _LEFT_OUT if first else ""
    if len(shown) + len(ahead) > limit - len(_LEFT_OUT):
        return f"{ahead}{shown[: limit - len(ahead) - len(_LEFT_OUT)].rstrip()}{_LEFT_OUT}"
    return f"{ahead}{shown}{_LEFT_OUT if last < len(said) - 1 else ''}"


def _parts(sentence: str, room: int) -> list[str]:
    """The sentence, or where it has no room its clauses, the long ones in pieces of half as much."""
    if len(sentence) <= room:
        return [sentence]
    clauses = filter(None, _CLAUSE_END.split(sentence))
    pieces = (
        [clause] if len(clause) <= room else wrap(clause, room // 2, break_on_hyphens=False) for clause in clauses
    )
    return list(chain.from_iterable(pieces))


def _run(said: list[str], best: int, room: int) -> tuple[int, int]:
    """The first and the last of the sentences that are shown with the best one."""
    first = last = best
    left = room - len(said[best])
    while first and len(said[first - 1]) < left:
        first -= 1
        left -= len(said[first]) + 1
    while last < len(said) - 1 and len(said[last + 1]) < left:
        last += 1
        left -= len(said[last]) + 1
    return first, last
