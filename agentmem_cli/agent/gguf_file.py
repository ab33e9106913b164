"""What a gguf file says of the model in it. Reads its first bytes only and loads no model.

The form is llama.cpp's: `GGUF`, a version, two counts, then pairs of a name and a typed value, little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from agentmem_cli.errors import ConfigProblem, name_shown

GGUF = "gguf"
"""What stands before the `:` of a model that is a file."""
WINDOW = 8_192
"""Tokens that a model from a file takes, where the person says nothing: its memory grows with them."""

_MAGIC = b"GGUF"
_TEMPLATE = "tokenizer.chat_template"
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""The bytes of a value by the number of its type."""
_UINT32, _STRING, _ARRAY, _UINT64 = 4, 8, 9, 10
_MOST_PAIRS, _LONGEST = 100_000, 1_000_000


@dataclass(frozen=True, slots=True)
class GgufFile:
    """A file, and the tokens with which its model was trained; None where it does not say."""

    path: Path
    trained_for: int | None
    template: str
    """How the model is told of a conversation; "" where the file does not say."""

    @property
    def calls_tools(self) -> bool:
        """Whether the model was taught to call tools: llama.cpp drops them where its template names none."""
        return "tools" in self.template

    def window(self, chosen: int) -> int:
        """How many tokens the model takes, where the person chose so many, or 0."""
        return min(chosen or WINDOW, self.trained_for or chosen or WINDOW)


def takes_tools(model: str) -> bool:
    """Whether the model of a `provider:id` may be given tools: a file says it, of any other it shows when it is asked.

    Raises ConfigProblem for a file that is no model.
    """
    provider, _, name = model.partition(":")
    return provider != GGUF or gguf_file(name).calls_tools


def gguf_file(name: str) -> GgufFile:
    """The file of that name. Raises ConfigProblem where there is none, or where it holds no model."""
    path = Path(name).expanduser().absolute()
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as problem:
        raise ConfigProblem(
            f"{name_shown(path)} cannot be read: {problem.strerror}.", "Give --model gguf:/path/to/model.gguf."
        ) from None
    except (struct.error, ValueError, KeyError, OverflowError, RecursionError):
        raise ConfigProblem(
            f"{name_shown(path)} is no gguf file.", "Give a model in llama.cpp's form, such as NAME.Q4_K_M.gguf."
        ) from None


@lru_cache(maxsize=8)
def _read(path: Path, _changed_at: int) -> GgufFile:
    with path.open("rb") as file:
        if file.read(4) != _MAGIC:
            raise ValueError
        file.seek(12, 1)  # the version, and how many tensors there are
        trained_for, template = None, ""
        for _ in range(min(_number(file, "<Q"), _MOST_PAIRS)):
            name, kind = _string(file), _number(file, "<I")
            if name.endswith(".context_length") and kind in (_UINT32, _UINT64):
                trained_for = _number(file, "<I" if kind == _UINT32 else "<Q")
            elif name == _TEMPLATE and kind == _STRING:
                template = _string(file)
            else:
                _skip(file, kind)
    return GgufFile(path, trained_for, template)


def _number(file: BinaryIO, form: str) -> int:
    (number,) = struct.unpack(form, file.read(struct.calcsize(form)))
    return int(number)


def _string(file: BinaryIO) -> str:
    length = _number(file, "<Q")
    if length > _LONGEST:
        raise ValueError
    return file.read(length).decode()


def _skip(file: BinaryIO, kind: int) -> None:
    if kind == _STRING:
        file.seek(_number(file, "<Q"), 1)
    elif kind == _ARRAY:
        kind, count = _number(file, "<I"), _number(file, "<Q")
        if kind in _SIZES:
            file.seek(_SIZES[kind] * count, 1)
            return
        for _ in range(count):
            _skip(file, kind)
    else:
        file.seek(_SIZES[kind], 1)
