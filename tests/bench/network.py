"""Fits the weights of the network beside the classifier's n-grams, and writes them. Run by hand.

    uv run --group dev --with torch python tests/bench/network.py [--more]

It is fitted on what the n-grams are fitted on, in a quarter of an hour; `--more` goes on from the stored weights, in
five minutes, where messages were added: what was learned before stays. `classifier.py` measures both. torch is in no
group of dependencies: nothing else needs its gigabytes.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from classifier import (
    FITTED,
    LOOKED_UP,
    LOOKUP_HEADS,
    OCCASIONS,
    OF_DOCUMENTS,
    OTHER,
    SOURCES,
    TALKED,
    WEIGHTS,
    Line,
    Message,
    fitted_messages,
    is_told,
    known_statements,
    looked_up,
    varied,
)
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from agentmem_cli.embedding.bundled import DIMENSIONS, token_vectors
from agentmem_cli.language import network
from agentmem_cli.language.classifier import KINDS, TOPICS
from agentmem_cli.language.network import AROUND, CHANNELS, FIRST, HEADS, LAST, PLACES, REACHES, token_numbers

LABELS = ("none", *KINDS, "forget", "ask", OTHER)
VOCABULARY = 32_000
LEARNED, LEARNED_DIMENSIONS = 3_072, 32
"""Tokens of which more is learned than their vectors: those in the most sentences."""
EPOCHS, BATCH, RATE, DECAY = 10, 256, 3e-3, 0.01
MORE_EPOCHS, MORE_RATE, NEW_HEADS_SHARE = 5, 1.5e-3, 4
"""Of `--more`; the heads that only the fit has are new, and first fitted by themselves on every so many messages."""
DROPPED, DROPPED_TOKENS, DROPPED_LEARNED = 0.4, 0.1, 0.3
LABEL_COUNTS, TOPICS_COUNT, OF_MESSAGES_COUNT, INSTRUCTION_COUNTS = 0.7, 0.3, 0.5, 0.5
"""What these losses count beside the loss of what is kept."""
CHAT_KEPT = 0.1
"""The share of small talk that is taken to be worth keeping."""
UNKNOWN = -1.0


@dataclass(frozen=True, slots=True)
class Example:
    """A message: the token numbers of its sentences, and what is to be said of each; UNKNOWN where nobody knows.

    `targets` has the shape (sentences, HEADS), `labels` (sentences,), `topics` (sentences, TOPICS).
    """

    numbers: list[NDArray[np.uint16]]
    targets: NDArray[np.float32]
    labels: NDArray[np.int64]
    topics: NDArray[np.float32]


def main() -> None:
    """Fit, and write."""
    examples = [*sentence_examples(), *message_examples()]
    save(gone_on(stored(), examples) if "--more" in sys.argv else fitted(examples))


def sentence_examples() -> list[Example]:
    """Every message of the voices, what is known of the people in `revisions`, and what is asked of documents."""
    known = [[Line("fact", False, (), text)] for name in FITTED for text in known_statements(name)]
    return [_of_sentences(message) for message in [*varied(fitted_messages()), *known]]


def _of_sentences(message: Message) -> Example:
    targets = np.full((len(message), len(HEADS)), UNKNOWN, np.float32)
    topics = np.zeros((len(message), len(TOPICS)), np.float32)
    for row, line in enumerate(message):
        if line.kind != OTHER:
            targets[row, HEADS.index("keep")] = line.is_kept
        targets[row, HEADS.index("instruction")] = line.kind == "rule"
        topics[row, [TOPICS.index(topic) for topic in line.topics if topic in TOPICS]] = 1
    if len(message) == 1 and message[0].is_kept:
        targets[0, [HEADS.index("chat"), HEADS.index("follows")]] = 0
    if len(message) == 1 and is_told(message[0]):
        targets[0, HEADS.index("seeks")] = 0
    labels = np.array([LABELS.index(line.kind) for line in message])
    return Example(token_numbers([line.text for line in message]), targets, labels, topics)


def message_examples(hidden: Collection[str] = ()) -> list[Example]:
    """Every message of `lookups` but these, with what it is as a whole, those of TALKED in every way.

    None is worth keeping, but for some small talk; of OCCASIONS nobody knows.
    """
    heads_of: dict[str, tuple[str, ...]] = dict.fromkeys([*LOOKED_UP, OF_DOCUMENTS, *SOURCES], ("seeks",))
    heads_of |= dict.fromkeys(TALKED, tuple(LOOKUP_HEADS.values()))
    found = []
    for name, heads in (heads_of | {OCCASIONS: ("chat",)}).items():
        for text, label in looked_up(name):
            if text not in hidden:
                targets = np.full((1, len(HEADS)), UNKNOWN, np.float32)
                told = LOOKUP_HEADS.get(label, "seeks")
                targets[0, [HEADS.index(head) for head in heads]] = [told == head for head in heads]
                if name != OCCASIONS:
                    targets[0, HEADS.index("keep")] = CHAT_KEPT if label == "chat" else 0
                nothing = np.zeros((1, len(TOPICS)), np.float32)
                found.append(Example(token_numbers([text]), targets, np.array([int(UNKNOWN)]), nothing))
    return found


def most_used(examples: Iterable[Example]) -> NDArray[np.int64]:
    """The numbers of the LEARNED tokens that stand in the most sentences."""
    counts: Counter[int] = Counter()
    for example in examples:
        for numbers in example.numbers:
            counts.update(set(numbers.tolist()))
    return np.array([token for token, _ in counts.most_common(LEARNED)], np.int64)


class Model(nn.Module):
    """The network of `agentmem_cli/language/network.py`, layer by layer, and two heads that only the fit has."""

    def __init__(self, learned_tokens: NDArray[np.int64]) -> None:
        super().__init__()
        self.learned_tokens = learned_tokens
        row_of = np.zeros(VOCABULARY, np.int64)
        row_of[learned_tokens] = np.arange(1, len(learned_tokens) + 1)
        self.vectors, self.row_of = torch.tensor(token_vectors(np.arange(VOCABULARY))), torch.tensor(row_of)
        self.known = nn.Linear(DIMENSIONS, CHANNELS, bias=False)
        self.known.weight.data.mul_(DIMENSIONS**0.5)
        self.learned = nn.Embedding(len(learned_tokens) + 1, LEARNED_DIMENSIONS, padding_idx=0)
        self.learned.weight.data.mul_(0.3)
        self.of_learned = nn.Linear(LEARNED_DIMENSIONS, CHANNELS, bias=False)
        self.convolutions = nn.ModuleList(nn.Linear(3 * CHANNELS, CHANNELS) for _ in REACHES)
        self.hidden = nn.Linear(6 * CHANNELS + len(PLACES), CHANNELS)
        self.output = nn.Linear(CHANNELS, len(HEADS))
        self.labels = nn.Linear(CHANNELS, len(LABELS) + len(TOPICS))
        self.dropout = nn.Dropout(DROPPED)

    def forward(self, batch: Sequence[Example]) -> tuple[Tensor, Tensor]:
        """The logits of HEADS, and those of LABELS and TOPICS, for each sentence."""
        own = self.encoded([numbers for example in batch for numbers in example.numbers])
        lengths = np.array([len(example.numbers) for example in batch])
        place = np.concatenate([np.arange(length) for length in lengths])
        left = np.repeat(lengths, lengths) - 1 - place
        rows = np.arange(len(place))
        every = torch.cat([own, torch.zeros(1, own.shape[1])])
        before = [every[np.where(place >= distance, rows - distance, -1)] for distance in range(1, AROUND + 1)]
        behind = [every[np.where(left >= distance, rows + distance, -1)] for distance in range(1, AROUND + 1)]
        places = functional.one_hot(torch.tensor(FIRST * (place == 0) + LAST * (left == 0)), len(PLACES)).float()
        joined = torch.cat([own, torch.stack(before).amax(0), torch.stack(behind).amax(0), places], 1)
        hidden = self.dropout(functional.relu(self.hidden(self.dropout(joined))))
        return self.output(hidden), self.labels(hidden)

    def encoded(self, sentences: Sequence[NDArray[np.uint16]]) -> Tensor:
        """Each sentence, shape (sentences, 2 * CHANNELS)."""
        gap = max(REACHES)
        lengths = np.array([len(numbers) for numbers in sentences])
        sentence_of = torch.tensor(np.repeat(np.arange(len(sentences)), lengths))
        places = torch.tensor(np.arange(lengths.sum())) + gap * (sentence_of + 1)
        every = torch.tensor(np.concatenate(sentences).astype(np.int64))
        vectors, rows = self.vectors[every], self.row_of[every]
        if self.training:
            vectors = vectors * (torch.rand(len(every), 1) > DROPPED_TOKENS)
            rows = rows * (torch.rand(len(every)) > DROPPED_LEARNED)
        size = int(lengths.sum()) + gap * (len(sentences) + 1)
        is_token = torch.zeros(size, 1).index_fill(0, places, 1)
        near = torch.zeros(size, CHANNELS).index_copy(
            0, places, self.known(vectors) + self.of_learned(self.learned(rows))
        )
        total = torch.zeros(())
        for number, (reach, convolution) in enumerate(zip(REACHES, self.convolutions, strict=True)):
            near = self.dropout(near) if number else near
            padded = functional.pad(near, (0, 0, reach, reach))
            beside = torch.cat([padded[: -2 * reach], near, padded[2 * reach :]], 1)
            near = functional.relu(convolution(beside)) * is_token
            total = total + near
        shown, shape = total[places], (len(sentences), CHANNELS)
        longest = torch.zeros(shape).scatter_reduce(0, sentence_of[:, None].expand_as(shown), shown, "amax")
        sums = torch.zeros(shape).index_add(0, sentence_of, shown)
        return torch.cat([longest, sums / torch.tensor(lengths).clamp(min=1)[:, None]], 1)


def fitted(examples: Sequence[Example]) -> Model:
    """A model whose weights are fitted on these."""
    torch.manual_seed(0)
    model = Model(most_used(examples))
    fit(model, examples, model.parameters(), EPOCHS, RATE)
    return model


def gone_on(model: Model, examples: Sequence[Example]) -> Model:
    """A model that was fitted before, fitted on these too."""
    torch.manual_seed(0)
    fit(model, examples[::NEW_HEADS_SHARE], model.labels.parameters(), 1, RATE)
    fit(model, examples, model.parameters(), MORE_EPOCHS, MORE_RATE)
    return model


def fit(
    model: Model, examples: Sequence[Example], weights: Iterable[nn.Parameter], epochs: int, highest_rate: float
) -> None:
    """Change these of the weights, each message being seen once in an epoch."""
    random = np.random.default_rng(0)
    batches = -(-sum(len(example.numbers) for example in examples) // BATCH)
    optimizer = torch.optim.AdamW(weights, lr=highest_rate, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, highest_rate, total_steps=epochs * batches)
    print(f"{len(examples):,} messages, {sum(each.numel() for each in model.parameters()):,} weights", flush=True)
    model.train()
    for epoch in range(epochs):
        total = 0.0
        for some in np.array_split(random.permutation(len(examples)), batches):
            found = loss(model, [examples[row] for row in some])
            model.zero_grad()
            found.backward()
            optimizer.step()
            schedule.step()
            total += found.item()
        print(f"epoch {epoch + 1}: loss {total / batches:.3f}", flush=True)
    model.eval()


def loss(model: Model, batch: Sequence[Example]) -> Tensor:
    """Of one batch, a mean over its sentences."""
    heads, others = model(batch)
    of_label, of_topic = others.split([len(LABELS), len(TOPICS)], 1)
    targets = torch.tensor(np.concatenate([example.targets for example in batch]))
    labels = torch.tensor(np.concatenate([example.labels for example in batch]))
    topics = torch.tensor(np.concatenate([example.topics for example in batch]))
    counts = torch.tensor([1.0, INSTRUCTION_COUNTS, *[OF_MESSAGES_COUNT] * len(LOOKUP_HEADS)])
    of_heads = functional.binary_cross_entropy_with_logits(heads, targets.clamp(min=0), reduction="none")
    label = functional.cross_entropy(of_label, labels.clamp(min=0), reduction="none") * (labels >= 0)
    topic = functional.binary_cross_entropy_with_logits(of_topic, topics, reduction="none").sum(1)
    total = (of_heads * counts * (targets >= 0)).sum(1) + LABEL_COUNTS * label
    return (total + TOPICS_COUNT * topic * (topics.sum(1) > 0)).mean()


def layers(model: Model) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The matrices and the biases that are stored, by their names there; what is written into them is in the model."""
    convolutions = {f"convolution_{reach}": each for reach, each in zip(REACHES, model.convolutions, strict=True)}
    both = {**convolutions, "hidden": model.hidden, "output": model.output}
    linear = {"known": model.known, "of_learned": model.of_learned, **both}
    matrices = {name: each.weight.data.T for name, each in linear.items()} | {"learned": model.learned.weight.data[1:]}
    return matrices, {f"{name}_bias": each.bias.data for name, each in both.items()}


