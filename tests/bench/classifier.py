"""The classifier of sentences: fit its weights, and measure it on voices that no fit has seen. Run by hand.

    uv run --group dev python tests/bench/classifier.py [--fit [HEAD...] | --curve]

The labelled messages are in `voices`, a file a voice; `voices/README.md` says who wrote what and what a label means.
Prints for each held-out voice the share of sentences worth keeping that are kept, and the share of messages that hold
nothing of which something is kept; the same for standing instructions; beside them the baseline "a sentence with a
first-person word that is no question". `--fit` writes the weights anew, of all heads or of those named: what sentences
are, from all voices but those held out; and what a message is as a whole: what it ends (`revisions`), whether it is
small talk or a follow-up, what it asks for in general, whose words it asks for, whether documents would hold it and
where its title begins (`lookups`). `--curve` shows what a quarter, half and all of the fitted voices bring.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from agentmem_cli.language import classifier, network
from agentmem_cli.language.classifier import BUCKETS, KEEP, KINDS, OF_NETWORK, REQUESTS, TOPICS, judge, likeliest_title
from agentmem_cli.language.features import BITS, featurize
from agentmem_cli.language.sentences import sentences
from agentmem_cli.language.vocabulary import first_person_words, without_greeting
from agentmem_cli.memories.statements import AHEAD, asks_to_forget
from agentmem_cli.recall.asking import teller_of
from agentmem_cli.sessions.titles import title_places, words_of

FOLDERS = ("voices", "revisions", "lookups", "essentials", "days")
VOICES, REVISIONS, LOOKUPS, ESSENTIALS, DAYS = (Path(__file__).parent / name for name in FOLDERS)
FITTED = (*(f"en-{letter}" for letter in "abcdfghi"), "west", "east", "many-b", "true")
"""The files of `revisions` that the head for revisions is fitted on."""
TALKED = (*(f"messages{letter}.tsv" for letter in ("", "-c", "-d", "-e", "-f")), "looked-up.jsonl", "chat.txt")
LOOKUP_HEADS = {"chat": "chat", "lookup": "seeks", "follow": "follows"}
"""The labels of the messages in `lookups`, and the heads that tell them."""
LOOKED_UP = (*TALKED, *(f"messages-{letter}.tsv" for letter in "ghijklmnopq"), "looked-up-c.jsonl", "chat-c.txt")
"""The files of `lookups` with a label for each message.

The later ones are in the fit of what is looked for alone: there whatever asks for nothing that was said is `chat`,
follow-ups and requests that anybody could make among them.
"""
OF_DOCUMENTS = "documents.tsv"
OCCASIONS = "occasions.tsv"
"""Of these the first is in no fit of small talk, and the second in no other."""
FOLLOW_UPS = Path(__file__).with_name("documents") / "follow-ups.jsonl"
TELLERS, HELD_TELLERS = "tellers.tsv", ("tellers-held.tsv", "tellers-held-b.tsv")
SOURCES, HELD_SOURCES = ("sources-a.tsv", "sources-b.tsv", "sources-d.tsv", "sources-e.tsv"), "sources-held.tsv"
"""What is asked for that only the person can have told, and what documents would hold."""
REQUESTED, HELD_REQUESTED = ("requests.tsv", "requests-b.tsv"), ("requests-held.tsv", "requests-held-b.tsv")
TITLED, HELD_TITLED = "openings.txt", ("openings-held.txt", "openings-held-b.txt")
"""In `lookups` too. UNFRAMED_SHARE was chosen with the held-out files in view."""
SHORT, TOLD_SHARE, UNFRAMED_SHARE = 30, 6, 20
HELD_OUT = frozenset(f"en-{number}" for number in (7, 16, 25, 29, 32, 36, 39, 43, 46, 51, 55)) | frozenset(
    "de-3 fr-3 es-3 it-3 pt-3 nl-3 pl-3 tr-3 ja-3 zh-3 ko-3 ru-2 sv-2 fi-2 ar-2".split()  # noqa: SIM905 -- a row of names
)
"""One voice of each language and eleven of English: what they say is in no fit."""
HELD_WISHES = ("forget-held", "forget-held-b", "forget-held-c")
"""A voice in every language, an English one that asks as most people do, and one that mostly asks not to forget."""
ESSENTIAL, HELD_ESSENTIAL = ("en-a", "en-f", "others-c", "others-g", "notes-e"), ("en-held", "others-held")
"""In `essentials`: what whoever looks after a person must always know, and details."""
DATED, HELD_DATED = ("a", "b"), "held"
"""In `days`: sentences with a day that may be past or ahead."""
OPENERS, HELD_OPENERS = "openers.tsv", "openers-held.tsv"
"""In `voices`: what people begin with before they say what they want to."""
OPENED_SHARE = 3
"""Every so many messages are in the fit behind an opener too."""
HELD_LOOKUPS = tuple((f"looked-up-held{author}.jsonl", f"chat-held{author}.txt") for author in ("", "-b", "-c"))
"""In `lookups`, a pair an author."""
FALSE = {"en": 0.08, "others": 0.1}
"""The share of the messages that hold nothing of which something is kept, where the parts are compared."""
WEIGHTS = Path(classifier.__file__).parent / classifier.WEIGHTS
OTHER = "other"
"""The label of what is no standing wish, and may be worth keeping or not."""
TOPIC_BITS = 14
"""Topics are told by fewer buckets: 2 ** 16 tell them no better."""
CHAT_COUNTS = 0.3
"""What a message of small talk counts in the fit of what is worth keeping: a few percent of them are."""
LEVELS = 31
"""The greatest weight as it is stored: 127 tell nothing better, and take half as much again."""
FAINT = 1
"""A weight up to this is not stored but in the head for what is worth keeping: together they tell next to nothing, and
take a fifth of the file."""
QUESTION_MARKS = ("?", "？", "؟")
FULL_STOPS = (".", "。", "!", "！")
END_MARKS = (*QUESTION_MARKS, *FULL_STOPS)
REGULARIZATION = 30.0
"""scikit-learn's C: 10 to 100 are about as good."""

