"""Each test has its own cache directory and starts with no table in memory."""

import importlib

import pytest

from treealg import tables
from treealg.tables.entry_counts import Counted


@pytest.fixture(autouse=True)
def table_directory(tmp_path, monkeypatch):
    directory = tmp_path / "tables"
    monkeypatch.setenv("TREEALG_CACHE_DIR", str(directory))
    tables.clear_cache()
    yield directory
    tables.clear_cache()


@pytest.fixture
def nothing_counted(monkeypatch):
    """Leave the entries of tables to their growth, and to counts of the last order."""
    for module, name in (
        ("arborification", "counted_entries"),
        ("lyndon", "counted_coordinates"),
        ("lyndon_expansion", "counted_coordinates"),
    ):
        owner = importlib.import_module(f"treealg.tables.{module}")
        monkeypatch.setattr(owner, name, lambda *of: Counted(0, False))
