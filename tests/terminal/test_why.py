"""What `/why` says of an answer."""

from __future__ import annotations

from agentmem_cli.agent.events import Evidence, TurnEnded, Usage
from agentmem_cli.recall.block import recall_block
from agentmem_cli.records import FoundPassage, Recall, RecalledMemory, RecalledTurn, TurnStatus
from agentmem_cli.terminal.notices import why_lines


def test_what_went_into_the_prompt_and_what_did_not() -> None:
    """Each thing recalled says whether the model read it; each passage, whether it is cited; each mark, its source."""
    memories = [RecalledMemory(f"m{n}", f"Owns boat number {n}", "fact", 1_000, None, None, 1.0) for n in range(2)]
    turns = [
        RecalledTurn("s1", "", f"r{n}", "user", None, 1_000, f"{word * 500} end", 0.5, None)
        for n, word in ((1, "a"), (2, "b "))
    ]
    recall = Recall("Which boat?", memories[:1], memories, turns)
    passages = [
        FoundPassage("boats.pdf", "d1", 2, 1, "A boat.", 1.0, 1),
        FoundPassage("cars.pdf", "d2", 1, 0, "A car.", 0.5, 2),
    ]
    evidence = Evidence(recall, "", recall_block(recall, "x", budget=200), passages)
    ended = TurnEnded("r3", "s2", TurnStatus.DONE, "Boat 1 [1], they say [9].", None, evidence, Usage(), 0.1)
    endings = [line.rpartition(" · ")[2] for line in why_lines(ended)[1:-1]]
    assert ["in the profile", "in the prompt", "in the prompt", "did not fit", "cited", "score 0.50"] == endings
    assert "no source [9] stands in the answer, with no passage behind it" == why_lines(ended)[-1]
