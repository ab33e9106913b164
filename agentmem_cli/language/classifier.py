"""What a sentence of a message is: worth keeping or not, of which kind, and what it is about.

Logistic regressions over the features of `features.py`, in every language alike; five of them are weighed with what
the network of `network.py` says. The weights are fitted on the labelled messages in `tests/bench/voices` by
`tests/bench/classifier.py --fit`, which also measures them.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from agentmem_cli.language import network
from agentmem_cli.language.features import BITS, Features, featurize

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KINDS = {"fact": "fact", "pref": "preference", "plan": "event", "rule": "instruction"}
"""The labels of the kinds in the training data, and the kinds of memories."""
TOPICS = (
    *("name", "age", "home", "origin", "work", "project", "study", "people", "health", "diet", "pets"),
    *("leisure", "travel", "things", "routine", "money", "style", "other"),
)
REQUESTS = ("about_me", "documents", "last_time", "more")
"""What is asked for in general: all that is known of the person, the list of the documents, what was said in the last
conversation, and more of the last answer."""
KEEP, INSTRUCTION, FORGET = 0.54, 0.4, 0.2
"""The scores from which a sentence is kept, is kept as a standing instruction, and may be a wish to forget."""
LIKELY_ESSENTIAL = 0.35
"""The score from which a sentence tells what must always be known of a person."""
OF_NETWORK = 0.6
"""What the network counts in the mean of both logits."""
_KEPT_IN_MIND = 512
"""Messages that were judged last: in a turn the same ones are judged for what is kept, sought and said."""
_LIKELY_REQUEST, _LIKELY_TOPIC = 0.27, 0.35
_MOST_TOPICS = 2
_LOGIT_RANGE = 1e-4
WEIGHTS = "weights.npz"
Logits = dict[str, float]
"""By head."""
BUCKETS = 1 << BITS


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a sentence is. Scores are between 0 and 1."""

    kind: str
    """fact, preference, event or instruction: the likeliest, if it is kept."""
    keep: float
    """Whether it says something worth remembering."""
    instruction: float
    """Whether it is a wish for every later answer."""
    asks: float
    """Whether it asks for something, with a question mark or without."""
    forget: float
    """Whether it asks to forget something that is remembered."""
    revises: float
    """Whether it says, by itself, that something is no longer so, was never so or has another value."""
    chat: float
    """Whether it is small talk, by itself: a greeting, thanks, a mood, for which nothing said earlier is wanted."""
    seeks: float
    """Whether it looks for something that was said, by itself, in a question or in a few bare words."""
    follows: float
    """Whether it makes sense, by itself, only after what was said before: "and the second one?"."""
    about_assistant: float
    """Whether it asks, by itself, about what the assistant said."""
    about_user: float
    """Whether it asks, by itself, about what the person told of themselves."""
    of_documents: float
    """Whether documents would hold what it asks for, by itself, rather than what the person told."""
    essential: float
    """Whether whoever looks after the person must always know it: an allergy, whom they live with, what they do."""
    ahead: float
    """Whether a day that it names lies ahead, by itself, rather than behind."""
    request: str
    """Which of REQUESTS it is, by itself; "" for none."""
    topics: list[str]
    """One or two of TOPICS, the likelier first."""
    topic_shares: dict[str, float]
    """How likely each of TOPICS is; they sum to 1."""

    @property
    def looks_for(self) -> float:
        """Whether it only looks for something, 0 to 1: by both scores for it, which err in different messages."""
        return sigmoid((logit_of(self.asks) + logit_of(self.seeks)) / 2)

    @property
    def is_worth_keeping(self) -> bool:
        """Whether it is, by either score."""
        return self.keep >= KEEP or self.instruction >= INSTRUCTION

    @property
    def is_kept(self) -> bool:
        """Whether it is worth keeping, and surely no wish to forget what it tells."""
        return self.is_worth_keeping and self.forget < FORGET


@dataclass(frozen=True, slots=True)
class _Heads:
    """Heads of one length: their weights are int8, shape (weights, heads), and have a scale and a bias a head.

    A head of 2 ** (BITS + 1) weights has those of all languages first, then those of single ones; a shorter one has
    only the first, or takes together buckets whose numbers begin alike.
    """

    names: list[str]
    rows: NDArray[np.int8]
    scales: NDArray[np.float64]
    biases: NDArray[np.float64]


