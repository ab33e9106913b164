"""Keys taken out of errors: a provider or a gateway may repeat in one the key that it was sent.

Knows the shapes of keys, and the values of the environment's variables for secrets. Keeps neither.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Mapping

API_KEY = (
    r"\b(?:sk|pk|rk)[-_](?:[A-Za-z0-9]+[-_])*[A-Za-z0-9_-]{16,}|\bA[KS]IA[0-9A-Z]{16}\b|\bAIza[\w-]{30,}"
    r"|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bxox[abeprs]-[\w-]{10,}|\bxapp-[\w-]{16,}"
    r"|\bwhsec_\w{20,}|\bgsk_\w{20,}|\bdop_v1_\w{20,}|\bhf_\w{20,}|\bnpm_\w{20,}|\bpypi-[\w-]{20,}"
    r"|\bSG\.[\w-]{16,}\.[\w-]{16,}"
)
BEARER = r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|\b[Bb]earer\s+[\w.~+/-]{16,}"
_IN_ADDRESS = r"(?<=://)[^\s/:@]*:[^\s/@]+(?=@)"
_NAME = re.compile(r"(?:KEY|TOKEN|SECRET|PASSWORD)(?:_|$)")
_SHORTEST = 8
"""Characters of a configured secret: a shorter one would take words out of every error."""
_MASK = "[a key, left out]"


def without_keys(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """The text with a mark in the place of what is configured as a secret, or looks like a key."""
    for value in _configured(environ):
        text = text.replace(value, _MASK)
    return _shapes().sub(_MASK, text)


def _configured(environ: Mapping[str, str]) -> list[str]:
    """The values of variables for secrets, the longest first: one may be the beginning of another."""
    values = {value.strip() for name, value in environ.items() if _NAME.search(name.upper())}
    return sorted((value for value in values if len(value) >= _SHORTEST), key=len, reverse=True)


@functools.cache
def _shapes() -> re.Pattern[str]:
    return re.compile("|".join((API_KEY, BEARER, _IN_ADDRESS)))
