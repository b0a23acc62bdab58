"""The names of the door in readable NumPy: the same arguments and results as `treealg._fast`.

The compiled kernels are compared with these functions, and these with exact arithmetic. Nothing
here is tuned beyond being vectorised over the batch; working memory grows with the batch, and for
gradients with the length. The number of threads, the last argument of each function, is ignored.

Representation, shared with the kernels
    A vector of coefficients has no scalar: index 0 is the first element of one node. Coefficients
    come in blocks of `width`: the elements of a block differ only in the label of the last root.
    Blocks of order ``n`` are ``block_start[n - 1]:block_start[n]``. A word ``u.a`` over ``d``
    letters stands at ``block(u) * d + a``. Who calls has checked shapes, dtypes and ranges, and
    gives views of exactly what is to be read and written, with any strides: the kernels want
    contiguous ones where it is said.

Dual numbers
    The functions take complex arrays, too, as values with tangents;
    all of a call are complex or none (see `treealg.complex_step`).
"""

from __future__ import annotations

from treealg._fast.reference.algebra import (
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
from treealg._fast.reference.coefficients import path_coefficients, path_coefficients_backward
from treealg._fast.reference.duals import join_tangents, take_tangents
from treealg._fast.reference.lines import Lines
from treealg._fast.reference.pairs import sig_kernel, sig_kernel_backward
from treealg._fast.reference.paths import (
    path_prefixes,
    path_signature,
    path_signature_backward,
)
from treealg._fast.reference.programs import (
    ConvolutionProgram,
    SparseMap,
    TreeProgram,
    WordProgram,
)
from treealg._fast.reference.repeats import Repeats
from treealg._fast.reference.spans import (
    span_coefficients,
    span_coefficients_backward,
    span_prefixes,
    span_prefixes_backward,
    span_signature,
    span_signature_backward,
)
from treealg.complex_step import over_duals

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

linear_signature = over_duals(linear_signature)
linear_signature_backward = over_duals(linear_signature_backward)
log_to_signature = over_duals(log_to_signature)
log_to_signature_backward = over_duals(log_to_signature_backward)
map_rows = over_duals(map_rows)
map_words = over_duals(map_words)
path_coefficients = over_duals(path_coefficients)
path_coefficients_backward = over_duals(path_coefficients_backward)
path_prefixes = over_duals(path_prefixes)
path_signature = over_duals(path_signature)
path_signature_backward = over_duals(path_signature_backward)
sig_kernel = over_duals(sig_kernel)
sig_kernel_backward = over_duals(sig_kernel_backward)
signature_inverse = over_duals(signature_inverse)
signature_inverse_backward = over_duals(signature_inverse_backward)
signature_product = over_duals(signature_product)
signature_product_backward = over_duals(signature_product_backward)
signature_to_log = over_duals(signature_to_log)
signature_to_log_backward = over_duals(signature_to_log_backward)
span_coefficients = over_duals(span_coefficients)
span_coefficients_backward = over_duals(span_coefficients_backward)
span_prefixes = over_duals(span_prefixes)
span_prefixes_backward = over_duals(span_prefixes_backward)
span_signature = over_duals(span_signature)
span_signature_backward = over_duals(span_signature_backward)
word_products = over_duals(word_products)


def instruction_set_name() -> str:
    """Return the name of the instruction set in use, which is NumPy's own affair."""
    return "numpy"


def threads_called() -> int:
    """Return how many threads calls have had beside those that made them, which are none."""
    return 0


def threads_started() -> int:
    """Return how many threads the functions have started, which are none."""
    return 0


def use_instruction_set(name: str | None) -> None:
    """Use one instruction set from now on; there is no choice here."""
    if name not in (None, "numpy"):
        raise ValueError(f"the reference has no instruction set called {name!r}")


def use_thread_for(nanoseconds: float | None) -> None:
    """Use one more thread for so much work from now on; here all work is done by one."""
