"""Index tables: the algebra of trees as frozen arrays of numbers, with their cache.

A `LinearMap` or `ConvolutionTable` is generated from the exact algebra of `treealg.symbolic` when
it is first asked for, validated, and kept in memory and on disk. Kernels read nothing else.
"""

from treealg.tables.arborification import arborification
from treealg.tables.cache import clear_cache
from treealg.tables.chain_words import ChainWords, chain_words
from treealg.tables.chains import (
    chain_arborification,
    chain_convolution,
    chain_lyndon_arborification,
)
from treealg.tables.coefficients import CoefficientTable, coefficients
from treealg.tables.convolution import convolution, word_convolution
from treealg.tables.convolution_table import ConvolutionTable
from treealg.tables.disk import cache_directory
from treealg.tables.lifts import lift_arborification, lift_words
from treealg.tables.linear_map import LinearMap
from treealg.tables.lyndon import lyndon, lyndon_arborification
from treealg.tables.lyndon_expansion import lyndon_expansion
from treealg.tables.quadrature import Quadrature, nodes
from treealg.tables.sizes import basis_length, log_length, require_fits, word_length

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