def judge(sentences: Sequence[str]) -> list[Judgement]:
    """What each sentence of one message is, in their order."""
    return list(_judged(tuple(sentences)))


@functools.lru_cache(_KEPT_IN_MIND)
def _judged(sentences: tuple[str, ...]) -> list[Judgement]:
    in_message = [_logits(features) for features in featurize(sentences)]
    alone = [_logits(featurize([sentence])[0]) for sentence in sentences] if len(sentences) > 1 else in_message
    by_network = network.judge(sentences)
    return [_judgement(*each) for each in zip(in_message, alone, by_network, strict=True)]


def likeliest_title(places: Sequence[str]) -> int:
    """Where a title begins, of the places of one message that `titles.py` names. By far most begin at the first."""
    scores = [_logits(featurize([place])[0])["title"] for place in places]
    return scores.index(max(scores))


def _judgement(in_message: Logits, alone: Logits, by_network: Logits) -> Judgement:
    both = {
        head: (1 - OF_NETWORK) * (in_message if head in network.IN_MESSAGE else alone)[head] + OF_NETWORK * logit
        for head, logit in by_network.items()
    }
    score = {head: sigmoid(logit) for head, logit in (in_message | both).items()}
    by_itself = {head: sigmoid(logit) for head, logit in (alone | both).items()}
    request = max(REQUESTS, key=lambda head: by_itself[head])
    ranked = sorted(TOPICS, key=lambda topic: -score[topic])
    second = [topic for topic in ranked[1:_MOST_TOPICS] if score[topic] >= _LIKELY_TOPIC]
    kind = "rule" if score["instruction"] >= INSTRUCTION else max(KINDS, key=lambda label: score[label])
    all_topics = sum(score[topic] for topic in TOPICS)
    return Judgement(
        kind=KINDS[kind],
        keep=score["keep"],
        asks=score["asks"],
        instruction=score["instruction"],
        forget=score["forget"],
        revises=by_itself["revises"],
        chat=by_itself["chat"],
        follows=by_itself["follows"],
        seeks=by_itself["seeks"],
        about_assistant=by_itself["about_assistant"],
        about_user=by_itself["about_user"],
        of_documents=by_itself["of_documents"],
        essential=by_itself["essential"],
        ahead=by_itself["ahead"],
        request=request if by_itself[request] >= _LIKELY_REQUEST else "",
        topics=[ranked[0], *second],
        topic_shares={topic: score[topic] / all_topics for topic in TOPICS},
    )


def _logits(features: Features) -> Logits:
    """Of every head."""
    found: Logits = {}
    for heads in _heads():
        if len(heads.rows) > BUCKETS:
            totals = features.values @ heads.rows[features.shared]
            totals += features.values @ heads.rows[BUCKETS + features.of_language]
        else:
            totals = features.values @ heads.rows[features.shared // (BUCKETS // len(heads.rows))]
        found |= dict(zip(heads.names, (totals * heads.scales + heads.biases).tolist(), strict=True))
    return found


def sigmoid(logit: float) -> float:
    """The probability of a logit."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def logit_of(probability: float) -> float:
    """The logit of a probability, which counts as neither impossible nor certain."""
    bounded = min(max(probability, _LOGIT_RANGE), 1 - _LOGIT_RANGE)
    return math.log(bounded / (1 - bounded))


@functools.cache
def _heads() -> list[_Heads]:
    """The weights, read once: 10 ms."""
    import numpy as np

    with files(__package__).joinpath(WEIGHTS).open("rb") as file, np.load(file) as stored:
        names = [str(name) for name in stored["names"]]
        rows = {name: stored[name] for name in names}
        scales, biases = (dict(zip(names, stored[part], strict=True)) for part in ("scales", "biases"))
    alike: dict[int, list[str]] = {}
    for name in names:
        alike.setdefault(len(rows[name]), []).append(name)
    return [
        _Heads(
            some,
            np.stack([rows[name] for name in some], axis=1),
            np.array([scales[name] for name in some]),
            np.array([biases[name] for name in some]),
        )
        for some in alike.values()
    ]
