"""Text is safe to store, mended, and parted into passages that lose no word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem_cli.knowledge.split import ENOUGH, MOST
from agentmem_cli.knowledge.split import split_page as split_sections
from agentmem_cli.reading.clean import cleaned
from agentmem_cli.reading.headings import looks_like_heading
from agentmem_cli.reading.layout import Section


def split_page(text: str) -> list[str]:
    return [passage.text for passage in split_sections(0, [Section("", text)])]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a\x00b\x1b[31mc\x9bd", "ab[31mcd"),
        ("one\r\ntwo", "one\ntwo"),
        ("hid\U000e0041\U000e0042den", "hidden"),
        ("\ufeffstart", "start"),
        ("left\u202eright", "leftright"),
        ("lone\ud800", "lone\ufffd"),
        ("wide   blank\tand\xa0more", "wide blank and more"),
    ],
)
def test_what_steers_a_terminal_is_gone(raw: str, expected: str) -> None:
    """Controls, tag characters, direction marks and lone surrogates do not reach the store."""
    assert expected == cleaned(raw)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("all the knowl-\nedge we have", "all the knowledge we have"),
        ("all the knowl\ufffeedge we have", "all the knowledge we have"),
        ("the COVID\ufffe19 pandemic", "the COVID-19 pandemic"),
        ("post\ufffemarketing: marketing comes post sale", "post-marketing: marketing comes post sale"),
        ("a dash \ufffe alone", "a dash - alone"),
        ("paid in a dollar: dollar-\ndenominated debt", "paid in a dollar: dollar-denominated debt"),
        ("they govern: a govern-\nment of all", "they govern: a government of all"),
        ("long-term debt is long-\nterm", "long-term debt is long-term"),
        ("the understanding: an under-\nstanding under pressure", "the understanding: an understanding under pressure"),
    ],
)
def test_words_broken_at_a_line_end_are_mended(raw: str, expected: str) -> None:
    """A word parted by a hyphen is one again; a hyphen between two words or before a figure stays."""
    assert expected == cleaned(raw)


def test_a_wrapped_sentence_is_one_line() -> None:
    """A full line that ends in the middle of a sentence runs on."""
    first = "The money goes back to the card or account that it came from within"
    assert f"{first} ten days." == cleaned(f"{first}\nten days.")


def test_rows_of_a_table_stay_on_their_lines() -> None:
    """Short rows, and long rows that end in a figure, are not run together."""
    rows = "Solo 1 49\nPractice up to 5 149\nTrade receivables, net of allowance for losses of $21 1,875\n99 x"
    assert rows == cleaned(rows)


def test_one_endless_word_is_no_trouble() -> None:
    """A page that is a single word of 200,000 letters takes linear time; quadratic time meets the test timeout."""
    assert 200_000 == len(cleaned("a" * 200_000))


@given(st.text(alphabet=st.characters(), max_size=3000))
def test_any_text_can_be_stored(text: str) -> None:
    """Whatever comes out of a file, what is stored is valid UTF-8 without controls."""
    kept = cleaned(text)
    kept.encode("utf-8")
    assert not [each for each in kept if ord(each) < 32 and each != "\n"]


@given(st.text(alphabet="ab .!?\nZ9。\t\"')”", max_size=5000))
def test_passages_hold_every_word_once(text: str) -> None:
    """Splitting drops and repeats nothing but blanks."""
    joined = "".join(split_page(text))
    assert "".join(text.split()) == "".join(joined.split())


def test_passages_are_of_the_promised_size() -> None:
    """All but the last of a long page are 800 to 1,400 characters, and end where a sentence does."""
    text = " ".join(f"Sentence number {number} says something of its own." for number in range(200))
    passages = split_page(text)
    assert all(ENOUGH <= len(each) <= MOST + 200 for each in passages[:-1])
    assert all(each.endswith(".") for each in passages)


def test_a_passage_starts_at_a_heading() -> None:
    """Past 800 characters the next heading opens a new passage."""
    body = "\n".join(["This line is about the first matter and goes on for a while."] * 14)
    assert split_page(
        f"{body}\nSecond Matter\nIt is short, but it has the two hundred characters it needs to stand "
        f"alone as the last passage. {'More of it. ' * 12}"
    )[1].startswith("Second Matter")


@pytest.mark.parametrize(
    ("remnant", "expected"),
    [
        ("33", "Segments"),
        (
            "and all of this was paid in the spring, before the ice on the lake broke and the mill could start " * 2,
            "Law",
        ),
        ("Law", "Law"),
    ],
)
def test_a_heading_of_the_page_before_ends_at_the_next_one(remnant: str, expected: str) -> None:
    """Where little stands under it; not where it stands there itself, nor for a heading below it."""
    text = "Segments\nTimber sold more than in the year before."
    sections = [Section("Law", remnant), Section("Segments", text)]
    assert [expected] == [each.heading for each in split_sections(0, sections)]
    below = [Section("Law", "33"), Section("Law > Segments", text)]
    assert ["Law"] == [each.heading for each in split_sections(0, below)]


@pytest.mark.parametrize("length", [700, 790, 900, 1200, 1300])
def test_a_heading_stays_with_what_it_stands_above(length: int) -> None:
    """Sections of any length: no passage ends with the next section's heading."""
    titles = ("Opening", "Refunds", "Repairs")
    texts = [f"# {title}\n\n{('What we say of this matter is this. ' * 60)[:length].strip()}" for title in titles]
    passages = split_sections(0, [Section(*each) for each in zip(titles, texts, strict=True)])
    shown = {title: each for each in passages for title in titles if f"# {title}" in each.text}
    assert all(each.text.partition(f"# {title}")[2].count("this matter") > 3 for title, each in shown.items())
    assert set(titles) == shown.keys()


def test_text_without_blanks_is_parted_too() -> None:
    """A sentence longer than a passage is cut; an empty page has no passage."""
    assert [1200, 1200, 600] == [len(each) for each in split_page("x" * 3000)]
    assert [] == split_page("")


def test_what_a_heading_is() -> None:
    """A heading is short, starts with a capital or a mark, and does not end like a sentence or a figure."""
    assert [True, True, False, False, False] == [
        looks_like_heading(each) for each in ("Annual plans", "## Refunds", "An end.", "Total 12", "and so on")
    ]
