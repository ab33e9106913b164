"""Text files in any encoding are read as what they are, or reported; none is stored garbled."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest
from harness.command_line import run_here

from agentmem_cli.reading.encodings import decoded

TEXTS = {
    "ru": "Гарантия на чайник действует два года со дня покупки. Чек нужно сохранить.",
    "uk": "Гарантія на чайник діє два роки від дня купівлі. Чек потрібно зберегти.",
    "zh": "电水壶的保修期为两年，从购买之日起计算。请保留好您的收据和保修卡。",
    "tw": "電水壺的保固期為兩年，從購買之日起計算。請保留您的收據和保固卡。",
    "ja": "電気ケトルの保証期間は購入日から二年間です。領収書を保管してください。",
    "ko": "전기 주전자의 보증 기간은 구입일로부터 이 년입니다. 영수증을 보관하십시오.",
    "pl": "Gwarancja na czajnik obowiązuje dwa lata od dnia zakupu. Proszę zachować paragon, żeby złożyć reklamację.",
    "cs": "Záruka na konvici platí dva roky ode dne nákupu. Účtenku si prosím pečlivě uschovejte pro případ závady.",
    "hu": "A vízforralóra két év garancia érvényes a vásárlás napjától. Kérjük, őrizze meg a számlát és a jegyet.",
    "el": "Η εγγύηση του βραστήρα ισχύει για δύο χρόνια από την ημέρα της αγοράς. Κρατήστε την απόδειξη.",
    "tr": "Su ısıtıcısının garantisi satın alma gününden itibaren iki yıl geçerlidir. Lütfen fişi saklayınız.",
    "he": "האחריות על הקומקום תקפה לשנתיים מיום הרכישה. נא לשמור את הקבלה במקום בטוח.",
    "ar": "ضمان الغلاية صالح لمدة سنتين من يوم الشراء. يرجى الاحتفاظ بالإيصال في مكان آمن.",
    "fr": "La garantie de la bouilloire est valable deux années à compter de l'achat. Gardez le reçu, s'il vous plaît.",
    "de": "Für den Wasserkocher gilt die Garantie zwei Jahre ab dem Kauf. Bewahren Sie den Beleg auf, bitte schön.",
    "es": "La garantía de la tetera es válida durante dos años. ¿Dónde está el recibo? Guárdelo en un lugar seguro.",
}
ENCODINGS = [
    *(("ru", each) for each in ("cp1251", "koi8-r", "iso8859-5", "cp866", "utf-16-le", "utf-16-be")),
    *(("uk", each) for each in ("cp1251", "koi8-u")),
    *(("zh", each) for each in ("gbk", "gb18030", "utf-16-le", "utf-16-be")),
    *(("tw", each) for each in ("big5", "utf-16-le")),
    *(("ja", each) for each in ("shift_jis", "euc-jp", "iso2022_jp", "utf-16-le")),
    *(("ko", each) for each in ("euc-kr", "utf-16-be")),
    *((language, each) for language in ("pl", "cs", "hu") for each in ("cp1250", "iso8859-2")),
    *(("el", each) for each in ("cp1253", "iso8859-7")),
    *(("tr", each) for each in ("cp1254", "iso8859-9")),
    ("he", "cp1255"),
    ("ar", "cp1256"),
    *((language, each) for language in ("fr", "de", "es") for each in ("cp1252", "iso8859-15", "mac-roman")),
]
ENGLISH = "The guarantee holds for two years from the day on which it was bought. Keep the receipt.\n"


@pytest.mark.parametrize(("language", "encoding"), ENCODINGS)
def test_texts_that_say_nothing_of_their_encoding(language: str, encoding: str) -> None:
    """Two sentences are enough to tell in what encoding they are, UTF-16 without a mark included."""
    text = TEXTS[language]
    assert text == decoded(text.encode(encoding))


@pytest.mark.parametrize(
    "content",
    [
        "naïve café".encode(),
        codecs.BOM_UTF8 + "naïve café".encode(),
        "naïve café".encode("utf-16"),
        codecs.BOM_UTF32_BE + "naïve café".encode("utf-32-be"),
        "naïve café".encode("cp1252"),
    ],
)
def test_the_encoding_is_found(content: bytes) -> None:
    """A byte-order mark decides, else UTF-8 where it fits, else what is likeliest."""
    assert "naïve café" == decoded(content)


@pytest.mark.parametrize(("word", "encoding"), [("café", "cp1252"), ("5 €", "cp1252"), ("it’s", "cp1252")])
@pytest.mark.parametrize("before", [0, 1, 40, 4000])
def test_one_accent_in_a_long_text(word: str, encoding: str, before: int) -> None:
    """Western text with one character that is not ASCII, also far behind its beginning."""
    text = f"{ENGLISH * before}The {word} of the house. {ENGLISH}"
    assert text == decoded(text.encode(encoding))


def test_a_stray_byte_spoils_nothing() -> None:
    """One damaged byte in a UTF-8 file costs one character; all others stay."""
    text = f"{TEXTS['fr']} {TEXTS['ru']}"
    content = text.encode()
    assert f"{text}\ufffd" == decoded(content + b"\xff")
    assert "Ein H\ufffduschen für zwei Gäste" == decoded(b"Ein H\xe4uschen " + "für zwei Gäste".encode())
    assert "a real \ufffd, twice \ufffd" == decoded("a real \ufffd, twice \ufffd".encode())


@pytest.mark.parametrize(
    ("head", "is_html"),
    [('<?xml version="1.0" encoding="{}"?>', False), ('<meta charset="{}">', True), ("<?xml encoding='{}'?>", True)],
)
def test_a_declaration_counts(head: str, is_html: bool) -> None:
    """What XML and HTML declare is believed over what is likely, and not where the bytes cannot be that."""
    for name, text in (("koi8-r", "Мир"), ("shift_jis", "保証"), ("iso-8859-1", "“5 €”")):
        whole = head.format(name) + text
        assert whole == decoded(whole.encode("cp1252" if name == "iso-8859-1" else name), is_html=is_html)
    whole = head.format("utf-8") + TEXTS["ru"]
    assert whole == decoded(whole.encode("cp1251"), is_html=is_html)


@pytest.mark.parametrize("content", [b"\0" * 1000, bytes(range(1, 256)) * 8, os.urandom(4096)])
def test_what_is_no_text(content: bytes) -> None:
    """Noise has no encoding."""
    assert decoded(content) is None


@pytest.mark.usefixtures("home", "without_index")
def test_unclear_files_are_reported(tmp_path: Path) -> None:
    """A file whose encoding is unclear is unreadable, says so, and nothing of it is stored; the others are found."""
    (tmp_path / "noise.txt").write_bytes(bytes(range(1, 256)) * 8)
    (tmp_path / "ru.txt").write_bytes(TEXTS["ru"].encode("cp1251"))
    (tmp_path / "zh.txt").write_bytes(TEXTS["zh"].encode("utf-16-le"))
    ended = run_here("ingest", str(tmp_path))
    assert 1 == ended.code
    assert "its encoding is unclear" in ended.out
    assert "ru.txt, p. 1" in run_here("knowledge", "search", "гарантия на чайник").out
    assert "zh.txt, p. 1" in run_here("knowledge", "search", "保修期").out
    assert "0 passages" in run_here("knowledge", "show", "noise").out
