"""Text, Markdown and HTML files: their encoding, their headings, and what a reader of them would see."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem_cli.knowledge.split import passages_of
from agentmem_cli.reading import text_files
from agentmem_cli.reading.headings import RawPage
from agentmem_cli.reading.html_text import html_lines
from agentmem_cli.reading.layout import laid_out
from agentmem_cli.reading.pdf_pages import Line
from agentmem_cli.reading.text_files import read_html, read_markdown, read_plain

ALL = range(10)


def plain(tmp_path: Path, content: bytes) -> list[Line]:
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    return list(read_plain(str(path), ALL, None))


def test_a_form_feed_starts_a_page(tmp_path: Path) -> None:
    """A text file has a page for each form feed, and one more."""
    assert ["one", "two"] == [line["text"] for line in plain(tmp_path, b"one\ftwo")[1:]]


def test_a_huge_text_file_is_cut_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many characters are read, also where the limit of bytes falls into a character."""
    monkeypatch.setattr(text_files, "MOST_CHARACTERS", 10)
    monkeypatch.setattr(text_files, "_MOST_BYTES", 41)
    about, page = plain(tmp_path, "é".encode() * 1000)
    assert ("é" * 10, True) == (page["text"], "limit" in about)


def test_markdown_headings(tmp_path: Path) -> None:
    """Both kinds of heading count, with their level; those in fenced code, rules and tables do not."""
    path = tmp_path / "a.md"
    path.write_text(
        "# One\n\nText\n\nTwo\n---\n\n```\n# not\n```\n\n- a\n---\n\n| a | b |\n|---|---|\n\n### Three ##\n"
    )
    _, page = read_markdown(str(path), ALL, None)
    assert [(0, 0, "One"), (4, 1, "Two"), (17, 2, "Three")] == page["headings"]


def passages_in(path: Path) -> list[tuple[str, str]]:
    _, page = read_html(str(path), ALL, None)
    raw = RawPage(0, None, page["text"].split("\n"), headings=page["headings"])
    return [(each.heading, each.text) for each in passages_of(laid_out({0: raw}))]


def test_html_is_what_a_browser_shows(tmp_path: Path) -> None:
    """Headings, paragraphs and rows stay apart; scripts, styles, comments and hidden elements are gone."""
    path = tmp_path / "a.html"
    path.write_text(
        "<html><head><title>Prices</title><style>p {}</style></head><body><h1>Plans &amp; prices</h1>"
        "<p>All <b>prices</b>\nin euros.<p hidden>Secret<p>More.<div style='display: none'><p>Hidden</div>"
        "<script>if (a < b) alert('x')</script><!-- no --><table><tr><th>Plan<th>Price<tr><td>Solo<td>49</table>"
        "<pre>a\n  b</pre><template>t</template>End&nbsp;here</body>",
        encoding="utf-8",
    )
    assert [
        (
            "Prices > Plans & prices",
            "# Plans & prices\n\nAll prices in euros.\n\nMore.\n\nPlan | Price\nSolo | 49\n\na\nb\n\nEnd here",
        )
    ] == passages_in(path)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("<tr><th><th>Adult<th>Child<tr><td>North<td><td>4", ["| Adult | Child", "North |  | 4"]),
        ("<tr><td rowspan=2>Night<td>12<td>6<tr><td>15<td>8", ["Night | 12 | 6", "Night | 15 | 8"]),
        ("<tr><td>a<td rowspan=2>b<td>c<tr><td>d<td>e<tr><td>f<td>g<td>h", ["a | b | c", "d | b | e", "f | g | h"]),
        ("<tr><th colspan=2>Price<th>Note<tr><td>1<td>2<td>n", ["Price | Price | Note", "1 | 2 | n"]),
        ("<tr><td><p>one<p>two<td>three<br>four", ["one two | three four"]),
        ("<tr><td colspan=x>a<td rowspan=99999999999>b<tr><td>c", ["a | b", "c"]),
        ("<tr><td>a<td><table><tr><td>i<td>j</table><tr><td>b<td>c", ["a", "i | j", "", "b | c"]),
        ("<tr><td hidden>x<td>a<td>b<tr><td><td>", ["a | b"]),
    ],
)
def test_cells_of_html_keep_their_places(table: str, expected: list[str]) -> None:
    """Empty cells, and those that span rows or columns; a table in a table is rows of its own."""
    assert [*expected, ""] == html_lines(f"<table>{table}</table>")[0]


TWO_ROWS = "<tr><td><th colspan=2>Weekdays<th rowspan=2>Sunday<tr><th>Line<th>First<th>Last"
TRAM = "<tr><th>Tram<td>5<td><td>7"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (TWO_ROWS + TRAM, ["Line | Weekdays First | Weekdays Last | Sunday", "Tram | 5 |  | 7"]),
        (
            "<thead><tr><td colspan=2>Price<tr><td>Day<td>Night<tbody><tr><td>1<td>2",
            ["Price Day | Price Night", "1 | 2"],
        ),
        ("<tr><th colspan=2>Opening hours<tr><td>Monday<td>9 to 5", ["Opening hours", "Monday | 9 to 5"]),
        ("<tr><th>a<th>b<tr><td>1<td>2<tr><th>c<th>d<tr><td>3<td>4", ["a | b", "1 | 2", "c | d", "3 | 4"]),
        ("<tr><th>a<th>b<tr><th colspan=2>North<tr><td>1<td>2", ["a | b", "North |", "1 | 2"]),
        ("<tr><th>a<th>b<tr><th>Tram<td>", ["a | b", "Tram |"]),
        ("<tr><th>a<th>b<tr><th>c<th>d", ["a | b", "c | d"]),
    ],
)
def test_the_rows_that_name_the_columns(table: str, expected: list[str]) -> None:
    """They are one line: each column's name is all that stands above it. A title stands alone."""
    lines, _ = html_lines(f"<table>{table}</table>")
    assert expected == lines[: len(expected)]


