"""The benchmarks' reading of files of conversations: what is measured is what the file says."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parent.parent / "bench"
SAID = "I keep my old sneakers in a shoe rack now."


def session(*said: str, answers: int | None = None) -> list[dict[str, object]]:
    """Turns of a user and an assistant; the one at `answers` holds the answer."""
    turns: list[dict[str, object]] = [
        {"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(said)
    ]
    if answers is not None:
        turns[answers]["has_answer"] = True
    return turns


@pytest.fixture
def longmemeval(tmp_path: Path) -> str:
    """Two questions in LongMemEval's form that share a session: an update, and one whose answer is not marked."""
    old = session("I keep my old sneakers under my bed.", "They may smell there.", answers=0)
    new = session("Any tips for a tidy closet?", "Use boxes.", SAID, "", answers=2)
    common = {"question_date": "2023/05/30 (Tue) 02:21", "answer": "in a shoe rack", "answer_session_ids": ["a2"]}
    samples = [
        {
            **common,
            "question_id": "q1",
            "question_type": "knowledge-update",
            "question": "Where do I keep my old sneakers?",
            "haystack_dates": ["2023/05/26 (Fri) 10:00", "2023/05/20 (Sat) 02:21"],
            "haystack_session_ids": ["a2", "a1"],
            "haystack_sessions": [new, old],
        },
        {
            **common,
            "question_id": "q2_abs",
            "question_type": "single-session-user",
            "question": "Where do I keep my boots?",
            "haystack_dates": ["2023/05/20 (Sat) 02:21"],
            "haystack_session_ids": ["a1"],
            "haystack_sessions": [session("I keep my old sneakers under my bed.", "They may smell there.")],
        },
    ]
    path = tmp_path / "longmemeval.json"
    path.write_text(json.dumps(samples), encoding="utf-8")
    return str(path)


def test_a_longmemeval_file_is_one_pool(longmemeval: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each session once, by date, without empty turns; each question with its evidence, the oldest first."""
    monkeypatch.setattr(sys, "path", [str(BENCH), *sys.path])
    from conversations import pools_of

    (pool,) = pools_of(longmemeval)
    assert ["a1:0", "a1:1", "a2:0", "a2:1", "a2:2"] == [line.id for line in pool.lines]
    assert [("Where do I keep my old sneakers?", ["a1:0", "a2:2"], "knowledge-update")] == [
        (question.text, question.evidence, question.kind) for question in pool.questions
    ]


def test_the_benchmarks_measure_a_longmemeval_file(
    longmemeval: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both tables come from its questions: all of so small a pool is found, the newest statement last."""
    monkeypatch.setattr(sys, "path", [str(BENCH), *sys.path])
    monkeypatch.setattr(sys, "argv", ["recall_updates.py", longmemeval])
    import recall
    import recall_updates
    from conversations import pools_of

    recall.measure_quality(pools_of(longmemeval))
    recall_updates.main()
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["agentmem", "1.000", "1.000", "1.000"] in printed
    assert ["agentmem,", "650", "tokens", "1.000"] in printed


def test_a_file_of_chats_is_one_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each question has the turns that tell its answer, and all of them stand in the file."""
    monkeypatch.setattr(sys, "path", [str(BENCH), *sys.path])
    from conversations import pools_of

    (pool,) = pools_of(str(BENCH / "chats" / "dee.jsonl"))
    told = {line.id for line in pool.lines}
    assert (296, 45) == (len(pool.lines), len(pool.questions))
    assert all(question.evidence and told.issuperset(question.evidence) for question in pool.questions)
