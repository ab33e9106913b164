"""Text to the token numbers of the bundled embedder, word by word: a word is looked up, and only a new one encoded.

The tokenizer takes a text whole, 8 ms for the 30 passages of a search; looked up they take 2. The numbers are the
same, since no token of its vocabulary goes past a space, a line break or a Chinese, Japanese or Korean character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from agentmem_cli.storage.database import storable
from agentmem_cli.storage.fulltext import CJK

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    TokenNumbers = NDArray[np.uint16]

_PIECE = re.compile(f"[{CJK}]|[ ▁]*[^ ▁\n{CJK}]+|[ ▁]+|\n")
"""A word with the space before it, which its first token holds. The tokenizer writes a space as `▁`."""
_LINES = 32
"""Words that are encoded as the lines of one text, in a third of the time that each by itself takes."""
_MOST_KEPT = 1_000_000
"""Characters and bytes of the words that are kept: about 60,000 words, which take 15 MB."""


class Tokens:
    """The tokenizer in one file, and the words that it has encoded. Used by any number of threads."""

    def __init__(self, file: Path) -> None:
        import numpy as np
        from tokenizers import Tokenizer
        from tokenizers.normalizers import Replace

        self._tokenizer = Tokenizer.from_file(str(file))
        self._tokenizer.normalizer = Replace(" ", "▁")  # its own also puts one before each piece
        self._line_break = np.array(self._tokenizer.encode("\n", add_special_tokens=False).ids, np.uint16)
        self._known: dict[str, bytes] = {}
        self._kept = 0

    def of(self, texts: Sequence[str]) -> list[TokenNumbers]:
        """The numbers of each text, shape (tokens,)."""
        import numpy as np

        pieces = [_PIECE.findall(f" {storable(text)}") if text else [] for text in texts]
        known = self._with(pieces)
        return [np.frombuffer(b"".join(map(known.__getitem__, each)), np.uint16) for each in pieces]

    def _with(self, pieces: list[list[str]]) -> dict[str, bytes]:
        """What is known, with the numbers of all these pieces."""
        if self._kept > _MOST_KEPT:
            self._known, self._kept = {}, 0  # another thread goes on with the dictionary that it holds
        known = self._known
        new = sorted(set().union(*pieces).difference(known, "\n"))
        numbers = self._encoded(new)
        known.update(zip(new, numbers, strict=True), **{"\n": self._line_break.tobytes()})
        self._kept += sum(map(len, new)) + sum(map(len, numbers))
        return known

    def _encoded(self, words: list[str]) -> list[bytes]:
        """The numbers of each word; none is a line break."""
        import numpy as np

        lines = [f"{word}\n" for word in words]
        texts = ["".join(lines[start : start + _LINES]) for start in range(0, len(lines), _LINES)]
        found = []
        for encoded in self._tokenizer.encode_batch_fast(texts, add_special_tokens=False):  # no offsets: twice as fast
            numbers = np.array(encoded.ids, np.uint16)
            ends = np.flatnonzero(numbers == self._line_break).tolist()
            found += [numbers[before + 1 : end].tobytes() for before, end in pairwise([-1, *ends])]
        return found
