"""Words looked up one by one have the token numbers of the whole text."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from agentmem_cli.embedding import tokens
from agentmem_cli.embedding.tokens import Tokens


def _file() -> Path:
    spec = find_spec("wordllama")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "tokenizers" / "l2_supercat_tokenizer_config.json"


WHOLE = Tokenizer.from_file(str(_file()))
TOKENS = Tokens(_file())


def whole(text: str) -> list[int]:
    return WHOLE.encode(text, add_special_tokens=False).ids


@settings(max_examples=200)
@given(st.text(st.sampled_from("aäBz09 ▁\n\t.,'’-()日本語。かカ한글🎉é\u0301\u00a0"), max_size=60))
def test_the_same_numbers(text: str) -> None:
    """Spaces in a row, line breaks, and writing with no spaces make no difference."""
    assert whole(text) == TOKENS.of([text])[0].tolist()


def test_no_token_goes_past_the_end_of_a_word() -> None:
    """What makes it so: a space stands only at the beginning of a token, CJK characters and line breaks alone."""
    vocabulary = [token for token in WHOLE.get_vocab() if len(token) > 1]
    assert 29_000 < len(vocabulary)
    assert [] == [token for token in vocabulary if "▁" in token.lstrip("▁") or "\n" in token]
    assert [] == [token for token in vocabulary if re.search(f"[{tokens.CJK}]", token)]


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words without end do not fill the memory, and each text's numbers stay right."""
    monkeypatch.setattr(tokens, "_MOST_KEPT", 500)
    some = Tokens(_file())
    for number in range(100):
        text = f"word{number} and{number} more{number}"
        assert whole(text) == some.of([text])[0].tolist()
        assert len(some._known) < 200
