"""Index tables: the algebra of trees as frozen arrays of numbers, with their cache.

A `LinearMap` or `ConvolutionTable` is generated from the exact algebra of `treealg.symbolic` when
it is first asked for, validated, and kept in memory and on disk. Kernels read nothing else.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from treealg.tables.arborification import arborification
from treealg.tables.cache import clear_cache
from treealg.tables.coefficients import CoefficientTable, coefficients
from treealg.tables.convolution import convolution, word_convolution
from treealg.tables.convolution_table import ConvolutionTable
from treealg.tables.disk import cache_directory
from treealg.tables.linear_map import LinearMap
from treealg.tables.lyndon import lyndon, lyndon_arborification
from treealg.tables.lyndon_expansion import lyndon_expansion
from treealg.tables.quadrature import Quadrature, nodes
from treealg.tables.sizes import basis_length, log_length, require_fits, word_length

if TYPE_CHECKING:
    from treealg.tables.chains import (
        chain_arborification,
        chain_convolution,
        chain_lyndon_arborification,
    )
    from treealg.tables.lifts import lift_arborification, lift_words
    from treealg.tables.weighted_words import ChainWords, chain_words

__all__ = [
    "ChainWords",
    "CoefficientTable",
    "ConvolutionTable",
    "LinearMap",
    "Quadrature",
    "arborification",
    "basis_length",
    "cache_directory",
    "chain_arborification",
    "chain_convolution",
    "chain_lyndon_arborification",
    "chain_words",
    "clear_cache",
    "coefficients",
    "convolution",
    "lift_arborification",
    "lift_words",
    "log_length",
    "lyndon",
    "lyndon_arborification",
    "lyndon_expansion",
    "nodes",
    "require_fits",
    "word_convolution",
    "word_length",
]

# The tables of corrections and lifts are loaded when first asked for.
_ON_DEMAND = {
    "ChainWords": "weighted_words",
    "chain_arborification": "chains",
    "chain_convolution": "chains",
    "chain_lyndon_arborification": "chains",
    "chain_words": "weighted_words",
    "lift_arborification": "lifts",
    "lift_words": "lifts",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for the first time."""
    if name not in _ON_DEMAND:
        raise AttributeError(f"module 'treealg.tables' has no attribute {name!r}")
    value = getattr(import_module(f"treealg.tables.{_ON_DEMAND[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, those loaded on demand among them."""
    return sorted({*globals(), *_ON_DEMAND})
