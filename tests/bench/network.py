"""What a small network would bring beside the n-grams of the classifier. Run by hand; no part of the program.

    uv run --group dev --with torch python tests/bench/network.py [EPOCHS]

A convolutional network that sees each sentence between those around it, by the vectors of the bundled embedder and by
what it learns of the tokens that people use most. It is fitted on what the classifier is fitted on. Prints how much of
what is worth keeping is kept on the held-out voices where as many messages that hold nothing teach something: by the
classifier as it is, by the network, and by the mean of their logits. Ten epochs take a quarter of an hour on two cores.
torch is in no group of dependencies: nothing else needs its gigabytes.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from classifier import (
    HELD_OUT,
    LOOKED_UP,
    OCCASIONS,
    OF_DOCUMENTS,
    OTHER,
    TALKED,
    VOICES,
    Message,
    fitted_messages,
    is_told,
    looked_up,
    read,
    varied,
)
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from agentmem_cli.embedding.bundled import token_vectors, tokens
from agentmem_cli.language.classifier import KINDS, TOPICS, judge
from agentmem_cli.language.vocabulary import without_greeting

LABELS = ("none", *KINDS, "forget", "ask", "other")
OF_MESSAGES = ("chat", "lookup", "follow")
"""The labels of sentences and of messages."""
SEGMENTS = (BEFORE, ITSELF, BEHIND) = range(3)
OWN, AROUND = 64, 32
"""Tokens of a sentence, and of what stands before and behind it each."""
REACHES = (1, 2)
"""How far from a token those are that each convolution sees beside it."""
CHANNELS, PLACE_CHANNELS = 128, 16
LEARNED, LEARNED_DIMENSIONS = 6_144, 32
"""Tokens of which it learns more than their vectors."""
EPOCHS, BATCH, RATE, DECAY = 10, 256, 3e-3, 0.01
DROPPED, DROPPED_TOKENS = 0.4, 0.1
LABEL_COUNTS, TOPICS_COUNT, OF_MESSAGES_COUNT = 0.7, 0.3, 0.5
"""What these losses count beside the loss of what is kept."""
UNKNOWN = -1.0
VOCABULARY, DIMENSIONS = 32_000, 256
FALSE = {"English": 0.08, "others": 0.1}
"""The share of the messages that hold nothing of which something is kept."""


@dataclass(frozen=True, slots=True)
class Window:
    """What is seen of a sentence: token numbers and the segment of each, both of shape (tokens,).

    `place` is 0 in the middle of a message, and 1 more for its first sentence and 2 more for its last.
    """

    tokens: NDArray[np.int64]
    segments: NDArray[np.int64]
    place: int


def windows(sentences: Sequence[str]) -> list[Window]:
    """What is seen of each sentence of one message."""
    numbers = [each.astype(np.int64) for each in tokens([without_greeting(text) for text in sentences])]
    whole = np.concatenate([np.zeros(0, np.int64), *numbers])
    found, start = [], 0
    for row, own in enumerate(numbers):
        end = start + len(own)
        parts = (whole[max(start - AROUND, 0) : start], own[:OWN], whole[end : end + AROUND])
        segments = np.repeat(SEGMENTS, [len(part) for part in parts])
        place = (row == 0) + 2 * (row == len(numbers) - 1)
        found.append(Window(np.concatenate(parts), segments, place))
        start = end
    return found


@dataclass(frozen=True, slots=True)
class Example:
    """What is seen of a sentence, and what is to be said of it; UNKNOWN where nobody knows."""

    window: Window
    label: int
    topics: tuple[int, ...] = ()
    of_message: tuple[float, float, float] = (UNKNOWN, UNKNOWN, UNKNOWN)


def main(epochs: int = EPOCHS) -> None:
    """Fit, and measure."""
    torch.manual_seed(0)
    examples = [*sentence_examples(), *message_examples()]
    model = Model(most_used(examples))
    print(f"{len(examples):,} examples, {sum(each.numel() for each in model.parameters()):,} weights", flush=True)
    train(model, examples, epochs)
    report(model)


def sentence_examples() -> list[Example]:
    """Every sentence of the voices with what it is."""
    return [example for message in varied(fitted_messages()) for example in _examples(message)]


def _examples(message: Message) -> Iterable[Example]:
    alone = message[0] if len(message) == 1 else None
    told = alone is not None and alone.is_kept
    of_message = (
        0.0 if told else UNKNOWN,
        0.0 if alone is not None and is_told(alone) else UNKNOWN,
        0.0 if told else UNKNOWN,
    )
    for line, window in zip(message, windows([line.text for line in message]), strict=True):
        topics = tuple(TOPICS.index(topic) for topic in line.topics if topic in TOPICS)
        yield Example(window, LABELS.index(line.kind), topics, of_message)


def message_examples() -> list[Example]:
    """Every message of `lookups` with what it is as a whole."""
    found = []
    for name in (*LOOKED_UP, OF_DOCUMENTS, OCCASIONS):
        for text, label in looked_up(name):
            chat, seeks, follows = (float(label == each) for each in OF_MESSAGES)
            if name == OCCASIONS:
                seeks = follows = UNKNOWN
            elif name not in TALKED:
                chat = follows = UNKNOWN
            found.append(Example(windows([text])[0], int(UNKNOWN), (), (chat, seeks, follows)))
    return found


def most_used(examples: Sequence[Example]) -> NDArray[np.int64]:
    """The numbers of the LEARNED tokens that stand in the most windows."""
    counts = Counter(int(token) for example in examples for token in np.unique(example.window.tokens))
    return np.array([token for token, _ in counts.most_common(LEARNED)], np.int64)


class Model(nn.Module):
    """The network of `language/network.py`, layer by layer."""

    def __init__(self, learned_tokens: NDArray[np.int64]) -> None:
        super().__init__()
        vectors = token_vectors(np.arange(VOCABULARY)) * np.float32(DIMENSIONS**0.5)
        row_of = np.zeros(VOCABULARY, np.int64)
        row_of[learned_tokens] = np.arange(1, len(learned_tokens) + 1)
        self.vectors, self.row_of = torch.tensor(vectors), torch.tensor(row_of)
        self.known = nn.Linear(DIMENSIONS, CHANNELS, bias=False)
        self.learned = nn.Embedding(len(learned_tokens) + 1, LEARNED_DIMENSIONS, padding_idx=0)
        self.learned.weight.data.mul_(0.3)
        self.of_learned = nn.Linear(LEARNED_DIMENSIONS, CHANNELS, bias=False)
        self.segment = nn.Embedding(len(SEGMENTS) + 1, CHANNELS)
        self.place = nn.Embedding(4, PLACE_CHANNELS)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(CHANNELS, CHANNELS, 3, padding=reach, dilation=reach) for reach in REACHES
        )
        self.hidden = nn.Linear(2 * len(SEGMENTS) * CHANNELS + PLACE_CHANNELS, CHANNELS)
        self.output = nn.Linear(CHANNELS, len(LABELS) + len(TOPICS) + len(OF_MESSAGES))
        self.dropout = nn.Dropout(DROPPED)

    def forward(self, tokens: Tensor, segments: Tensor, places: Tensor) -> Tensor:
        """Logits, shape (sentences, outputs); a segment of 3 is padding."""
        vectors, rows = self.vectors[tokens], self.row_of[tokens]
        if self.training:
            vectors = vectors * (torch.rand(tokens.shape) > DROPPED_TOKENS).unsqueeze(2)
            rows = rows * (torch.rand(tokens.shape) > DROPPED_TOKENS)
        seen = self.known(vectors) + self.of_learned(self.learned(rows)) + self.segment(segments)
        is_seen = (segments < len(SEGMENTS)).unsqueeze(1).float()
        near, far = seen.transpose(1, 2) * is_seen, torch.zeros(())
        for number, convolution in enumerate(self.convolutions):
            near = functional.relu(convolution(self.dropout(near) if number else near)) * is_seen
            far = far + near
        pooled = []
        for segment in SEGMENTS:
            is_in = (segments == segment).unsqueeze(1).float()
            pooled += [(far * is_in).amax(2), (far * is_in).sum(2) / is_in.sum(2).clamp(min=1)]
        joined = torch.cat([*pooled, self.place(places)], 1)
        found: Tensor = self.output(self.dropout(functional.relu(self.hidden(self.dropout(joined)))))
        return found


def train(model: Model, examples: list[Example], epochs: int) -> None:
    """Fit the weights; texts of about one length share a batch."""
    random = np.random.default_rng(0)
    lengths = np.array([len(example.window.tokens) for example in examples])
    batches = -(-len(examples) // BATCH)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=epochs * batches)
    for epoch in range(epochs):
        order = np.argsort(lengths + random.random(len(lengths)) * 12)
        total = 0.0
        for batch in random.permutation(batches):
            found = loss(model, [examples[row] for row in order[batch * BATCH : (batch + 1) * BATCH]])
            optimizer.zero_grad()
            found.backward()
            optimizer.step()
            schedule.step()
            total += found.item()
        print(f"epoch {epoch + 1}: loss {total / batches:.3f}", flush=True)


def loss(model: Model, examples: Sequence[Example]) -> Tensor:
    """Of one batch."""
    logits, topics, of_message = model(*padded([example.window for example in examples])).split(
        [len(LABELS), len(TOPICS), len(OF_MESSAGES)], 1
    )
    labels = torch.tensor([example.label for example in examples])
    is_known = labels >= 0
    truth = torch.zeros_like(topics)
    for row, example in enumerate(examples):
        truth[row, list(example.topics)] = 1
    kept = torch.isin(labels, torch.tensor([LABELS.index(kind) for kind in KINDS])).float()
    score = keep_logit(functional.log_softmax(logits, 1))
    keep = functional.binary_cross_entropy_with_logits(score, kept, reduction="none")
    label = functional.cross_entropy(logits, labels.clamp(min=0), reduction="none")
    topic = functional.binary_cross_entropy_with_logits(topics, truth, reduction="none").sum(1)
    targets = torch.tensor([example.of_message for example in examples])
    message = functional.binary_cross_entropy_with_logits(of_message, targets.clamp(min=0), reduction="none")
    total = keep * is_known * (labels != LABELS.index(OTHER)) + LABEL_COUNTS * label * is_known
    total = total + TOPICS_COUNT * topic * kept + OF_MESSAGES_COUNT * (message * (targets >= 0)).sum(1)
    return total.mean()


def keep_logit(log_shares: Tensor) -> Tensor:
    """The logit of "any kind that is kept", of the logarithms of the labels' shares."""
    kept = torch.logsumexp(log_shares[:, [LABELS.index(kind) for kind in KINDS]], 1).clamp(max=-1e-6)
    return kept - torch.log1p(-kept.exp())


