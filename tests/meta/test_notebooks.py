"""Every notebook runs from top to bottom and gives the outputs that are stored in it."""

import os
import re
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
pytest.importorskip("aeon")
pytest.importorskip("arch")

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def outline(notebook):
    """Return, per code cell, the kinds of its outputs, printed text without its numbers."""
    return [
        [
            re.sub(r"[\d.]+", "#", output["text"])
            if output["output_type"] == "stream" and "weight" not in output["text"]
            else output["output_type"]
            for output in cell["outputs"]
        ]
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]


def pictures(notebook):
    return sum(
        not {"image/png", "image/svg+xml"}.isdisjoint(output.get("data", {}))
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
    )


def test_there_are_notebooks():
    assert [path.name for path in NOTEBOOKS][:1] == ["01_branched_signatures.ipynb"]


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_and_gives_what_is_stored(path, tmp_path, monkeypatch):
    # Nothing of the user's settings may change what a notebook shows, nor a warning of the debugger
    # about frozen modules.
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    monkeypatch.setenv("TREEALG_CACHE_DIR", os.fspath(tmp_path / "tables"))
    monkeypatch.setenv("IPYTHONDIR", os.fspath(tmp_path / "ipython"))
    monkeypatch.setenv("MPLCONFIGDIR", os.fspath(tmp_path / "matplotlib"))
    stored = nbformat.read(path, as_version=4)
    executed = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        executed,
        timeout=300,
        kernel_name="python3",
        # What a cell prints may arrive in several pieces.
        coalesce_streams=True,
        resources={"metadata": {"path": tmp_path}},
    )
    client.execute()
    assert outline(executed) == outline(stored)
    assert pictures(executed) == pictures(stored) > 0


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_stored_small_and_valid(path):
    nbformat.validate(nbformat.read(path, as_version=4))
    assert path.stat().st_size < 300_000
