"""Pages that are pictures -> lines of text, as a child process (`pdf.py`) reads them with RapidOCR.

RapidOCR's weights are in its wheel, and nothing is downloaded. pdfium draws the page, however large it says it is, with
MOST_PIXELS on its longer side. What comes out has the form of `pdf_pages.py`, and is under the same limits.
"""

from __future__ import annotations

import functools
import importlib.util
import os
from collections.abc import Container, Iterator
from typing import Any

from agentmem_cli.reading.boxes import Box, height_of, reading_order, width_of
from agentmem_cli.reading.clean import neutral_line
from agentmem_cli.reading.pdf_pages import Line, lines_of_pages, opened_with_pdfium

MOST_PIXELS = 2_000
"""180 dots an inch on A4. RapidOCR itself makes larger pictures smaller; 1,600 lose a word in a thousand."""
MOST_THREADS = 4
_SURE = 0.85
"""The mean confidence below which a page is tried turned; a sound one is above 0.95. RapidOCR turns single lines that
stand on end itself, and reads them with as much."""

_Result = list[tuple[Box, float]]
"""Each box with its confidence."""


@functools.cache
def ocr_is_installed() -> bool:
    """Whether the extra `ocr` is there. Imports nothing of it."""
    return all(map(importlib.util.find_spec, ("rapidocr", "onnxruntime")))


def read_with_ocr(path: str, wanted: Container[int], password: str | None) -> Iterator[Line]:
    """The lines for a PDF as OCR reads the pictures of its pages: `fonts` has the height of each line in points."""
    document, refusal = opened_with_pdfium(path, password)
    if document is None:
        yield {"refused": refusal}
        return

    def read_page(index: int) -> Line:
        page = document[index]
        scale = MOST_PIXELS / max(page.get_size())
        result = _turned_right(page.render(scale=scale).to_numpy())
        page.close()
        rows = reading_order([box for box, _ in result])
        return {
            "text": "\n".join(neutral_line(" ".join(box.text for box in row)) for row in rows),
            "fonts": [(height, False) for height in _heights(rows, scale)],
            "label": document.get_page_label(index) or None,
        }

    yield from lines_of_pages(len(document), wanted, read_page)


def _turned_right(picture: Any) -> _Result:
    """What stands on a page that may lie on its head, or on its side: each pass takes seconds."""
    import numpy as np

    results = []
    for turns in (0, 2, 1, 3):
        result = _read(np.ascontiguousarray(np.rot90(picture, turns)))
        letters = sum(len(box.text) for box, _ in result)
        if letters and _well_read(result) >= _SURE * letters:
            return result
        results.append(result)
    return max(results, key=_well_read)


def _well_read(result: _Result) -> float:
    """The letters of lines that do not stand on end, each counted by its confidence."""
    return sum(score * len(box.text) for box, score in result if width_of(box) > height_of(box))


def _read(picture: Any) -> _Result:
    found = _engine()(picture)
    if found.boxes is None:
        return []
    return [
        (Box(text, tuple((float(x), float(y)) for x, y in corners)), float(score))
        for text, corners, score in zip(found.txts, found.boxes, found.scores, strict=True)
    ]


@functools.cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.max_side_len": MOST_PIXELS,
            # It turns single lines upside down, and on dense pages right ones too: one line in 30 was lost by it.
            "Global.use_cls": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": min(MOST_THREADS, os.cpu_count() or 1),
            # Lines padded to the longest of six take a third more time, and no line reads better for it.
            "Rec.rec_batch_num": 1,
        }
    )


def _heights(rows: list[list[Box]], scale: float) -> list[float]:
    """The height of each line in points, in steps of a quarter of the page's usual one: boxes are not exact."""
    heights = [max(map(height_of, row)) for row in rows]
    usual = sorted(heights)[len(heights) // 2] if heights else 0.0
    return [round(2 * usual / scale * round(4 * height / usual) / 4) / 2 for height in heights]