def stored() -> Model:
    """The model whose weights are in use; its other heads are new."""
    with np.load(WEIGHTS.parent / network.WEIGHTS) as arrays:
        model = Model(arrays["learned_tokens"].astype(np.int64))
        matrices, biases = layers(model)
        for name, matrix in matrices.items():
            matrix.copy_(torch.tensor(arrays[name] * arrays[f"{name}_scales"]))
        for name, bias in biases.items():
            bias.copy_(torch.tensor(arrays[name]))
    return model


def save(model: Model) -> None:
    """Write the weights as whole numbers of one byte each, with a scale for each column."""
    matrices, biases = layers(model)
    arrays = {name: bias.numpy() for name, bias in biases.items()}
    for name, matrix in matrices.items():
        values = matrix.numpy()
        scales = np.maximum(np.abs(values).max(axis=0), 1e-9).astype(np.float32) / 127
        arrays |= {name: np.round(values / scales).astype(np.int8), f"{name}_scales": scales}
    path = WEIGHTS.parent / network.WEIGHTS
    tokens = model.learned_tokens.astype(np.uint16)
    np.savez_compressed(path, allow_pickle=False, vocabulary=np.array(VOCABULARY), learned_tokens=tokens, **arrays)
    print(f"{path.name}: {path.stat().st_size:,} bytes")


def alone(model: Model, texts: Sequence[str]) -> NDArray[np.float32]:
    """The logits of HEADS for each text by itself, shape (texts, HEADS)."""
    unknown = (np.zeros(0, np.float32), np.zeros(0, np.int64), np.zeros(0, np.float32))
    with torch.no_grad():
        heads, _ = model([Example([numbers], *unknown) for numbers in token_numbers(texts)])
    found: NDArray[np.float32] = heads.numpy()
    return found


if __name__ == "__main__":
    main()
