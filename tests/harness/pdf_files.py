"""PDFs written by hand, a byte at a time where it matters: sound ones, and hostile ones."""

from __future__ import annotations

import zlib
from pathlib import Path

FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"


def pdf_of(*objects: bytes, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A file of these objects, numbered from 1, with a cross-reference table."""
    content, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return content + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        *(size, table, size),
        *(trailer.replace(b"HERE", b"%d" % len(content)), len(content)),
    )


def stream(data: bytes, more: bytes = b"") -> bytes:
    """A stream object; `more` goes into its dictionary."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), more, data)


def pages_of(*contents: bytes, resources: bytes = b"", more: tuple[bytes, ...] = ()) -> list[bytes]:
    """The objects of a file with a page for each content stream. Object 3 is the font, `more` start at 4."""
    first = 4 + len(more)
    kids = b" ".join(b"%d 0 R" % (first + 2 * index) for index in range(len(contents)))
    objects = [CATALOG, b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(contents)), FONT, *more]
    for index, content in enumerate(contents):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> %s >> >>" % (first + 2 * index + 1, resources)
        )
        objects.append(content)
    return objects


def text_page(*lines: str, size: int = 12) -> bytes:
    """A content stream with these lines, one below the other."""
    shown = b"".join(b"(%s) Tj 0 -%d Td " % (line.encode("latin-1"), size + 3) for line in lines)
    return stream(b"BT /F1 %d Tf 72 720 Td %sET" % (size, shown))


def endless_page() -> bytes:
    """A content stream of 200,000 words: pdfium needs a quarter of a second for it, pypdf two."""
    return stream(b"BT /F1 12 Tf 72 700 Td " + b"(a) Tj " * 200_000 + b"ET")


def slow_pdf(pages: int) -> bytes:
    """A file whose every page takes a second: five forms deep, each drawn ten times by the one above it."""
    more = [
        stream(
            b"/X Do " * 10,
            b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X %d 0 R >> >>" % (5 + depth),
        )
        for depth in range(4)
    ]
    last = stream(
        b"BT /F1 1 Tf (a) Tj ET",
        b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Font << /F1 3 0 R >> >>",
    )
    page = stream(b"/X Do " * 10)
    return pdf_of(*pages_of(*[page] * pages, resources=b"/XObject << /X 4 0 R >>", more=(*more, last)))


def inflating(megabytes: int) -> bytes:
    """A content stream that inflates to so many megabytes of blanks."""
    squeeze = zlib.compressobj(9)
    first, other = (squeeze.compress(b" " * 2**20) + squeeze.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return stream(first + other * (megabytes - 1), b"/Filter /FlateDecode")


HOSTILE = {
    "inflates-to-3-gigabytes": pdf_of(*pages_of(inflating(3000))),
    "xref-loop": pdf_of(*pages_of(text_page("Loop")), trailer=b"/Root 1 0 R /Prev HERE"),
    "claims-a-billion-pages": pdf_of(
        CATALOG, b"<< /Type /Pages /Kids [4 0 R] /Count 1000000000 >>", *pages_of(text_page("One"))[2:]
    ),
    "page-tree-loop": pdf_of(CATALOG, b"<< /Type /Pages /Kids [2 0 R] /Count 7 >>"),
    "deep-arrays": pdf_of(b"[" * 200_000 + b"]" * 200_000, *pages_of(text_page("Deep"))[1:]),
    "deep-content": pdf_of(*pages_of(stream(b"[" * 300_000))),
    "endless-string": pdf_of(*pages_of(stream(b"BT (" + b"(" * 100_000))),
    "no-end-of-image": pdf_of(*pages_of(stream(b"BI /W 9 /H 9 ID " + b"\xff" * 50_000))),
    "only-a-head": b"%PDF-1.7\n",
    "nothing": b"",
    "nul": b"\0" * 100_000,
    "not-a-pdf": b"<html><body>no</body></html>",
    "noise": b"%PDF-1.7\n" + bytes((index * 7919 + index // 251) % 256 for index in range(20_000)),
}
"""Name -> the bytes of a file that is made to hurt who reads it."""


def write_hostile(folder: Path) -> Path:
    """All of HOSTILE as files in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in HOSTILE.items():
        (folder / f"{name}.pdf").write_bytes(content)
    return folder
