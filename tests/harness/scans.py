"""Scanned copies of PDFs: each page as a picture, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

DOTS = 150
"""An inch."""


def scanned_copy(source: Path, copy: Path, scanned: Sequence[int] | None = None, turned: int = 0) -> Path:
    """Write a PDF in which these pages of another one, counted from 0, or all, are pictures; the others have no text.

    What is blank below the last line is cut off: OCR takes its time for each dot. `turned` is by how many degrees the
    pages were laid wrongly.
    """
    import pypdfium2
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    document = pypdfium2.PdfDocument(source)
    canvas = Canvas(str(copy))
    for index in range(len(document)) if scanned is None else scanned:
        page = document[index].render(scale=DOTS / 72, grayscale=True).to_pil()
        picture = page.crop((0, 0, page.width, _foot(page))).rotate(turned, expand=True)
        held = BytesIO()
        picture.save(held, "JPEG", quality=70)
        width, height = (72 * pixels / DOTS for pixels in picture.size)
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(held), 0, 0, width, height)
        canvas.showPage()
    canvas.save()
    return copy


def _foot(page: Any) -> int:
    """The height down to half an inch below the ink; OCR makes a page larger that is flatter than 3 : 8."""
    from PIL import ImageOps

    (*_, lowest) = ImageOps.invert(page).getbbox() or (page.height,)
    return min(page.height, max(lowest + DOTS // 2, page.width * 3 // 8))
