"""Each test has its own cache directory and starts with no table in memory."""

import pytest

from treealg import tables


@pytest.fixture(autouse=True)
def table_directory(tmp_path, monkeypatch):
    directory = tmp_path / "tables"
    monkeypatch.setenv("TREEALG_CACHE_DIR", str(directory))
    tables.clear_cache()
    yield directory
    tables.clear_cache()