def test_the_head_of_a_table_ends_with_it() -> None:
    """The next table has its own, or none, also where the first has nothing but a head."""
    for first in (TWO_ROWS, TWO_ROWS + TRAM, "<thead><tr><th>a<th>b"):
        lines, _ = html_lines(f"<table>{first}</table><table><tr><td>Office<td>Ring 5</table>")
        assert ["", "Office | Ring 5", ""] == lines[-3:]


def test_a_table_that_arranges_a_page() -> None:
    """Cells with headings, or long ones, are read one after the other, and the headings stay headings."""
    lines, headings = html_lines(f"<table><tr><td><h2>News</h2>{'word ' * 9}<td>{'side ' * 99}</table>")
    assert ["## News", f"{'word ' * 9}".strip(), f"{'side ' * 99}".strip()] == [line for line in lines if line]
    assert [(lines.index("## News"), 2, "News")] == headings


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<ol><li>a<li>b</ol>", ["1. a", "2. b"]),
        ("<ol start=4><li>a<li value=9>b<li>c</ol>", ["4. a", "9. b", "10. c"]),
        ("<ol type=a start=3><li>x</ol><ol type=A><li>x</ol>", ["c. x", "A. x"]),
        ("<ol type=i start=4><li>x</ol><ol type=I start=9><li>x</ol>", ["iv. x", "IX. x"]),
        ("<ol reversed><li>a<li>b<ol reversed><li>c</ol></ol>", ["2. a", "1. b", "1. c"]),
        ("<ol reversed start=1><li>a<li>b</ol>", ["1. a", "0. b"]),
        ("<ol><li><p>a</p><p>b</p></li><li><ol type=a><li>c</ol><li>d</ol>", ["1. a", "b", "2. a. c", "3. d"]),
        ("<ol><li>a<ul><li>b</ul><li>c<li><li hidden>x<li>e</ol>", ["1. a", "b", "2. c", "4. e"]),
        ("<ol><li><h2>Scope</h2>a<li></ol>b<ul><li>c</ul>", ["## 1. Scope", "a", "b", "c"]),
        ("<ol start=x><li value=''>a</ol><li>b", ["1. a", "b"]),
    ],
)
def test_the_numbers_of_a_list(html: str, expected: list[str]) -> None:
    """As a browser shows them, before the first line of each item."""
    assert expected == [line for line in html_lines(html)[0] if line]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<label>Name</label><input value='Ann Lee'>, age <input type=number value=41>", "Name Ann Lee , age 41"),
        ("<input type=radio checked>Solo<input type=radio>Team<br>", "[x] Solo [ ] Team"),
        ("<label><input type=CHECKBOX>News</label>", "[ ] News"),
        ("Land: <select><option>Oman<option selected>Peru<optgroup><option>Chad</select> end", "Land: Peru end"),
        ("In <select multiple><option selected>May<option>June<option selected>July</select>", "In May, July"),
        ("Why: <textarea>It is\nbroken</textarea>", "Why: It is broken"),
        ("a<input type=hidden value=s><input type=password value=p><input type=submit value=Go><input hidden>b", "a b"),
        ("<input>a<datalist><option selected>x</datalist><div hidden><input value=s></div>", "a"),
    ],
)
def test_what_a_form_holds(html: str, expected: str) -> None:
    """What is filled in, ticked and chosen, where it stands; not the other options, and nothing hidden."""
    assert [expected] == [line for line in html_lines(f"<form>{html}</form>")[0] if line]


def test_the_charset_that_html_declares(tmp_path: Path) -> None:
    """A <meta> names the encoding; one that is unknown, or no charset, is not believed."""
    path = tmp_path / "a.html"
    for declared, content in (("koi8-r", "Привет".encode("koi8-r")), ("rot13", b"Privet"), ("utf-99", b"Privet")):
        path.write_bytes(b'<meta charset="%s"><p>%s' % (declared.encode(), content))
        assert [("", "Привет" if declared == "koi8-r" else "Privet")] == passages_in(path)


@given(st.text(alphabet="<>/pdivtr hbody=\"'!-&;a\n", max_size=400))
def test_any_html_ends(text: str) -> None:
    """Broken HTML gives lines, no exception, and no line with a newline in it."""
    lines, headings = html_lines(text)
    assert not [line for line in lines if "\n" in line]
    assert all(place <= len(lines) for place, _, _ in headings)


def test_a_million_open_tags_take_no_time() -> None:
    """Tags that are never closed, or closed and never opened, cost linear time; quadratic time meets the timeout."""
    lines, _ = html_lines("<div>" * 100_000 + "deep" + "</b>" * 100_000 + "</div>" * 50_000)
    assert "deep" in lines