MESSAGES_REGULARIZATION = 10.0
"""Of the head for revisions, which has fewer messages to be fitted on."""


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled sentence."""

    kind: str
    revises: bool
    topics: tuple[str, ...]
    text: str

    @property
    def is_kept(self) -> bool:
        """Whether it is worth keeping."""
        return self.kind in KINDS


Message = list[Line]
Head = tuple[NDArray[np.float64], float]
"""Weights and bias."""
Fits = dict[str, Callable[[], Head]]
"""How to fit each head, by its name."""


def main(arguments: Sequence[str]) -> None:
    """Fit, or measure."""
    voices = {path.stem: read(path) for path in sorted(VOICES.glob("*.txt"))}
    fitted = fitted_messages()
    if "--curve" in arguments:
        curve(fitted, voices)
        return
    if "--fit" in arguments:
        fits = heads_of_sentences(fitted) | heads_of_messages(fitted)
        save({name: fits[name]() for name in arguments[1:] or fits})
    held_out = {name: voices[name] for name in sorted(HELD_OUT)}
    report(held_out, judged_keep)
    report_parts(held_out)
    report_openers(held_out)
    report_wishes({"all": held_out.values(), **{name: [voices[name]] for name in HELD_WISHES}})
    report_lookups()
    report_tellers()
    report_sources()
    report_essentials()
    report_days()
    report_requests()
    report_titles()


def fitted_messages() -> list[Message]:
    """The messages of all voices but those held out, and every OPENED_SHARE-th behind an opener of its language."""
    told, openers, order = told_messages(), openers_by_language(OPENERS), np.random.default_rng(0)
    some = [(language, message) for language, message in told[::OPENED_SHARE] if language in openers]
    behind = [opened(message, str(order.choice(openers[language]))) for language, message in some]
    return [*(message for _, message in told), *behind]


def told_messages() -> list[tuple[str, Message]]:
    """The messages of all voices but those held out, each with its language."""
    paths = [path for path in sorted(VOICES.glob("*.txt")) if path.stem not in HELD_OUT.union(HELD_WISHES)]
    return [(path.stem[:2], message) for path in paths for message in read(path)]


def read(path: Path) -> list[Message]:
    """The messages of one voice."""
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    messages = [[line for each in block.splitlines() if (line := _line(each))] for block in blocks]
    return [message for message in messages if message]


def _line(text: str) -> Line | None:
    label, tab, sentence = text.partition("\t")
    if text.startswith("#") or not tab:
        return None
    kind, _, topics = label.partition(" ")
    return Line(kind.rstrip("!"), kind.endswith("!"), tuple(topics.split("+")), sentence.strip())


def varied(messages: list[Message]) -> list[Message]:
    """The messages, each typed in another way too, and each of their sentences worth keeping alone.

    Without the first, "I live in Graz." scores .86 and "I live in graz" .47; with both, .90 and .86.
    """
    alone = [[line] for message in messages if len(message) > 1 for line in message if line.is_kept]
    return [*messages, *([_typed_otherwise(line) for line in message] for message in messages), *alone]


def _typed_otherwise(line: Line) -> Line:
    """Lower case and no full stop where there was one, else a capital and a full stop."""
    text = line.text
    if text[-1:] in ".!。":
        return replace(line, text=text[:-1].lower())
    return replace(line, text=f"{text[:1].upper()}{text[1:]}." if text[-1:].isalnum() else text)


def heads_of_sentences(messages: list[Message]) -> Fits:
    """How to fit each head that judges a sentence of a message, by name."""
    messages = varied(messages)
    lines = [line for message in messages for line in message]
    among_kept = [line for line in lines if line.is_kept]
    kept = np.array([line.is_kept for line in lines])

    @functools.cache
    def both() -> csr_matrix:
        return matrix(messages)

    @functools.cache
    def of_kept() -> csr_matrix:
        return both()[:, :BUCKETS][kept]

    def of_kind(kind: str) -> Head:
        return _head(of_kept(), np.array([line.kind == kind for line in among_kept]))

    def of_topic(topic: str) -> Head:
        return _head(_narrowed(of_kept()), np.array([topic in line.topics for line in among_kept]))

    return {
        "keep": lambda: keeping_head(messages),
        "forget": lambda: _head(both()[:, :BUCKETS], np.array([line.kind == "forget" for line in lines])),
        "instruction": lambda: _head(both(), np.array([line.kind == "rule" for line in lines])),
        "asks": lambda: _asking_head(messages),
        **{kind: functools.partial(of_kind, kind) for kind in KINDS},
        **{topic: functools.partial(of_topic, topic) for topic in TOPICS},
    }


def keeping_head(messages: list[Message]) -> Head:
    """What is worth keeping against the rest; with what `revisions` says is known, and what `lookups` hold."""
    known = [[Line("fact", False, (), text)] for name in FITTED for text in known_statements(name)]
    apart = [each for name in (*LOOKED_UP, OF_DOCUMENTS, *SOURCES) for each in looked_up(name)]
    asked = [[Line("ask", False, (), text)] for text, label in apart if label != "chat"]
    chat = [[Line("none", False, (), text)] for text, label in apart if label == "chat"]
    every = [*messages, *known, *asked, *chat]
    lines = [line for message in every for line in message]
    told = np.array([line.kind != OTHER for line in lines])
    counts = np.array([1.0] * (len(lines) - len(chat)) + [CHAT_COUNTS] * len(chat))
    return _head(matrix(every)[told], np.array([line.is_kept for line in lines])[told], counts=counts[told])


def heads_of_messages(voices: list[Message]) -> Fits:
    """How to fit each head that judges a whole message by itself, by name."""
    messages, talked = ([each for name in names for each in looked_up(name)] for names in (LOOKED_UP, TALKED))
    return {
        "revises": lambda: revising_head([said for name in FITTED for said in revisions(name)], voices),
        "chat": lambda: lookup_head("chat", voices, talked + looked_up(OCCASIONS)),
        "follows": lambda: lookup_head("follow", voices, talked + looked_up(OF_DOCUMENTS) + followed_up()),
        "seeks": lambda: lookup_head("lookup", voices, messages + looked_up(OF_DOCUMENTS) + sought()),
        "about_assistant": lambda: labelled_head("assistant", looked_up(TELLERS)),
        "about_user": lambda: labelled_head("user", looked_up(TELLERS)),
        "of_documents": lambda: labelled_head("documents", [each for name in SOURCES for each in looked_up(name)]),
        "essential": essential_head,
        "ahead": ahead_head,
        **{request: functools.partial(request_head, request, voices) for request in REQUESTS},
        "title": lambda: title_head(openings(TITLED), [message for _, message in told_messages()]),
    }


@dataclass(frozen=True, slots=True)
class Said:
    """A message to somebody of whom `known` is known, and the place of what it ends there, if it ends anything."""

    known: list[str]
    message: str
    ends: int | None


def known_statements(name: str) -> list[str]:
    """What is known of the people in a file of `revisions`."""
    persons = [json.loads(line) for line in (REVISIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    return [text for each in persons for text in each.get("known", ())]


def revisions(name: str) -> list[Said]:
    """The messages of a file of `revisions`."""
    persons = [json.loads(line) for line in (REVISIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    ending = [Said(each["known"], text, ends) for each in persons for text, ends, _ in each.get("said", ())]
    true = [Said(each["facts"][:place], each["facts"][place], None) for each in persons for place in _places(each)]
    return ending + true


def _places(person: dict[str, Any]) -> range:
    """Of what is all true, every statement that has some before it."""
    return range(5, len(person.get("facts", ())), 2)


def revising_head(cases: Sequence[Said], voices: Iterable[Message]) -> Head:
    """Messages that end something of what is known, with such of the voices, against those that do not."""
    ending = [message for message in voices if any(line.revises for line in message)]
    texts = [case.message for case in cases] + [" ".join(line.text for line in message) for message in ending]
    truth = [case.ends is not None for case in cases] + [True] * len(ending)
    return _head(matrix([[Line(OTHER, False, (), text)] for text in texts]), np.array(truth), MESSAGES_REGULARIZATION)


def lookup_head(label: str, voices: Sequence[Message], messages: Sequence[tuple[str, str]]) -> Head:
    """The messages of one label, chat or follow, against those of the others, and those in the voices.

    Of the voices every TOLD_SHARE-th message that is worth keeping; beside lookups every one that tells something in
    one sentence or is short. Each is typed in another way too: lookups have no capitals and no full stops, and a
    statement without them is none.
    """
    kept = [message for message in voices if all(line.is_kept for line in message)]
    told = kept[::TOLD_SHARE]
    if label == "lookup":
        told = [message for message in voices if len(message) == 1 and is_told(message[0])]
        told += [message for message in kept if sum(len(line.text) for line in message) <= SHORT]
    told = [*told, *([_typed_otherwise(line) for line in message] for message in told)]
    return labelled_head(label, [*messages, *((" ".join(line.text for line in message), "told") for message in told)])


def labelled_head(label: str, labelled: Sequence[tuple[str, str]]) -> Head:
    """The texts of one label against those of the others."""
    features = matrix([[Line(OTHER, False, (), text)] for text, _ in labelled])[:, :BUCKETS]
    return _head(features, np.array([each == label for _, each in labelled]))


def essential_head() -> Head:
    """What must always be known of a person against details, however it is typed."""
    labelled = [each for name in ESSENTIAL for each in essentials(name)]
    typed = [(_typed_otherwise(Line(OTHER, False, (), text)).text, label) for text, label in labelled]
    return labelled_head("essential", labelled + typed)


def ahead_head() -> Head:
    """Sentences with a day that lies ahead against those whose day is past."""
    labelled = [each for name in DATED for each in dated(name)]
    features = matrix([[Line(OTHER, False, (), text)] for text, _ in labelled])[:, :BUCKETS]
    return _head(_narrowed(features), np.array([label == "future" for _, label in labelled]), MESSAGES_REGULARIZATION)


def dated(name: str) -> list[tuple[str, str]]:
    """The sentences of a file of `days`, each with its label."""
    lines = (DAYS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return [(text, label) for label, _, text in (line.split("\t") for line in lines)]


def essentials(name: str) -> list[tuple[str, str]]:
    """The sentences of a file of `essentials`, each with its label."""
    lines = (ESSENTIALS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return [(text, label) for label, text in (line.split("\t") for line in lines)]


def request_head(request: str, voices: Sequence[Message]) -> Head:
    """The messages that are one of REQUESTS against all others, all that is looked up and what the voices tell."""
    told = [" ".join(line.text for line in message) for message in voices[::TOLD_SHARE]]
    looked = [text for name in (*LOOKED_UP, OF_DOCUMENTS) for text, label in looked_up(name) if label == "lookup"]
    others = looked + told
    requested = [each for name in REQUESTED for each in looked_up(name)]
    labelled = [*requested, *((text, OTHER) for text in others)]
    typed = [(_typed_otherwise(Line(OTHER, False, (), text)).text, label) for text, label in labelled]
    features = matrix([[Line(OTHER, False, (), text)] for text, _ in [*labelled, *typed]])[:, :BUCKETS]
    return _head(_narrowed(features), np.array([label == request for _, label in [*labelled, *typed]]))


def title_head(messages: Sequence[Opening], voices: Iterable[Message]) -> Head:
    """The place where the title of each message begins against the other places, however it is typed.

    With every UNFRAMED_SHARE-th message of the voices that is worth keeping and greets nobody: it has no framing.
    """
    kept = [message for message in voices if all(line.is_kept for line in message) and not _greets(message)]
    told = [Opening([], words_of(" ".join(line.text for line in message))) for message in kept[::UNFRAMED_SHARE]]
    places = [
        (place, "title" if number == len(each.framing) else OTHER)
        for message in [*messages, *told]
        for each in (message, message.typed_carelessly())
        for number, place in enumerate(title_places([*each.framing, *each.asked]))
    ]
    return labelled_head("title", places)


def _greets(message: Message) -> bool:
    return without_greeting(message[0].text) != message[0].text


@dataclass(frozen=True, slots=True)
class Opening:
    """The words of a first message: those before its title, and the others."""

    framing: list[str]
    asked: list[str]

    def typed_carelessly(self) -> Opening:
        """In lower case, and without the marks of the framing."""
        bare = [word.lower().strip().rstrip(",.:;!?") for word in self.framing]
        return Opening([word for word in bare if word], [word.lower() for word in self.asked])


def openings(name: str) -> list[Opening]:
    """The messages of a file of `openings`, in which a `|` stands where the title begins."""
    lines = (LOOKUPS / name).read_text(encoding="utf-8").splitlines()
    return [
        Opening(words_of(framing), words_of(asked)) for framing, _, asked in (line.partition("|") for line in lines)
    ]


def looked_up(name: str) -> list[tuple[str, str]]:
    """The messages of a file of `lookups`, each with its label."""
    lines = (LOOKUPS / name).read_text(encoding="utf-8").splitlines()
    if name.endswith(".jsonl"):
        return [(json.loads(line)["asked"], "lookup") for line in lines]
    if name.endswith(".txt"):
        return [(line, "chat") for line in lines]
    return [(text, label) for label, _, text in (line.split("\t") for line in lines)]


def sought() -> list[tuple[str, str]]:
    """The messages of SOURCES as what they are alike: they look for something."""
    return [(text, "lookup") for name in SOURCES for text, _ in looked_up(name)]


def followed_up() -> list[tuple[str, str]]:
    """What one author asks of documents after another question, told whether it follows up."""
    cases = map(json.loads, FOLLOW_UPS.read_text(encoding="utf-8").splitlines())
    return [(case["question"], "lookup" if case["is_new"] else "follow") for case in cases if case["voice"] == "a"]


def _asking_head(messages: list[Message]) -> Head:
    """Questions against the rest, with their question marks and full stops and without: chats often leave them out."""
    messages = [*messages, *([Line("ask", False, (), text)] for text, _ in sought())]
    lines = [line for message in messages for line in message]
    asks = np.array([is_asked(line) for line in lines])
    known = asks | np.array([is_told(line) for line in lines])
    marked = matrix([[_without(line, QUESTION_MARKS) for line in message] for message in messages])
    bare = matrix([[_without(line, END_MARKS) for line in message] for message in messages])
    both = vstack([marked[known], bare[known]], format="csr")
    return _head(both[:, :BUCKETS], np.concatenate([asks[known], asks[known]]))


def is_asked(line: Line) -> bool:
    """Whether a line surely asks: labelled so, or with a question mark and not worth keeping."""
    return line.kind == "ask" or (line.text.endswith(QUESTION_MARKS) and not line.is_kept)


def is_told(line: Line) -> bool:
    """Whether a line surely does not ask: worth keeping, or closed by a full stop."""
    return line.text.endswith(FULL_STOPS) or (line.is_kept and not line.text.endswith(QUESTION_MARKS))


def _without(line: Line, marks: Sequence[str]) -> Line:
    return replace(line, text=line.text.rstrip("".join([" ", *marks])))


def matrix(messages: Iterable[Message]) -> csr_matrix:
    """The features of every sentence, shape (sentences, 2 * BUCKETS): of all languages, then of its own."""
    rows = [row for message in messages for row in featurize([line.text for line in message])]
    buckets = [part for row in rows for part in (row.shared, row.of_language + np.uint32(BUCKETS))]
    values = [part for row in rows for part in (row.values, row.values)]
    pointers = np.cumsum([0, *(2 * len(row.values) for row in rows)])
    shape = (len(rows), 2 * BUCKETS)
    return csr_matrix((np.concatenate(values), np.concatenate(buckets).astype(np.int32), pointers), shape)


def _narrowed(features: csr_matrix) -> csr_matrix:
    shape = (features.shape[0], 1 << TOPIC_BITS)
    return csr_matrix((features.data, features.indices >> (BITS - TOPIC_BITS), features.indptr), shape)


def _head(
    features: csr_matrix,
    truth: NDArray[np.bool_],
    regularization: float = REGULARIZATION,
    counts: NDArray[np.float64] | None = None,
) -> Head:
    model = LogisticRegression(C=regularization, solver="liblinear", max_iter=300, random_state=0)
    model.fit(features, truth, sample_weight=counts)
    return model.coef_[0], float(model.intercept_[0])


def save(heads: dict[str, Head]) -> None:
    """Write the weights as whole numbers up to LEVELS, without those that are FAINT; other heads stay as they are."""
    with np.load(WEIGHTS) as stored:
        names = [str(name) for name in stored["names"]]
        rows = {name: stored[name] for name in names}
        scales, biases = (dict(zip(names, stored[part].tolist(), strict=True)) for part in ("scales", "biases"))
    for name, (row, bias) in heads.items():
        scales[name], biases[name] = max(float(np.abs(row).max()) / LEVELS, 1e-9), bias
        rows[name] = np.round(row / scales[name]).astype(np.int8)
        if name != "keep":
            rows[name][np.abs(rows[name]) <= FAINT] = 0
    np.savez_compressed(
        WEIGHTS,
        allow_pickle=False,
        names=np.array(list(rows)),
        scales=np.array([scales[name] for name in rows]),
        biases=np.array([biases[name] for name in rows]),
        **rows,
    )
    print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size:,} bytes\n")


Keeping = Callable[[Message], list[bool]]
"""Whether each sentence of a message is kept."""


def judged_keep(message: Message) -> list[bool]:
    """By the classifier."""
    return [each.is_kept for each in judge([line.text for line in message])]


def first_person_keep(message: Message) -> list[bool]:
    """The baseline."""
    return [bool(first_person_words(line.text)) and not line.text.rstrip().endswith(("?", "？")) for line in message]


def shares(voice: list[Message], keeping: Keeping) -> tuple[float, float]:
    """Of the sentences worth keeping those kept, and of the messages that hold nothing those of which some is kept."""
    found: list[bool] = []
    false: list[bool] = []
    for message in voice:
        kept = keeping(message)
        found += [was for was, line in zip(kept, message, strict=True) if line.is_kept]
        if all(line.kind in ("none", "ask") for line in message):
            false.append(any(kept))
    return float(np.mean(found)), float(np.mean(false or [False]))


def report(voices: dict[str, list[Message]], keeping: Keeping) -> None:
    """Print a row for each voice."""
    print(f"{'voice':<8}{'kept':>8}{'baseline':>10}{'false':>8}{'baseline':>10}{'rules':>8}{'fired':>8}")
    for name, voice in voices.items():
        kept, false = shares(voice, keeping)
        base_kept, base_false = shares(voice, first_person_keep)
        rules, fired = rule_shares(voice)
        print(f"{name:<8}{kept:>8.3f}{base_kept:>10.3f}{false:>8.3f}{base_false:>10.3f}{rules:>8.3f}{fired:>8.3f}")


def report_parts(voices: dict[str, list[Message]]) -> None:
    """What is kept where the same share of the messages that hold nothing is false: by each part, and by both."""
    print(f"\n{'kept':<8}{'where false is':>16}{'n-grams':>9}{'network':>9}{'both':>9}")
    for name, false in FALSE.items():
        some = [
            each for voice, messages in voices.items() if (voice[:2] == "en") == (name == "en") for each in messages
        ]
        both = [[each.keep for each in judge([line.text for line in message])] for message in some]
        by_network = [[each["keep"] for each in network.judge([line.text for line in message])] for message in some]
        ngrams = [
            [_of_ngrams(mean, one) for mean, one in zip(means, ones, strict=True)]
            for means, ones in zip(both, by_network, strict=True)
        ]
        kept = [kept_at(false, some, scores) for scores in (ngrams, by_network, both)]
        print(f"{name:<8}{false:>16.2f}{kept[0]:>9.3f}{kept[1]:>9.3f}{kept[2]:>9.3f}")


def _logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def kept_at(false: float, messages: Sequence[Message], scores: Sequence[Sequence[float]]) -> float:
    """The share of what is worth keeping that scores higher than this share of the messages that hold nothing."""
    both = list(zip(messages, scores, strict=True))
    lacking = [max(each) for message, each in both if all(line.kind in ("none", "ask") for line in message)]
    least = np.quantile(lacking, 1 - false)
    kept = [score > least for message, each in both for line, score in zip(message, each, strict=True) if line.is_kept]
    return float(np.mean(kept))


def report_openers(voices: dict[str, list[Message]]) -> None:
    """What is kept bare and behind an opener, of messages that begin with what is worth it or hold nothing."""
    openers, order = openers_by_language(HELD_OPENERS), np.random.default_rng(0)
    bare = [(each, message) for each, voice in voices.items() for message in voice if _begins_or_lacks(message)]
    behind = [opened(message, str(order.choice(openers[each[:2]]))) for each, message in bare]
    print(f"\n{'':<20}{'kept':>8}{'false':>8}")
    for name, messages in (("bare", [message for _, message in bare]), ("behind an opener", behind)):
        kept, false = shares(messages, judged_keep)
        print(f"{name:<20}{kept:>8.3f}{false:>8.3f}")


def _begins_or_lacks(message: Message) -> bool:
    return message[0].is_kept or not any(line.is_kept for line in message)


def openers_by_language(name: str) -> dict[str, list[str]]:
    """The lines of a file of openers by their language."""
    lines = (VOICES / name).read_text(encoding="utf-8").splitlines()
    found: dict[str, list[str]] = {}
    for language, _, opener in (line.partition("\t") for line in lines):
        found.setdefault(language, []).append(opener)
    return found


def opened(message: Message, opener: str) -> Message:
    """The message behind an opener, which is a part of its first sentence, or closed before it."""
    *closed, last = sentences(opener)
    if last.endswith(END_MARKS):
        return [*(Line("none", False, (), text) for text in (*closed, last)), *message]
    first = replace(message[0], text=f"{last} {message[0].text}")
    return [*(Line("none", False, (), text) for text in closed), first, *message[1:]]


def report_wishes(parts: Mapping[str, Iterable[list[Message]]]) -> None:
    """Of the wishes to forget those found and those kept, and of the other sentences those taken for a wish."""
    print(f"\n{'wishes to forget':<20}{'found':>8}{'false':>8}{'kept':>8}")
    for name, voices in parts.items():
        messages = [message for voice in voices for message in voice]
        judged = [each for message in messages for each in judge([line.text for line in message])]
        truth = np.array([line.kind == "forget" for message in messages for line in message])
        found, kept = (
            np.array(column) for column in zip(*((asks_to_forget(e), e.is_kept) for e in judged), strict=True)
        )
        print(f"{name:<20}{found[truth].mean():>8.3f}{found[~truth].mean():>8.3f}{kept[truth].mean():>8.3f}")


def _of_ngrams(probability: float, by_network: float) -> float:
    """The logit of the n-grams, of what both say together."""
    return (_logit(probability) - OF_NETWORK * by_network) / (1 - OF_NETWORK)


def report_lookups() -> None:
    """How often what looks for something scores higher than what does not; the baseline is its shortness."""
    print(f"\n{'looks for something':<28}{'auc':>8}{'baseline':>10}")
    for names in HELD_LOOKUPS:
        messages = [each for name in names for each in looked_up(name)]
        truth = [label == "lookup" for _, label in messages]
        found = roc_auc_score(truth, [judge([text])[0].seeks for text, _ in messages])
        print(f"{names[0]:<28}{found:>8.3f}{roc_auc_score(truth, [-len(text) for text, _ in messages]):>10.3f}")


def report_essentials() -> None:
    """The share of what must always be known that is found, and of details taken for it."""
    print(f"\n{'what must always be known':<34}{'found':>8}{'others':>8}")
    for name in HELD_ESSENTIAL:
        found: dict[str, list[bool]] = {label: [] for label in ("essential", "detail")}
        for text, label in essentials(name):
            found[label].append(judge([text])[0].essential >= classifier.LIKELY_ESSENTIAL)
        print(f"{name:<34}", *(f"{np.mean(some):>7.3f}" for some in found.values()))


def report_days() -> None:
    """The share of the days ahead that are told so, and of past ones taken for them; the baseline takes all events."""
    labelled = dated(HELD_DATED)
    truth = np.array([label == "future" for _, label in labelled])
    judged = [judge([text])[0] for text, _ in labelled]
    found, events = np.array([each.ahead >= AHEAD for each in judged]), np.array([e.kind == "event" for e in judged])
    print(f"\n{'a day that lies ahead':<20}{'found':>8}{'baseline':>10}{'false':>8}{'baseline':>10}")
    print(f"{len(labelled):<20}{found[truth].mean():>9.3f}{events[truth].mean():>10.3f}", end="")
    print(f"{found[~truth].mean():>8.3f}{events[~truth].mean():>10.3f}")


def report_tellers() -> None:
    """Of the held-out messages that ask for the words of one of the two those told so, and of the others; baselines.

    The baselines: "you" asks for the assistant's words, and a first-person word for the person's.
    """
    print(f"\n{'asks for words of':<20}{'found':>8}{'baseline':>10}{'false':>8}{'baseline':>10}")
    for name in HELD_TELLERS:
        messages = looked_up(name)
        for label, baseline in (("assistant", _says_you), ("user", _speaks_of_self)):
            truth = np.array([each == label for _, each in messages])
            told = np.array([teller_of(text) == label for text, _ in messages])
            simple = np.array([baseline(text) for text, _ in messages])
            print(
                f"{label:<20}{told[truth].mean():>8.3f}{simple[truth].mean():>10.3f}"
                f"{told[~truth].mean():>8.3f}{simple[~truth].mean():>10.3f}   {name}"
            )


def report_sources() -> None:
    """How often what documents would hold scores higher than what only the person told; the baseline is no "I"."""
    labelled = looked_up(HELD_SOURCES)
    truth = [label == "documents" for _, label in labelled]
    found = roc_auc_score(truth, [judge([text])[0].of_documents for text, _ in labelled])
    baseline = roc_auc_score(truth, [not _speaks_of_self(text) for text, _ in labelled])
    print(
        f"\n{'documents would hold it':<28}{'auc':>8}{'baseline':>10}\n{HELD_SOURCES:<28}{found:>8.3f}{baseline:>10.3f}"
    )


def report_requests() -> None:
    """Of the held-out messages that are one of REQUESTS those told so, and of the others those told to be any.

    The baseline is what the fitted message is with which a message shares the largest part of both their words.
    """
    print(f"\n{'asks for':<20}{'found':>8}{'baseline':>10}{'false':>8}{'baseline':>10}")
    fitted = [(set(text.lower().split()), label) for each in REQUESTED for text, label in looked_up(each)]
    for name in HELD_REQUESTED:
        messages = looked_up(name)
        labels = np.array([label for _, label in messages])
        told = np.array([judge([text])[0].request or OTHER for text, _ in messages])
        simple = np.array([_likest(set(text.lower().split()), fitted) for text, _ in messages])
        for request in REQUESTS:
            asked, other = labels == request, labels == OTHER
            print(
                f"{request:<20}{(told == labels)[asked].mean():>8.3f}{(simple == labels)[asked].mean():>10.3f}"
                f"{(told == request)[other].mean():>8.3f}{(simple == request)[other].mean():>10.3f}   {name}"
            )


def _likest(words: set[str], fitted: Sequence[tuple[set[str], str]]) -> str:
    return max(fitted, key=lambda each: len(words & each[0]) / len(words | each[0]))[1]


def _says_you(text: str) -> bool:
    return not {"you", "your"}.isdisjoint(text.lower().split())


def _speaks_of_self(text: str) -> bool:
    return bool(first_person_words(text))


def report_titles() -> None:
    """Of the held-out first messages those whose title begins in the right place, with framing before it and without.

    The baseline is the message without its greeting.
    """
    print(f"\n{'title begins right':<20}{'framed':>8}{'baseline':>10}{'bare':>8}{'baseline':>10}")
    for name in HELD_TITLED:
        messages = openings(name)
        framed = np.array([bool(each.framing) for each in messages])
        right = np.array([_begins(each) == len(each.framing) for each in messages])
        simple = np.array([without_greeting(_whole(each)) == "".join(each.asked) for each in messages])
        print(
            f"{len(messages):<20}{right[framed].mean():>8.3f}{simple[framed].mean():>10.3f}"
            f"{right[~framed].mean():>8.3f}{simple[~framed].mean():>10.3f}   {name}"
        )


def _begins(opening: Opening) -> int:
    return likeliest_title(title_places([*opening.framing, *opening.asked]))


def _whole(opening: Opening) -> str:
    return "".join([*opening.framing, *opening.asked])


def rule_shares(voice: list[Message]) -> tuple[float, float]:
    """Of the standing instructions those kept, and of the sentences not worth keeping those kept as instructions."""
    captured: list[bool] = []
    fired: list[bool] = []
    for message in voice:
        for line, each in zip(message, judge([line.text for line in message]), strict=True):
            if line.kind == "rule":
                captured.append(each.is_kept)
            elif line.kind in ("none", OTHER):
                fired.append(each.is_kept and each.kind == "instruction")
    return float(np.mean(captured)) if captured else float("nan"), float(np.mean(fired))


def curve(fitted: list[Message], voices: dict[str, list[Message]]) -> None:
    """What more data brings: the shares of all held-out voices together."""
    held = [message for name in HELD_OUT for message in voices[name]]
    order = np.random.default_rng(0)
    for part in (0.25, 0.5, 1.0):
        some = varied([message for message in fitted if order.random() < part])
        lines = [line for message in some for line in message]
        weights, bias = _head(matrix(some), np.array([line.is_kept for line in lines]))

        def keeping(message: Message, weights: NDArray[np.float64] = weights, bias: float = bias) -> list[bool]:
            scores = matrix([message]) @ weights + bias
            return [bool(score >= np.log(KEEP / (1 - KEEP))) for score in scores]

        kept, false = shares(held, keeping)
        print(f"{len(lines):>7,} sentences: kept {kept:.3f}, false {false:.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
