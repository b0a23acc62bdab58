"""Index tables: the algebra of trees as frozen arrays of numbers, with their cache.

A `LinearMap` or `ConvolutionTable` is generated from the exact algebra of `treealg.symbolic` when
it is first asked for, validated, and kept in memory and on disk. Kernels read nothing else.
"""

from treealg.tables.arborification import arborification
from treealg.tables.cache import clear_cache
from treealg.tables.coefficients import CoefficientTable, coefficients
from treealg.tables.convolution import convolution
from treealg.tables.convolution_table import ConvolutionTable
from treealg.tables.directory import cache_directory
from treealg.tables.linear_map import LinearMap
from treealg.tables.lyndon import lyndon, lyndon_arborification
from treealg.tables.lyndon_expansion import lyndon_expansion
from treealg.tables.quadrature import Quadrature, nodes
from treealg.tables.sizes import basis_length, log_length, require_fits, word_length
from treealg.tables.weighted_words import WeightedWords, words
from treealg.tables.word_convolution import word_convolution

__all__ = [
    "CoefficientTable",
    "ConvolutionTable",
    "LinearMap",
    "Quadrature",
    "WeightedWords",
    "arborification",
    "basis_length",
    "cache_directory",
    "clear_cache",
    "coefficients",
    "convolution",
    "log_length",
    "lyndon",
    "lyndon_arborification",
    "lyndon_expansion",
    "nodes",
    "require_fits",
    "word_convolution",
    "word_length",
    "words",
]
