"""How much of what a chat sends is read from Claude's prompt cache, in 20 turns.

Run by hand: `uv run --group dev python tests/bench/prompt_cache.py`. The real program talks to a scripted server; what
it sends is then put through the rules of Anthropic's cache: a marked prefix is kept for five minutes after its last
use if it has the model's least length (1,024 tokens for Sonnet and Opus, 2,048 for some Haiku, 4,096 for others), and
a mark finds what was kept up to 20 blocks before it. Turns are 40 seconds apart, but one comes after seven minutes.
Tokens are counted as `recall/tokens.py` counts; what Anthropic adds for the tools (346 tokens) is left out.

60 memories are known. In the second chat another one is added before every fourth turn. `equal` is the share of turns
whose request begins with the whole of the one before. The baseline is the same run of commit 82ed6ce, where profile
and date stood in one system text and the profile was chosen by use: each turn changed it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.anthropic_server import AnthropicServer, serving
from harness.command_line import run_here

from agentmem_cli.recall.tokens import count_tokens

TURNS, APART, PAUSE, PAUSE_AT = 20, 40, 420, 12
KEPT_FOR, LOOKED_BACK = 300, 20
LEAST = (1_024, 2_048, 4_096)
THINGS = "garden boiler invoice holiday recipe server contract lesson bicycle concert".split()  # noqa: SIM905 -- a row of words
ANSWER = "That depends on how much time you have and on what it may cost, so begin with what is most urgent. "
BASELINE = {"nothing new": "0.00, 0.00", "a memory every 4th turn": "0.00, 0.00"}

Block = tuple[str, bool]
"""A block's text, and whether it carries a cache mark."""


def main() -> None:
    """Measure and print."""
    heads = "".join(f"{f'from {least:,}':>12}" for least in LEAST)
    print(f"{'chat of 20 turns':<26}{'equal':>8}{heads}   at 82ed6ce: equal, read")
    for chat, every in (("nothing new", 0), ("a memory every 4th turn", 4)):
        bodies = sent_by_chat(every)
        requests = [blocks_of(body) for body in bodies]
        shares = "".join(f"{share_read(requests, least):>12.2f}" for least in LEAST)
        print(f"{chat:<26}{share_equal(requests):>8.2f}{shares}   {BASELINE[chat]}")


def sent_by_chat(every: int) -> list[dict[str, Any]]:
    """The bodies of the requests of one chat, with a new memory before each turn that `every` divides."""
    with tempfile.TemporaryDirectory() as home, serving(AnthropicServer()) as server:
        os.environ.update(
            AGENTMEM_HOME=home, AGENTMEM_USER="sarah", ANTHROPIC_API_KEY="key", ANTHROPIC_BASE_URL=server.url
        )
        run_here("memories", "import", "-", stdin="\n".join(json.dumps(memory(number)) for number in range(60)))
        for turn in range(TURNS):
            if every and turn % every == 1:
                run_here("memories", "add", f"I am allergic to what is sold at the {THINGS[turn % 10]}")
            server.reply(ANSWER * (1 + turn % 4))
            question = f"What should I do about the {THINGS[turn % 10]} before the spring, and what comes after it?"
            run_here("chat", "-p", "--memory", "off", "--session", "s1", question)
        return [request.body for request in server.requests]


def memory(number: int) -> dict[str, str]:
    """One of the memories that are known from the start."""
    thing = THINGS[number % 10]
    kinds = ["fact", "preference", "instruction"]
    return {"text": f"The {thing} number {number} is kept for the summer house", "kind": kinds[number % 3]}


def blocks_of(body: dict[str, Any]) -> list[Block]:
    """The blocks of a request in the order in which Claude reads them."""
    found = [*body["tools"], *body["system"]]
    for message in body["messages"]:
        found += [{"role": message["role"], **block} for block in message["content"]]
    return [(json.dumps({**block, "cache_control": None}), "cache_control" in block) for block in found]


def share_equal(requests: list[list[Block]]) -> float:
    """The share of the turns whose request begins with the one before it, up to that one's question."""
    texts = [[text for text, _ in blocks] for blocks in requests]
    ends = [max(place for place, (_, is_marked) in enumerate(blocks) if is_marked) + 1 for blocks in requests]
    pairs = zip(pairwise(texts), ends, strict=False)
    equal = [before[:end] == after[:end] for (before, after), end in pairs]
    return sum(equal) / len(equal)


def share_read(requests: list[list[Block]], least: int) -> float:
    """The share of all tokens that is read from the cache."""
    kept: dict[str, float] = {}
    now = read = total = 0.0
    for turn, blocks in enumerate(requests):
        now += PAUSE if turn == PAUSE_AT else APART
        prefixes = ["\n".join(text for text, _ in blocks[: place + 1]) for place in range(len(blocks))]
        marked = [place for place, (_, is_marked) in enumerate(blocks) if is_marked]
        looked_at = {place for mark in marked for place in range(max(0, mark - LOOKED_BACK), mark + 1)}
        found = [prefixes[place] for place in looked_at if kept.get(prefixes[place], 0.0) >= now]
        longest = max(found, key=len, default="")
        read += count_tokens(longest) if longest else 0
        total += count_tokens(prefixes[-1])
        written = [prefixes[place] for place in marked if count_tokens(prefixes[place]) >= least]
        kept.update(dict.fromkeys([*written, *filter(None, [longest])], now + KEPT_FOR))
    return read / total


if __name__ == "__main__":
    main()