def padded(seen: Sequence[Window]) -> tuple[Tensor, Tensor, Tensor]:
    """Tokens and segments, shape (sentences, longest), and places."""
    longest = max(1, *(len(each.tokens) for each in seen))
    tokens = np.zeros((len(seen), longest), np.int64)
    segments = np.full_like(tokens, len(SEGMENTS))
    for row, each in enumerate(seen):
        tokens[row, : len(each.tokens)] = each.tokens
        segments[row, : len(each.tokens)] = each.segments
    return torch.tensor(tokens), torch.tensor(segments), torch.tensor([each.place for each in seen])


def report(model: Model) -> None:
    """Print what is kept where the same share is false."""
    model.eval()
    print(f"{'kept':<10}{'false':>8}{'classifier':>12}{'network':>10}{'mean':>8}")
    for name, false in FALSE.items():
        voices = [voice for voice in sorted(HELD_OUT) if (voice[:2] == "en") == (name == "English")]
        messages = [message for voice in voices for message in read(VOICES / f"{voice}.txt")]
        now = [by_classifier(message) for message in messages]
        new = [by_network(model, message) for message in messages]
        mean = [(one + other) / 2 for one, other in zip(now, new, strict=True)]
        shares = [kept_at(false, messages, scores) for scores in (now, new, mean)]
        print(f"{name:<10}{false:>8.2f}{shares[0]:>12.3f}{shares[1]:>10.3f}{shares[2]:>8.3f}")


def by_classifier(message: Message) -> NDArray[np.float64]:
    """The logit for keeping of each sentence, as the program has it."""
    scores = np.array([each.keep for each in judge([line.text for line in message])]).clip(1e-9, 1 - 1e-9)
    logits: NDArray[np.float64] = np.log(scores / (1 - scores))
    return logits


def by_network(model: Model, message: Message) -> NDArray[np.float64]:
    """The same by the network."""
    with torch.no_grad():
        outputs = model(*padded(windows([line.text for line in message])))
        logits: NDArray[np.float64] = keep_logit(functional.log_softmax(outputs[:, : len(LABELS)], 1)).double().numpy()
    return logits


def kept_at(false: float, messages: Sequence[Message], scores: Sequence[NDArray[np.float64]]) -> float:
    """The share of what is worth keeping that scores higher than this share of the messages that hold nothing."""
    lacking = [
        each.max()
        for message, each in zip(messages, scores, strict=True)
        if all(line.kind in ("none", "ask") for line in message)
    ]
    least = np.quantile(lacking, 1 - false)
    kept = [
        score > least
        for message, each in zip(messages, scores, strict=True)
        for line, score in zip(message, each, strict=True)
        if line.is_kept
    ]
    return float(np.mean(kept))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
