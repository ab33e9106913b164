"""The bytes of a text file -> its text, in the child process (`pdf.py`), or nothing where its encoding is unclear.

In this order: a byte-order mark, what an XML or HTML file declares, UTF-8, and the encoding that chardet finds
likeliest among those in which the text reads well. A text in the wrong encoding is worse than none: nothing in it
is found, and nobody is told.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it starts with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_XML_DECLARATION = re.compile(rb"""\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([\w.:-]{2,30})""")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{2,30})", re.IGNORECASE)
_CHARSETS = re.compile(r"(iso-?8859|windows-?|cp|koi8|mac|gb|big5|shift|euc|latin|us-ascii|utf-?8)", re.IGNORECASE)
_WIDER = {"ascii": "cp1252", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}
"""What files hold that declare the narrower encoding; browsers read them so too."""
_DETECTED = (
    *("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"),
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp866", "cp874"),
    *("iso8859-2", "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8", "iso8859-9", "iso8859-15"),
    *("koi8-r", "koi8-u", "mac-roman", "gb18030", "big5hkscs", "cp932", "euc_jis_2004", "iso2022_jp_2", "cp949"),
)
"""Those of today's web and of the systems before it. The more there are, the more a short text may be mistaken for."""
_SAMPLE = 100_000
"""Bytes that are judged, from a little before the first that is not ASCII."""
_LEAD = 1000
_LIKELY = 0.5
"""Of the confidence in the likeliest encoding: others down to this are tried when the text does not read well in it."""
_COMMONEST = "cp1252"
_HARDLY = 0.05
_FAVOUR = 1.2
"""Times its confidence where none has more than _HARDLY: in two words `naïve` is as likely `naďve` by its letters."""
_MOST_ODD = 0.1
"""Of the characters that are not ASCII."""
_MOST_STRAY = 0.1
"""Damaged characters to sound ones in a UTF-8 text."""
_WITHOUT_NOUGHT = ("utf-16-le", "utf-16-be")
_NOT_EAST_ASIAN = re.compile(r"[^\t\n\r -~\u2010-\u203b\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffef]")
_OF_ANY_TEXT = re.compile(r"[\n -~\u3000-\u30ff\uff00-\uffef]")
"""Blanks, punctuation and kana: one character in ten and more of any such text."""
_FEW = 0.02
_SHIFT = b"\x1b$"
"""Opens a run of Japanese in ISO-2022, whose bytes are all ASCII."""
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_WORD = re.compile(r"\S*[^\x00-\x7f\s]\S*")
_WITHIN_WORDS = frozenset("\u2019\u00b7\u2010\u2011\u2013\u2014")


def decoded(content: bytes, *, is_html: bool = False, is_cut: bool = False) -> str | None:
    """The text; None where its encoding is unclear. `is_cut`: the last character may be cut in two."""
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    declared = None if b"\0" in content else _as_declared(content, is_html=is_html)
    if declared is not None:
        return declared
    utf8 = _as_utf8(content, is_cut=is_cut)
    return _as_detected(content) if utf8 is None else utf8


def _as_declared(content: bytes, *, is_html: bool) -> str | None:
    found = _XML_DECLARATION.match(content[:1024]) or (is_html and _META_CHARSET.search(content[:4096]))
    name = found[1].decode() if found else ""
    if not _CHARSETS.match(name):
        return None
    try:
        codec = codecs.lookup(name).name
        text = content.decode(_WIDER.get(codec, codec), "replace")
    except LookupError:
        return None
    return text if _is_sound(text) else None


def _is_sound(text: str) -> bool:
    """Whether few of its characters are damaged: it was not written in quite another encoding."""
    damaged = text.count("\ufffd")
    if not damaged:
        return True
    others = sum(not character.isascii() for character in text) - damaged
    return damaged <= max(1, _MOST_STRAY * others) <= others


def _as_utf8(content: bytes, *, is_cut: bool) -> str | None:
    """As UTF-8, where it is: one stray byte among characters that only UTF-8 writes so does not make it another."""
    if b"\0" in content or _SHIFT in content:
        return None
    decoder = codecs.getincrementaldecoder("utf-8")
    try:
        return decoder().decode(content, final=not is_cut)
    except UnicodeDecodeError:
        text = decoder("replace").decode(content, final=not is_cut)
        return text if _is_sound(text) else None


def _as_detected(content: bytes) -> str | None:
    first = _NOT_ASCII.search(content)
    start = max(0, first.start() - _LEAD) // 4 * 4 if first else 0
    sample = content[start : start + _SAMPLE]
    for encoding in _WITHOUT_NOUGHT:
        if _is_east_asian(sample.decode(encoding, "replace")):
            return content.decode(encoding, "replace")
    for encoding in _likely_encodings(sample):
        if _reads_well(sample.decode(encoding, "replace")):
            return content.decode(encoding, "replace")
    return None


def _likely_encodings(sample: bytes) -> list[str]:
    """The likeliest first, as far as chardet's models of letters can tell."""
    import chardet

    found = chardet.detect_all(sample, include_encodings=_DETECTED, ignore_threshold=True, compat_names=False)
    confidence = {each["encoding"]: each["confidence"] for each in found if each["encoding"]}
    best = max(confidence.values(), default=0)
    if _COMMONEST in confidence and best < _HARDLY:
        confidence[_COMMONEST] *= _FAVOUR
    fewest = _LIKELY * best
    ranked = sorted(confidence, key=lambda each: -confidence[each])
    return [each for each in ranked if confidence[each] >= fewest]


def _is_east_asian(text: str) -> bool:
    """Whether it is Chinese, Japanese or Korean in UTF-16: with no byte of nought in it, chardet knows it not.

    Bytes of another encoding, taken two by two, are ideographs too, but without their punctuation.
    """
    outside = len(_NOT_EAST_ASIAN.findall(text))
    return outside <= _FEW * len(text) <= len(_OF_ANY_TEXT.findall(text))


def _reads_well(text: str) -> bool:
    """Whether what is not ASCII in it stands where such characters stand in words of any language."""
    fitting = odd = 0
    for word in _WORD.findall(text):
        for place, character in enumerate(word):
            if not character.isascii():
                fits = _fits(character, word[place - 1 : place], word[place + 1 : place + 2])
                fitting, odd = fitting + fits, odd + (not fits)
    return "\0" not in text and odd <= _MOST_ODD * (fitting + odd)


def _fits(character: str, before: str, after: str) -> bool:
    """Not so: a control, a sign within a word, a capital behind a small letter, two alphabets in a word."""
    kind = unicodedata.category(character)
    if kind[0] == "C":
        return kind == "Cf"
    if kind[0] == "L":
        alone = not (_is_ascii_letter(before) or _is_ascii_letter(after))
        return (alone or _goes_with_ascii(character)) and not (kind == "Lu" and before.islower())
    within = before.isalpha() and after.isalpha() and (before.isascii() or after.isascii())
    return kind[0] == "M" or not within or character in _WITHIN_WORDS


def _is_ascii_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _goes_with_ascii(letter: str) -> bool:
    """Latin letters, and those of scripts that leave no blank between words."""
    return unicodedata.name(letter, "").startswith("LATIN") or unicodedata.east_asian_width(letter) in "WFH"
