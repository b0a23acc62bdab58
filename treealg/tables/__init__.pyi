from treealg.tables.arborification import arborification as arborification
from treealg.tables.cache import clear_cache as clear_cache
from treealg.tables.closures import closure as closure
from treealg.tables.coefficients import (
    CoefficientTable as CoefficientTable,
    coefficients as coefficients,
)
from treealg.tables.convolution import convolution as convolution
from treealg.tables.convolution_table import ConvolutionTable as ConvolutionTable
from treealg.tables.cumulants import cumulants as cumulants, expectation as expectation
from treealg.tables.directory import cache_directory as cache_directory
from treealg.tables.files import load_table as load_table, save_table as save_table
from treealg.tables.lifts import bracket_labels as bracket_labels, change_of_lift as change_of_lift
from treealg.tables.light import (
    element_weights as element_weights,
    light_elements as light_elements,
    light_words as light_words,
    restricted as restricted,
    restricted_translation as restricted_translation,
)
from treealg.tables.linear_map import LinearMap as LinearMap
from treealg.tables.lyndon import lyndon as lyndon, lyndon_arborification as lyndon_arborification
from treealg.tables.lyndon_expansion import lyndon_expansion as lyndon_expansion
from treealg.tables.quadrature import Quadrature as Quadrature, nodes as nodes
from treealg.tables.sizes import (
    basis_length as basis_length,
    log_length as log_length,
    require_fits as require_fits,
    word_length as word_length,
)
from treealg.tables.translation import (
    TranslationTable as TranslationTable,
    translation as translation,
)
from treealg.tables.weighted_arborification import (
    weighted_arborification as weighted_arborification,
)
from treealg.tables.weighted_chains import (
    Chains as Chains,
    chains_of_weights as chains_of_weights,
)
from treealg.tables.weighted_convolution import weighted_convolution as weighted_convolution
from treealg.tables.weighted_lyndon import (
    weighted_lyndon as weighted_lyndon,
    weighted_lyndon_arborification as weighted_lyndon_arborification,
    weighted_lyndon_expansion as weighted_lyndon_expansion,
)
from treealg.tables.weighted_sizes import (
    require_weighted_fits as require_weighted_fits,
    weighted_length as weighted_length,
    weighted_log_length as weighted_log_length,
)
from treealg.tables.weighted_words import (
    WeightedWords as WeightedWords,
    words as words,
    words_of_weights as words_of_weights,
)
from treealg.tables.word_convolution import (
    deconcatenation as deconcatenation,
    word_convolution as word_convolution,
)
