"""The sample documents are what their script makes."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from agentmem_cli.reading.read import read_file
from agentmem_cli.reading.readers import Reader

SCRIPT = Path(__file__).parent.parent / "make_samples.py"
FOLDER = Path(__file__).parent.parent.parent / "knowledge"


@pytest.mark.parametrize(("name", "pages"), [("refund-policy.pdf", 2), ("handbook.pdf", 4), ("price-list.pdf", 1)])
def test_a_sample_is_what_the_script_makes(tmp_path: Path, name: str, pages: int) -> None:
    """The text of each committed PDF equals that of a fresh one, so that neither changes without the other."""
    runpy.run_path(str(SCRIPT))["make_samples"](tmp_path)
    reader = Reader()
    fresh, committed = (read_file(reader, folder / name) for folder in (tmp_path, FOLDER))
    reader.stop(for_good=True)
    assert fresh == committed
    assert pages == committed.page_count
