"""What all tests and doctests share: the disk cache of tables is a directory of its own."""

import os

import pytest


@pytest.fixture(scope="session", autouse=True)
def _own_table_directory(tmp_path_factory):
    before = os.environ.get("TREEALG_CACHE_DIR")
    os.environ["TREEALG_CACHE_DIR"] = str(tmp_path_factory.mktemp("tables"))
    yield
    if before is None:
        del os.environ["TREEALG_CACHE_DIR"]
    else:
        os.environ["TREEALG_CACHE_DIR"] = before
