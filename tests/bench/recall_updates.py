"""How often a recalled block holds the newest statement of a fact that changed, shown as the current one.

Run by hand: `uv run --group dev python tests/bench/recall_updates.py CONVERSATIONS.json`. A LongMemEval file brings
its own questions (those of kind knowledge-update); among a LoCoMo file's conversations, as strangers' talk, the 62
made-up chains of `recall_updates.txt` are told: an older and a newer message months apart, and a question.
The baseline shows the same messages by relevance, BM25's: the newest is current when it comes before the older.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from conversations import USER, Pool, Question, pools_of, stored

from agentmem_cli.language.word_index import bm25, words_of
from agentmem_cli.recall.block import block_lines
from agentmem_cli.recall.ranking import described
from agentmem_cli.recall.recall import recall_for
from agentmem_cli.recall.tokens import count_tokens
from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.sessions.transfer import ImportedLine
from agentmem_cli.storage.database import Database

BUDGETS = (650, 1_000)
"""Tokens: of the block that a turn carries, and the one that recall is measured by."""
KIND = "knowledge-update"
REPLY = "Good question! It depends on a few things, so let us go through them one by one and see what fits you best."
DAY = 86_400


def main() -> None:
    """Print the table."""
    totals: dict[str, list[float]] = {}
    count = 0
    for pool in with_updates(pools_of(sys.argv[1])):
        with stored(pool.lines) as (database, index):
            for question in pool.questions:
                count += 1
                for way, hit in measured(database, index, question).items():
                    totals.setdefault(way, []).append(hit)
    print(f"{count} updates: the newest is there, and shown as current")
    for way, hits in totals.items():
        print(f"{way:<36} {sum(hits) / count:.3f}")


def measured(database: Database, index: UserIndex, question: Question) -> dict[str, bool]:
    """Whether each way shows the newest as current; and whether the older, when shown, is marked as replaced."""
    *older, newest = question.evidence
    found = recall_for(database, USER, question.text, index=index)
    turns = found.turns + found.further
    ids: dict[int | str, str | None] = {turn.message_id: turn.id for turn in turns}
    marked = {turn.id for turn in turns if turn.replaced_by}
    result = {"BM25, by relevance": newest in by_relevance(database, index, question, older)}
    for budget in BUDGETS:
        shown = [ids.get(line.source) for line in block_lines(found, budget)]
        last = max((shown.index(each) for each in older if each in shown and each not in marked), default=-1)
        result[f"agentmem, {budget:,} tokens"] = newest in shown and newest not in marked and shown.index(newest) > last
    result["  the newest found at all"] = newest in ids.values()
    result["  the older one marked as replaced"] = bool(marked & set(older))
    result["  the newest marked as replaced"] = newest in marked
    result["  anything else marked as replaced"] = bool(marked - set(question.evidence))
    return result


def by_relevance(database: Database, index: UserIndex, question: Question, older: list[str]) -> set[str]:
    """What a block of BM25's best holds, up to the first message that is out of date."""
    transcript = index.transcript()
    scores = bm25(transcript.words.counts(words_of(question.text)), transcript.words.lengths)
    ranked = transcript.numbers[(-scores).argsort(kind="stable")[:40]].tolist()
    left, shown = BUDGETS[0], set()
    for turn in described(database, ranked, dict.fromkeys(ranked, 0.0)):
        left -= count_tokens(turn.text)
        if left < 0 or turn.id in older:
            break
        shown.add(turn.id or "")
    return shown


def with_updates(pools: list[Pool]) -> list[Pool]:
    """The pools with questions about updates: the file's own, or else the made-up ones."""
    own = [replace(pool, questions=[each for each in pool.questions if each.kind == KIND]) for pool in pools]
    if any(pool.questions for pool in own):
        return own
    chains = [each.split("\n") for each in Path(__file__).with_suffix(".txt").read_text("utf-8").strip().split("\n\n")]
    return [told(chains[place :: len(pools)], pool) for place, pool in enumerate(pools)]


def told(chains: list[list[str]], pool: Pool) -> Pool:
    """The chains among a pool's talk, which loses its names: the older in its first third, the newer in its last."""
    lines = [replace(line, name=None) for line in pool.lines]
    first, last = (lines[0].at or 0, lines[-1].at or 0)
    questions = []
    for place, (question, older, newer) in enumerate(chains):
        moments = (first + (last - first) // 4 + place * DAY, first + (last - first) * 3 // 4 + place * DAY)
        for age, at, text in zip(("old", "new"), moments, (older, newer), strict=True):
            session = f"{age}{place}"
            lines.append(ImportedLine(session, "user", text, at, None, session))
            lines.append(ImportedLine(session, "assistant", REPLY, at + 5, None, f"{session} reply"))
        questions.append(Question(question, [f"old{place}", f"new{place}"], KIND))
    return Pool(sorted(lines, key=lambda line: line.at or 0), questions)


if __name__ == "__main__":
    main()
