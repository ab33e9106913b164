"""What `/why` says of an answer."""

from __future__ import annotations

from agentmem_cli.agent.events import Evidence, TurnEnded, Usage
from agentmem_cli.recall.block import block_lines, fenced
from agentmem_cli.records import FoundPassage, Recall, RecalledMemory, RecalledTurn, TurnStatus
from agentmem_cli.terminal.notices import status_line, why_lines


def test_what_went_into_the_prompt_and_what_did_not() -> None:
    """Each thing recalled says whether the model read it; each passage, whether it is cited; each mark, its source."""
    memories = [RecalledMemory(f"m{n}", f"Owns boat number {n}", "fact", 1_000, None, None, 1.0) for n in range(2)]
    turns = [
        RecalledTurn("s1", "", f"r{n}", "user", None, 1_000, f"{word * 500} boat {word * 500}", 0.5, None, n)
        for n, word in ((1, "a"), (2, "b "))
    ]
    recall = Recall("Which boat?", memories[:1], memories, turns)
    passages = [
        FoundPassage("boats.pdf", "d1", 2, 1, "A boat.", 1.0, 1),
        FoundPassage("cars.pdf", "d2", 1, 0, "A car.", 0.5, 2),
    ]
    lines = block_lines(recall, 90)
    evidence = Evidence(recall, "", fenced(lines, "x"), frozenset(line.source for line in lines), passages)
    ended = TurnEnded("r3", "s2", TurnStatus.DONE, "Boat 1 [1], they say [9].", None, evidence, Usage(), 0.1)
    endings = [line.rpartition(" · ")[2] for line in why_lines(ended)[1:-1]]
    assert ["in the profile", "in the prompt", "in the prompt", "left out", "cited", "score 0.50"] == endings
    assert "no source [9] stands in the answer, with no passage behind it" == why_lines(ended)[-1]


def test_why_a_message_is_there_or_is_not() -> None:
    """A reply is there for its question; what says the same as another thing recalled is told from what is left out."""
    turns = [
        RecalledTurn("s1", "", "r1", "user", None, 1_000, text, 0.5, None, number)
        for number, text in ((1, "My boat is red."), (5, "My boat is red."), (2, "Which sail?"))
    ]
    reply = RecalledTurn("s1", "", "r1", "assistant", None, 1_000, "The blue one.", 0.5, None, 3, reply_to=2)
    next_ranked = RecalledTurn("s1", "", "r1", "user", None, 1_000, "Boats are long " * 40, 0.4, None, 9)
    recall = Recall("Which boat?", [], [], turns, [reply, next_ranked])
    lines = block_lines(recall, 80)
    evidence = Evidence(recall, "", fenced(lines, "x"), frozenset(line.source for line in lines))
    ended = TurnEnded("r3", "s2", TurnStatus.DONE, "Red.", None, evidence, Usage(), 0.1)
    told = [line.split(" · ", 2)[2] for line in why_lines(ended)]
    assert [
        "score 0.50 · in the prompt",
        "score 0.50 · repeats another",
        "score 0.50 · in the prompt",
        "the reply to one of these · in the prompt",
    ] == told
    items = recall.as_json(evidence.placed)["items"]
    assert {1: None, 2: None, 5: None, 3: 2} == {item["message_id"]: item["reply_to"] for item in items}


def test_the_line_below_an_answer() -> None:
    """It counts what was recalled, cited and read from the cache; with nothing to tell but the time there is none."""
    passages = [
        FoundPassage("boats.pdf", "d1", 2, 1, "A boat.", 1.0, 1),
        FoundPassage("b.pdf", "d2", 1, 0, "B.", 0.5, 2),
    ]
    usage = Usage(input_tokens=1_240, output_tokens=90, cache_read_tokens=1_000, cost=0.0123)
    ended = TurnEnded(
        "r",
        "s",
        TurnStatus.DONE,
        "It floats [1].",
        None,
        Evidence(None, "", "", frozenset(["m1", 7]), passages),
        usage,
        3.21,
    )
    told = (
        "recalled 1 memory, 1 message · 1 of 2 passages cited · 1,240 tokens in (81% cached), 90 out · $0.0123 · 3.2 s"
    )
    assert told == status_line(ended)
    silent = TurnEnded("r", "s", TurnStatus.DONE, "Noted.", None, Evidence(), Usage(), 0.1)
    assert "" == status_line(silent)
