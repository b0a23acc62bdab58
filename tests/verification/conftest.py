"""Source of maps, compiled for one test."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from treealg.verification.compiled import CompiledMaps


@pytest.fixture
def compiled():
    """Compile the source of maps; what is patched before the call is compiled patched."""
    with ThreadPoolExecutor(1) as pool:
        yield lambda *sizes, floats=False: CompiledMaps(sizes, pool, floats=floats)
