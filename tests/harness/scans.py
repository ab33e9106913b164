"""Scanned copies of PDFs: each page as a picture, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

DOTS = 150
"""An inch."""


def scanned_copy(source: Path, copy: Path, scanned: Sequence[int] | None = None, turned: int = 0) -> Path:
    """Write a PDF in which these pages of another one, counted from 0, or all, are pictures; the others have no text.

    `turned` is by how many degrees the pages were laid wrongly.
    """
    import pypdfium2
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    document = pypdfium2.PdfDocument(source)
    canvas = Canvas(str(copy))
    for index in range(len(document)) if scanned is None else scanned:
        picture = document[index].render(scale=DOTS / 72, grayscale=True).to_pil().rotate(turned, expand=True)
        held = BytesIO()
        picture.save(held, "JPEG", quality=70)
        width, height = (72 * pixels / DOTS for pixels in picture.size)
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(held), 0, 0, width, height)
        canvas.showPage()
    canvas.save()
    return copy
