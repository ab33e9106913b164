"""Whether recall keeps silent for small talk and speaks for a bare keyword. Run by hand.

    uv run --group dev python tests/bench/recall_evidence.py [--fit]

`lookups` holds what a person once said and by which words they ask for it later, and small talk. What was said stands
among 1,500 other messages. Prints the share of the small talk that brings anything, and the share of what is asked for
that brings nothing, for the files that no fit has seen; the baseline brings what holds any of the words. Then how
often a follow-up ("and the second one?") finds what it needs. `--fit` prints the weights of `recall/evidence.py` anew,
in half an hour, and needs `--with torch`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from classifier import (
    HELD_OUT,
    LOOKED_UP,
    LOOKUP_HEADS,
    LOOKUPS,
    OF_DOCUMENTS,
    OTHER,
    TALKED,
    VOICES,
    Line,
    fitted_messages,
    looked_up,
    lookup_head,
    matrix,
    read,
)
from conversations import USER, stored
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from agentmem_cli.language.classifier import BUCKETS, OF_NETWORK, Judgement, judge
from agentmem_cli.language.network import HEADS
from agentmem_cli.language.word_index import words_of
from agentmem_cli.memories.store import search_memories
from agentmem_cli.recall.evidence import FEATURES, Numbers, features, is_evidence
from agentmem_cli.recall.ranking import Asked
from agentmem_cli.recall.recall import recall_for
from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.recall.vectors import MESSAGES as OF_MESSAGES
from agentmem_cli.sessions.transfer import ImportedLine
from agentmem_cli.storage.database import Database

PEOPLE = Path(__file__).with_name("people.jsonl")
OTHERS = 1_500
"""Messages of others' voices among which those are that are asked for."""
FITTED = ("looked-up", "looked-up-c")
HELD = (
    *(("looked-up-held", "chat-held"), ("looked-up-held-b", "chat-held-b"), ("looked-up-held-c", "chat-held-c")),
    ("tasks-held", "tasks-chat-held"),
)
"""What is asked for and small talk, of one author each; the last, tasks that need what was said and that do not."""
TALK_COUNTS = 1.25
"""How much more small talk counts in the fit: what comes unasked is paid for, what does not come can be recalled."""
PARTS = 2
"""Parts of the messages, each told by heads that are fitted on the others."""
DAY = 86_400


def main() -> None:
    """Measure, or fit."""
    if "--fit" in sys.argv:
        fit()
        return
    print(f"{'':<34}{'something brought':>19}{'nothing brought':>17}")
    for of_asked, of_talk in HELD:
        print(of_talk)
        show_both(lines(of_asked), (LOOKUPS / f"{of_talk}.txt").read_text(encoding="utf-8").splitlines())
    show_follow_ups(lines("follow-held"))


def show_both(asked: list[dict[str, str]], chat: list[str]) -> None:
    """What is brought for small talk and for what is asked for, beside the baseline."""
    with talk_of(asked) as (database, index):
        questions = [each["asked"] for each in asked]
        show("small talk", [is_brought(database, index, text) for text in chat])
        show("asked for by a few words", [is_brought(database, index, text) for text in questions])
        transcript = index.transcript()
        for name, texts in (("  baseline, small talk", chat), ("  baseline, asked for", questions)):
            show(name, [bool(transcript.words.counts(words_of(text)).any()) for text in texts])


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
    """Print the weights of a logistic regression over what is asked for and small talk."""
    told_of, judged = people(), judgements()
    wanted = {each["ask"]: judge([each["ask"]])[0] for person in told_of for each in person["questions"]}
    chat = [text for name in LOOKED_UP for text, label in looked_up(name) if label == "chat"]
    table: list[Numbers] = []
    truth: list[bool] = []
    for name in FITTED:
        asked = lines(name)
        with talk_of(asked) as (_, index):
            table += [row(index, each["asked"], judged) for each in asked] + [row(index, text, judged) for text in chat]
        truth += [True] * len(asked) + [False] * len(chat)
    for place, person in enumerate(told_of):
        with stored(said_by(person)) as (_, index):
            questions, talk = [each["ask"] for each in person["questions"]], chat[place :: len(told_of)]
            table += [row(index, text, wanted) for text in questions] + [row(index, text, judged) for text in talk]
            truth += [True] * len(questions) + [False] * len(talk)
    is_asked = np.array(truth)
    counts = np.where(is_asked, 1 / is_asked.sum(), TALK_COUNTS / (~is_asked).sum())
    model = LogisticRegression().fit(table, truth, sample_weight=counts * len(truth) / 2)
    for name, weight in zip((*FEATURES, "bias"), (*model.coef_[0], model.intercept_[0]), strict=True):
        print(f"{name:<24}{weight:>8.2f}")


def judgements() -> dict[str, Judgement]:
    """What each message of the fitted files is, by heads that have not seen it."""
    from network import alone, fitted, message_examples, sentence_examples

    judged: dict[str, Judgement] = {}
    files, of_sentences = [looked_up(name) for name in LOOKED_UP], sentence_examples()
    for part in range(PARTS):
        texts = list({text for file in files for text, _ in file[part::PARTS]})
        by_network = alone(fitted([*of_sentences, *message_examples(texts)]), texts)
        judged |= judged_apart(texts, by_network)
    return judged


def judged_apart(texts: Sequence[str], by_network: NDArray[np.float32]) -> dict[str, Judgement]:
    """What each text is, by heads that have not seen these messages, and what the network says of each."""
    hidden = set(texts)
    of_text = matrix([[Line(OTHER, False, (), text)] for text in texts])[:, :BUCKETS]
    told = []
    for label, names in (("chat", TALKED), ("follow", TALKED), ("lookup", (*LOOKED_UP, OF_DOCUMENTS))):
        messages = [each for name in names for each in looked_up(name) if each[0] not in hidden]
        weights, bias = lookup_head(label, fitted_messages(), messages)
        column = by_network[:, HEADS.index(LOOKUP_HEADS[label])]
        logits = (1 - OF_NETWORK) * (of_text @ weights + bias) + OF_NETWORK * column
        told.append((1 / (1 + np.exp(-logits))).tolist())
    return {
        text: replace(judge([text])[0], chat=chat, follows=follows, seeks=seeks)
        for text, chat, follows, seeks in zip(texts, *told, strict=True)
    }


def row(index: UserIndex, text: str, judged: dict[str, Judgement]) -> Numbers:
    """The features of a message."""
    return features(index.transcript(), asked_for(index, text), [], judged[text])


def people() -> list[dict[str, Any]]:
    """The people of `people.jsonl`, each with what was said and what is asked."""
    return [json.loads(line) for line in PEOPLE.read_text(encoding="utf-8").splitlines()]


def said_by(person: dict[str, Any]) -> list[ImportedLine]:
    """What a person said, a session a day."""
    return [
        ImportedLine(f"s{day}", "user", text, day * DAY, None, None)
        for day, session in enumerate(person["sessions"])
        for text in session
    ]


def is_brought(database: Database, index: UserIndex, text: str) -> bool:
    """Whether recall brings anything."""
    found = [memory.text for memory, _ in search_memories(database, USER, text, 10)]
    asked = asked_for(index, text)
    nearest = float(asked.cosines.values.max()) if asked.cosines else 0.0
    return is_evidence(index.transcript(), asked, found, nearest, question=text)


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
