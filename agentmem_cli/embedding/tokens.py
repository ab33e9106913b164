"""Text to the token numbers of the bundled embedder, word by word: a word is looked up, and only a new one encoded.

The tokenizer takes a text whole, 8 ms for the 30 passages of a search; looked up they take 2. The numbers are the
same, since no token of its vocabulary goes past a space, a line break or a Chinese, Japanese or Korean character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agentmem_cli.storage.fulltext import CJK

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    TokenNumbers = NDArray[np.uint16]

_PIECE = re.compile(f"[{CJK}]|[ ▁]*[^ ▁\n{CJK}]+|[ ▁]+|\n")
"""A word with the space before it, which its first token holds. The tokenizer writes a space as `▁`."""
_MOST_KEPT = 1_000_000
"""Characters and bytes of the words that are kept: about 60,000 words, which take 15 MB."""


class Tokens:
    """The tokenizer in one file, and the words that it has encoded. Used by any number of threads."""

    def __init__(self, file: Path) -> None:
        from tokenizers import Tokenizer
        from tokenizers.normalizers import Replace

        self._tokenizer = Tokenizer.from_file(str(file))
        self._tokenizer.normalizer = Replace(" ", "▁")  # its own also puts one before each piece
        self._known: dict[str, bytes] = {}
        self._kept = 0

    def of(self, texts: Sequence[str]) -> list[TokenNumbers]:
        """The numbers of each text, shape (tokens,)."""
        import numpy as np

        pieces = [_PIECE.findall(f" {text}") if text else [] for text in texts]
        known = self._with(pieces)
        return [np.frombuffer(b"".join(map(known.__getitem__, each)), np.uint16) for each in pieces]

    def _with(self, pieces: list[list[str]]) -> dict[str, bytes]:
        """What is known, with the numbers of all these pieces."""
        import numpy as np

        if self._kept > _MOST_KEPT:
            self._known, self._kept = {}, 0  # another thread goes on with the dictionary that it holds
        known = self._known
        new = list({piece for each in pieces for piece in each if piece not in known})
        encoded = self._tokenizer.encode_batch_fast(new, add_special_tokens=False)  # no offsets: twice as fast
        numbers = [np.array(each.ids, np.uint16).tobytes() for each in encoded]
        known.update(zip(new, numbers, strict=True))
        self._kept += sum(map(len, new)) + sum(map(len, numbers))
        return known
