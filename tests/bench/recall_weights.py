"""The weights of `recall/ranking.py`: fit them, and show what each is worth. Run by hand.

    uv run --group dev python tests/bench/recall_weights.py FILE.json

FILE is in LoCoMo's format. A softmax over the messages of each question is fitted on all conversations but one and
measured on that one, in turn; printed are the share of the evidence in the top 5 and the top 10, the same without each
feature, and the weights that all conversations give.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from conversations import Pool, pools_of, stored
from numpy.typing import NDArray
from scipy.optimize import minimize

from agentmem_cli.language.word_index import words_of
from agentmem_cli.recall import ranking
from agentmem_cli.recall.ranking import FEATURES, WEIGHTS, Asked, echoes, first_features, in_its_time, read_features
from agentmem_cli.recall.vectors import MESSAGES

SHRINKAGE = 1e-3
"""Of the squares of the weights: 1e-4 to 1e-2 are about as good."""
MULTI_HOP = "1"
TOLD = (*FEATURES, "echoes")


@dataclass(frozen=True, slots=True)
class Case:
    """A question: features of its messages, shape (messages, features), which are evidence, and how much there is."""

    features: NDArray[np.float32]
    truth: NDArray[np.bool_]
    evidence: int
    kind: str


def main() -> None:
    """Fit and print."""
    parts = [cases_of(pool) for pool in pools_of(sys.argv[1])]
    everything = list(range(len(TOLD)))
    print(f"{'held out in turn':<24}{'top 5':>8}{'top 10':>8}{'of that multi-hop':>19}")
    show("all features", parts, everything)
    for number, name in enumerate(TOLD):
        show(f"without {name}", parts, [each for each in everything if each != number])
    print("\nfitted on all")
    for name, weight in zip(TOLD, fit([case for part in parts for case in part], everything), strict=True):
        print(f"{name:<24}{weight:8.2f}")


def cases_of(pool: Pool) -> list[Case]:
    """The questions of a conversation."""
    evidence_of = {line.content: line.id or "" for line in pool.lines}
    with stored(pool.lines) as (database, index):
        transcript = index.transcript()
        cases = []
        for question in pool.questions:
            near = index.cosines(question.text).get(MESSAGES)
            asked = in_its_time(transcript, Asked(question.text, words_of(question.text), near))
            rows, overall = first_features(transcript, asked)
            read = ranking.read_messages(database, transcript, rows)
            table = np.column_stack([overall, read_features(transcript, asked, rows, read)])
            likeness = echoes(transcript, asked, rows, table @ np.array(WEIGHTS, np.float32))
            table = np.column_stack([table, likeness])
            truth = np.array([evidence_of[read[row]["text"]] in question.evidence for row in rows.tolist()])
            cases.append(Case(table, truth, len(question.evidence), question.kind))
    return cases


def fit(cases: Sequence[Case], chosen: Sequence[int]) -> NDArray[np.float64]:
    """The weights of the chosen features under which each piece of evidence stands before what is none."""
    known = [(case.features[:, chosen].astype(float), case.truth) for case in cases if case.truth.any()]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = 0.0, np.zeros(len(chosen))
        for features, truth in known:
            scores = features @ weights
            others = np.exp(scores[~truth] - scores.max())
            shares = others / others.sum()
            rest = np.log(others.sum()) + scores.max()
            lost = 1 / (1 + np.exp(scores[truth] - rest))
            total += float(np.logaddexp(0, rest - scores[truth]).mean())
            slope += (lost[:, np.newaxis] * (shares @ features[~truth] - features[truth])).mean(axis=0)
        count = len(known)
        return total / count + SHRINKAGE * float(weights @ weights), slope / count + 2 * SHRINKAGE * weights

    found: NDArray[np.float64] = minimize(loss, np.zeros(len(chosen)), jac=True, method="L-BFGS-B").x
    return found


def show(name: str, parts: Sequence[Sequence[Case]], chosen: Sequence[int]) -> None:
    """A row: each conversation measured with the weights of the others."""
    five, ten, hops = [], [], []
    for place, part in enumerate(parts):
        weights = fit([case for other, cases in enumerate(parts) if other != place for case in cases], chosen)
        for case in part:
            order = np.argsort(-(case.features[:, chosen] @ weights), kind="stable")
            five.append(case.truth[order[:5]].sum() / case.evidence)
            ten.append(case.truth[order[:10]].sum() / case.evidence)
            hops += [ten[-1]] if case.kind == MULTI_HOP else []
    print(f"{name:<24}{np.mean(five):>8.3f}{np.mean(ten):>8.3f}{np.mean(hops):>19.3f}")


if __name__ == "__main__":
    main()
