"""The door to the compiled kernels: arrays in, arrays out, nothing of trees.

Arguments are positional, checked by the caller, and described in `treealg._fast.reference`, which
has the same names in readable NumPy. Arrays have exactly the numbers that are to be read or
written: views, of any strides, but for the rows of `word_products` and for gradients along paths,
where each item of the result has to be contiguous. What does not fit raises ValueError. Where the
kernels are not built, and in subinterpreters, the import raises MissingDependencyError.
"""

from __future__ import annotations

from pathlib import Path

from treealg.optional import require_built, require_main_interpreter

# Before the first of them is missed or refuses, which would say less.
require_built(Path(__file__).parent)
require_main_interpreter()

from treealg._fast.algebra import (
    linear_signature,
    linear_signature_backward,
    log_to_signature,
    log_to_signature_backward,
    map_rows,
    map_words,
    signature_inverse,
    signature_inverse_backward,
    signature_product,
    signature_product_backward,
    signature_to_log,
    signature_to_log_backward,
    word_products,
)
from treealg._fast.coefficients import (
    path_coefficients,
    path_coefficients_backward,
    span_coefficients,
    span_coefficients_backward,
)
from treealg._fast.core import (
    instruction_set_name,
    threads_called,
    threads_started,
    use_instruction_set,
    use_thread_for,
)
from treealg._fast.duals import join_tangents, take_tangents
from treealg._fast.gradients import path_signature_backward
from treealg._fast.lines import Lines
from treealg._fast.pairs import sig_kernel, sig_kernel_backward
from treealg._fast.paths import path_signature
from treealg._fast.prefix_gradients import span_prefixes_backward
from treealg._fast.prefixes import path_prefixes, span_prefixes
from treealg._fast.programs import ConvolutionProgram, SparseMap, TreeProgram, WordProgram
from treealg._fast.repeats import Repeats
from treealg._fast.span_gradients import span_signature_backward
from treealg._fast.spans import span_signature

__all__ = [
    "ConvolutionProgram",
    "Lines",
    "Repeats",
    "SparseMap",
    "TreeProgram",
    "WordProgram",
    "instruction_set_name",
    "join_tangents",
    "linear_signature",
    "linear_signature_backward",
    "log_to_signature",
    "log_to_signature_backward",
    "map_rows",
    "map_words",
    "path_coefficients",
    "path_coefficients_backward",
    "path_prefixes",
    "path_signature",
    "path_signature_backward",
    "sig_kernel",
    "sig_kernel_backward",
    "signature_inverse",
    "signature_inverse_backward",
    "signature_product",
    "signature_product_backward",
    "signature_to_log",
    "signature_to_log_backward",
    "span_coefficients",
    "span_coefficients_backward",
    "span_prefixes",
    "span_prefixes_backward",
    "span_signature",
    "span_signature_backward",
    "take_tangents",
    "threads_called",
    "threads_started",
    "use_instruction_set",
    "use_thread_for",
    "word_products",
]
