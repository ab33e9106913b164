"""What a text says, whatever words carry nothing in it. Looks at text only.

Two memories with one key are one memory seen twice: "I work in healthcare" and "I'm working in healthcare.". Negations
and the order of the words stay.
"""

from __future__ import annotations


def same_key(text: str) -> str:
    """What two texts share when they say the same. Never empty for a text that is not."""
    from agentmem_cli.language.stems import stems  # its stemmers take .1 s to import

    return " ".join(stems(text)) or " ".join(text.casefold().split())
