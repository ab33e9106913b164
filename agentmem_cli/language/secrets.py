"""Finds what must never be remembered nor sent twice: keys, tokens, passwords, card numbers, in some twenty languages.

Only shapes that are secrets and nothing else: a false alarm loses a memory, and says so.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from agentmem_cli.key_masking import API_KEY, BEARER

_NAMED = (
    r"\b(?:pass(?:word|phrase|code|wd)|pwd?|pin(?:\s+(?:code|number))?|cvv|cvc|security\s+code|secret(?:\s+key)?"
    r"|(?:api|access|auth|private|encryption|licen[cs]e)[\s_-]*(?:key|token)|token)"
)
_SHAPES = [
    ("an API key", re.compile(API_KEY)),
    ("a token", re.compile(BEARER)),
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY")),
    (
        "a password",
        re.compile(
            rf"\b\w+://[^\s/:@]+:[^\s/@]+@|{_NAMED}\s*[:=]\s*\S{{4,}}|{_NAMED}(?:\s+(?:to|for|of|on)(?:\s+\w+){{1,3}})?(?:\s+(?:is|was)|['\u2019]s)\s+\S*\d"
            rf"|\b(?:my|our|and|the)\s+{_NAMED}\s+(?=\S*[a-z])\S*\d|\b(?:use|have|set|typed?|with)\s+\S+\s+as\s+(?:my|our|the|a)"
            r"\s+(?:\w+\s+)?(?:password|passphrase|passcode|pin)\b|\bsocial\s+security\s+number\s+(?:is|was)?\s*\d"
            r"|\b(?:AWS|secret|key)\s+(?:is\s+)?(?=\S*\d)(?=\S*[a-z])[\w/+=]{32,}"
            rf"|(?:^|\b(?:my|our|their|his|her|wi-?fi|\w+['\u2019]s)\s+(?:\w+\s+){{0,3}}){_NAMED}\s+(?:is|was)\s+"
            r"(?!(?:not|in|on|a|an|the|too|very|stored|safe|wrong|broken|blocked|due|going|expired|required|saved|lost|forgotten)\b)\S",
            re.IGNORECASE,
        ),
    ),
]
_PASSWORDS = (
    r"(?:pass(?:wort|wört\w*)\w*|kennwort\w*|contraseñas?|mots? de passe|senhas?|palavra[- ]passe"
    r"|parola d['\u2019]ordine|wachtwoord\w*|has[łl][oa]\w*|[şs]ifre\w*|l[öo]senord\w*|salasana\w*|парол\w*)"
)
"""What may be secret though no digit is in it."""
_WORDS_FOR_SECRETS = (
    rf"(?:{_PASSWORDS}|pass(?:word|phrase|code)\w*|geheimzahl|clave|parola\w*|пин-?код\w*"
    r"|pin(?:[- ]?(?:code|nummer|kod\w*|koodi))?|(?:code|codice|código|numéro) pin|tan(?:-?nummer)?|cv[vc]"
    r"|ssn|social security number)"
)
_SIGNS_FOR_SECRETS = (
    "(?:密码|密碼|口令|パスワード|暗証番号|비밀번호|암호|كلمة (?:السر|المرور)|الرقم السري|รหัสผ่าน|पासवर्ड|mật khẩu)"
)
_CODES = (
    r"(?:(?:door|gate|alarm|safe|lock|locker|entry|access|garage)\s+codes?|codes?\s+(?:for|to|of)\s+(?:my|our|the))"
)
_IS = r"(?:\s+(?:is|was|are|ist|lautet|war|es|est|é|è|jest|to|är|on)(?=\s)|\s*[:=])"
_BETWEEN = r"(?:\s+[^\s.,;!?:=\d]+)"
_VALUE = r"(?=\S{0,99}\d)(?:(?=\S{0,99}[^\W\d_])\S{5,99}|[\d-]{4,99})"
"""Letters with a digit among them, or four digits and more. No longer, since a paste may have no space at all."""
_NONE = r"(?!\s+(?:manager|generator|years?))"
_OF_WHAT = r"\s+(?:for|to|of|on|at|für|zu|pour|de|du|para|per|di|do|da|voor|van|för|til|для|от)(?=\s)"
_DIGITS = r"(?!20\d\d\b|(?<=\b\w\w\s)19\d\d\b)\d{4,8}(?![.,:/-]?\d|\s*[%€$£])"
"""Four digits and more that are likely no year."""
_IN_WORDS = re.compile(
    rf"(?<![\w-])(?:[\w-]*-)?(?:{_WORDS_FOR_SECRETS}s?|{_CODES}){_NONE}"
    rf"(?:{_BETWEEN}{{0,5}}?{_IS}{_BETWEEN}{{0,2}}?)?\s*(?<=[\s:=]){_VALUE}{_NONE}"
    rf"|(?<![\w-])(?:[\w-]*-)?(?:{_WORDS_FOR_SECRETS}s?|{_CODES}){_NONE}{_OF_WHAT}{_BETWEEN}{{1,4}}?\s+{_DIGITS}"
    rf"|(?<![\w-]){_VALUE}{_IS}{_BETWEEN}{{0,3}}?\s*(?:[\w-]*-)?{_WORDS_FOR_SECRETS}\b"
    rf"|(?<![\w-])(?:[\w-]*-)?{_PASSWORDS}{_BETWEEN}{{0,3}}?\s*[:=]\s*[^\s.,;!?]{{4,}}(?=[.,;!?]|$)"
    rf"|{_SIGNS_FOR_SECRETS}\s*(?:是|为|為|は|는|은|:|：|هي|هو|คือ|है|là)?\s*(?=[\x21-\x7e]*\d)[\x21-\x7e]{{4,}}",
    re.IGNORECASE | re.MULTILINE,
)
"""The word for a secret in some twenty languages, and the secret behind it or before it in one clause."""
_MIXED = r"(?=\S{0,99}\d)(?=\S{0,99}[^\W\d_])(?!\d+(?:[/-]?[^\W\d_]+)+(?![^\s.,;!?]))"
"""Letters and digits, but no "20-minute"."""
_KEY = re.compile(rf"\bkey(?:\s+(?:is|was)|\s*[:=])\s+{_MIXED}[^\s@]{{8,}}", re.IGNORECASE)
_NAME = r"(?:(?<!\S)\S{1,80}@[\w-]+(?:\.[\w-]+)+|\blog-?in\b(?:\s+(?:is|was|for|to)\b|\s*[:=])(?:\s+[^\s/|]+){1,4}?)"
_LOGIN = re.compile(rf"{_NAME}\s*[/|]\s*{_MIXED}[^\s/|@]{{6,}}", re.IGNORECASE)
"""A name and what goes with it: "beth@example.com / Summer!2023"."""
_WORDS_FOR_ACCOUNTS = r"(?:account|acct|a/c|konto|rekening|compte|cuenta|conto|conta|hesap|tili|сч[её]т|rachunek)"
_NUMBER = r"(?:number|no|nummer|numer|nr|numéro|numero|número|num|n[°º]|numarası|номер)"
_ACCOUNT = re.compile(
    rf"(?<![\w-])(?:{_WORDS_FOR_ACCOUNTS}(?:[ -]?{_NUMBER})?|sort[ -]?codes?)[.:#]?{_IS}?\s+"
    r"(?:\d{7,18}|\d\d[ -]\d\d[ -]\d\d|\d{3,4}(?:[ -]\d{3,4}){1,4})(?![ -]?\d|[.,]\d|\s*[%€$£])",
    re.IGNORECASE,
)
_INSURANCE = re.compile(
    r"\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: ?\d{2}){3} ?[A-D]\b", re.IGNORECASE
)
"""Of the United Kingdom: two letters, six digits, a letter."""
_LABELLED = [
    ("a password", _IN_WORDS),
    ("a password", _KEY),
    ("a password", _LOGIN),
    ("an account number", _ACCOUNT),
    ("an insurance number", _INSURANCE),
]
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(r"(?<![\d-])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\d-])")


_REST = re.compile(r"\S*(?:[ -]\d\S*)*")
"""What is left of a word in which a secret begins, and groups of digits behind it."""
_CLAUSE = re.compile(r"[^\n.,;!?]*")
_KEY_BLOCK = re.compile(r".*?-----END [A-Z ]*PRIVATE KEY[^\n]*|.*", re.DOTALL)


def secrets_in(text: str) -> list[str]:
    """The kinds of secret in a text, in words such as "a password", each once; empty when there is none."""
    return list(dict.fromkeys(kind for kind, _ in _found(text)))


@functools.lru_cache(maxsize=512)
def masked(text: str) -> str:
    """The text with `[a password, left out]` in the place of each secret and of the words that lead to it.

    Rather too much is left out than too little: a pass phrase may go on to the end of its clause.
    """
    kept, end = [], 0
    for kind, span in sorted(_found(text), key=lambda found: found[1].start):
        if span.start >= end:
            kept += [text[end : span.start], f"[{kind}, left out]"]
        end = max(end, _end_of_secret(text, kind, span))
    return "".join([*kept, text[end:]])


def _end_of_secret(text: str, kind: str, span: range) -> int:
    if kind == "a private key":
        return _end(_KEY_BLOCK, text, span.stop)
    end = _end(_REST, text, span.stop)
    if kind == "a password" and not any(character.isdigit() for character in text[span.start : end]):
        return _end(_CLAUSE, text, end)
    return end


def _end(shape: re.Pattern[str], text: str, start: int) -> int:
    found = shape.match(text, start)
    return found.end() if found else start


def _found(text: str) -> Iterator[tuple[str, range]]:
    """The secrets of a text, of each its kind and where it is found; its end may be further on."""
    for kind, shape in (*_SHAPES, *_LABELLED):
        for found in shape.finditer(text):
            yield kind, range(*found.span())
    for found in _CARD.finditer(text):
        if _passes_luhn(found.group()):
            yield "a card number", range(*found.span())
    for found in _IBAN.finditer(text):
        if _is_account(found.group()):
            yield "an account number", range(*found.span())


def _is_account(number: str) -> bool:
    """Whether the two check digits fit the rest (ISO 13616, modulo 97), as in every IBAN."""
    plain = number.replace(" ", "")
    return int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1


def _passes_luhn(number: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1), as on every payment card."""
    digits = [int(character) for character in number if character.isdigit()][::-1]
    return (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0
