"""How many tokens a text takes, without a tokenizer.

Measured against the tokenizer that ships with the bundled embedder (Llama 2's): over the turns of five long
English conversations the sum is right within 1 %, nine turns in ten within -19 to +17 %; German is
counted 2 to 13 % short, Chinese within 20 %. Budgets leave that room.
"""

from __future__ import annotations

LETTERS_A_TOKEN, LETTERS_A_TOKEN_WITH_ACCENTS = 4.0, 3.7
TOKENS_A_WIDE_CHARACTER = 1.5
"""Of scripts beyond Latin, Greek and Cyrillic."""


def count_tokens(text: str) -> int:
    """About how many tokens the text takes, 1 at the least."""
    if text.isascii():
        return int(len(text) / LETTERS_A_TOKEN) + 1
    wide = sum(character > "\u04ff" for character in text)
    return int((len(text) - wide) / LETTERS_A_TOKEN_WITH_ACCENTS + wide * TOKENS_A_WIDE_CHARACTER) + 1
