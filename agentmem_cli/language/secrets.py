"""Finds what must never be remembered: keys, tokens, passwords, card numbers, in some twenty languages.

Only shapes that are secrets and nothing else: a false alarm loses a memory, and says so.
"""

from __future__ import annotations

import re

_NAMED = (
    r"\b(?:pass(?:word|phrase|code|wd)|pwd|pin(?:\s+(?:code|number))?|cvv|cvc|security\s+code|secret(?:\s+key)?"
    r"|(?:api|access|auth|private|encryption|licen[cs]e)[\s_-]*(?:key|token)|token)"
)
_SHAPES = [
    (
        "an API key",
        re.compile(
            r"\b(?:sk|pk|rk)[-_](?:[A-Za-z0-9]+[-_])*[A-Za-z0-9_-]{16,}|\bA[KS]IA[0-9A-Z]{16}\b|\bAIza[\w-]{30,}"
            r"|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bxox[abeprs]-[\w-]{10,}|\bxapp-[\w-]{16,}|\bwhsec_\w{20,}|\bgsk_\w{20,}|\bdop_v1_\w{20,}|\bhf_\w{20,}"
            r"|\bnpm_\w{20,}|\bpypi-[\w-]{20,}|\bSG\.[\w-]{16,}\.[\w-]{16,}"
        ),
    ),
    ("a token", re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|\b[Bb]earer\s+[\w.~+/-]{16,}")),
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
_WORDS_FOR_SECRETS = (
    r"(?:pass(?:word|phrase|code|wort|wört\w*)\w*|kennwort\w*|geheimzahl|contraseñas?|clave|mots? de passe|senhas?"
    r"|palavra[- ]passe|parola d['\u2019]ordine|wachtwoord\w*|has[łl][oa]\w*|[şs]ifre\w*|parola\w*|l[öo]senord\w*"
    r"|salasana\w*|парол\w*|пин-?код\w*|pin(?:[- ]?(?:code|nummer|kod\w*|koodi))?|(?:code|codice|código|numéro) pin"
    r"|ssn|social security number)"
)
_SIGNS_FOR_SECRETS = (
    "(?:密码|密碼|口令|パスワード|暗証番号|비밀번호|암호|كلمة (?:السر|المرور)|الرقم السري|รหัสผ่าน|पासवर्ड|mật khẩu)"
)
_IS = r"\s+(?:is|was|ist|lautet|war|es|est|é|è|jest|to|är|on)"
_VALUE = r"(?=\S*\d)(?:(?=\S*[^\W\d_])\S{5,}|[\d-]{4,})"
"""Letters with a digit among them, or four digits and more."""
_IN_WORDS = re.compile(
    rf"(?<![\w-])(?:[\w-]*-)?{_WORDS_FOR_SECRETS}(?:(?:\s+[^\W\d_]+){{0,3}}{_IS}|\s*[:=])?\s+{_VALUE}"
    rf"|{_SIGNS_FOR_SECRETS}\s*(?:是|为|為|は|는|은|:|：|هي|هو|คือ|है|là)?\s*(?=[\x21-\x7e]*\d)[\x21-\x7e]{{4,}}",
    re.IGNORECASE,
)
"""The word for a secret in some twenty languages, then the secret."""
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(r"(?<![\d-])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\d-])")


def secrets_in(text: str) -> list[str]:
    """The kinds of secret in a text, in words such as "a password", each once; empty when there is none."""
    found = [kind for kind, shape in _SHAPES if shape.search(text)]
    if _IN_WORDS.search(text):
        found.append("a password")
    if any(_passes_luhn(number) for number in _CARD.findall(text)):
        found.append("a card number")
    if any(_is_account(number) for number in _IBAN.findall(text)):
        found.append("an account number")
    return list(dict.fromkeys(found))


def _is_account(number: str) -> bool:
    """Whether the two check digits fit the rest (ISO 13616, modulo 97), as in every IBAN."""
    plain = number.replace(" ", "")
    return int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1


def _passes_luhn(number: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1), as on every payment card."""
    digits = [int(character) for character in number if character.isdigit()][::-1]
    return (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0
