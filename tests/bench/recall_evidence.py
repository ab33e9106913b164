"""Whether recall keeps silent for small talk and speaks for a bare keyword. Run by hand.

    uv run --group dev python tests/bench/recall_evidence.py [--fit]

`lookups` holds what a person once said and by which words they ask for it later, and small talk. What was said stands
among 1,500 other messages. Prints the share of the small talk that brings anything, and the share of what is asked for
that brings nothing, for the files that no fit has seen; the baseline brings what holds any of the words. Then how
often a follow-up ("and the second one?") finds what it needs. `--fit` prints the weights of `recall/evidence.py` anew.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from classifier import HELD_OUT, LOOKUPS, MESSAGES, OTHER, VOICES, Line, fitted_messages, lookup_head, matrix, read
from conversations import USER, stored
from sklearn.linear_model import LogisticRegression

from agentmem_cli.language.classifier import BUCKETS, judge
from agentmem_cli.language.word_index import words_of
from agentmem_cli.memories.store import search_memories
from agentmem_cli.recall.evidence import FEATURES, features, is_evidence
from agentmem_cli.recall.ranking import Asked
from agentmem_cli.recall.recall import recall_for
from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.recall.vectors import MESSAGES as OF_MESSAGES
from agentmem_cli.sessions.transfer import ImportedLine
from agentmem_cli.storage.database import Database

OTHERS = 1_500
"""Messages of others' voices among which those are that are asked for."""
DAY = 86_400


def main() -> None:
    """Measure, or fit."""
    if "--fit" in sys.argv:
        fit()
        return
    print(f"{'':<34}{'something brought':>19}{'nothing brought':>17}")
    asked, chat = lines("looked-up-held"), (LOOKUPS / "chat-held.txt").read_text(encoding="utf-8").splitlines()
    with talk_of(asked) as (database, index):
        questions = [each["asked"] for each in asked]
        show("small talk", [is_brought(database, index, text) for text in chat])
        show("asked for by a few words", [is_brought(database, index, text) for text in questions])
        transcript = index.transcript()
        for name, texts in (("  baseline, small talk", chat), ("  baseline, asked for", questions)):
            show(name, [bool(transcript.words.counts(words_of(text)).any()) for text in texts])
    show_follow_ups(lines("follow-held"))


def show(name: str, brought: list[bool]) -> None:
    """A row."""
    share = sum(brought) / len(brought)
    print(f"{len(brought):>4} {name:<29}{share:>19.3f}{1 - share:>17.3f}")


def show_follow_ups(cases: list[dict[str, str]]) -> None:
    """How often what a follow-up needs is among the ten messages that recall gives, and without the exchange before."""
    with talk_of(cases) as (database, index):
        for name, before in (("with the exchange before it", True), ("alone", False)):
            found = [
                recall_for(
                    database,
                    USER,
                    each["follow"],
                    before=f"{each['before']}\n{each['answer']}" * before,
                    index=index,
                ).turns
                for each in cases
            ]
            share = sum(each["said"] in [turn.text for turn in turns] for each, turns in zip(cases, found, strict=True))
            print(f"{len(cases):>4} follow-ups {name:<28} {share / len(cases):.3f} found in ten")


def fit() -> None:
    """Print the weights of a logistic regression, small talk told by a head that has not seen these authors."""
    asked, chat = lines("looked-up"), (LOOKUPS / "chat.txt").read_text(encoding="utf-8").splitlines()
    texts = [each["asked"] for each in asked] + chat
    row, bias = lookup_head("chat", fitted_messages(), MESSAGES)
    logits = matrix([[Line(OTHER, False, (), text)] for text in texts])[:, :BUCKETS] @ row + bias
    with talk_of(asked) as (_, index):
        transcript = index.transcript()
        table = [
            features(
                transcript,
                asked_for(index, text),
                [],
                replace(judge([text])[0], chat=1 / (1 + np.exp(-logit)), follows=0.0),
            )
            for text, logit in zip(texts, logits, strict=True)
        ]
    truth = [True] * len(asked) + [False] * len(chat)
    model = LogisticRegression(class_weight="balanced", C=10).fit(table, truth)
    for name, weight in zip((*FEATURES, "bias"), (*model.coef_[0], model.intercept_[0]), strict=True):
        print(f"{name:<16}{weight:>8.2f}")


def is_brought(database: Database, index: UserIndex, text: str) -> bool:
    """Whether recall brings anything."""
    found = [memory.text for memory, _ in search_memories(database, USER, text, 10)]
    asked = asked_for(index, text)
    nearest = float(asked.cosines.values.max()) if asked.cosines else 0.0
    return is_evidence(index.transcript(), asked, found, nearest)


def asked_for(index: UserIndex, text: str) -> Asked:
    """The question as recall takes it."""
    return Asked(text, words_of(text), index.cosines(text).get(OF_MESSAGES))


def lines(name: str) -> list[dict[str, str]]:
    """The objects of a file of `lookups`."""
    return [json.loads(line) for line in (LOOKUPS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


@contextmanager
def talk_of(asked: list[dict[str, str]]) -> Iterator[tuple[Database, UserIndex]]:
    """A store of what was said, each in a session of its own, among OTHERS messages of the fitted English voices."""
    others = [
        " ".join(line.text for line in message)
        for path in sorted(VOICES.glob("en-*.txt"))
        if path.stem not in HELD_OUT
        for message in read(path)
    ]
    said = [each["said"] for each in asked] + others[:: max(1, len(others) // OTHERS)]
    told = [ImportedLine(f"s{n}", "user", text, n * DAY, None, None) for n, text in enumerate(said)]
    with stored(told) as store:
        yield store


if __name__ == "__main__":
    main()
