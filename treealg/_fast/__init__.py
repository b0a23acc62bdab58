"""The door to the compiled kernels: arrays in, arrays out, nothing of trees.

Arguments are positional, checked by the caller, and described in `treealg._fast.reference`, which
has the same names in readable NumPy. Arrays have exactly the numbers that are to be read or
written: views, of any strides, but for the rows of `word_products` and for gradients along paths,
where each item of the result has to be contiguous. What does not fit raises ValueError.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import wraps

from treealg._fast import algebra, coefficients, gradients, pairs, paths, prefixes
from treealg._fast.core import has_openmp, instruction_set_name, use_instruction_set
from treealg._fast.programs import ConvolutionProgram, SparseMap, TreeProgram, WordProgram

__all__ = [
    "ConvolutionProgram",
    "SparseMap",
    "TreeProgram",
    "WordProgram",
    "has_openmp",
    "instruction_set_name",
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
    "use_instruction_set",
    "word_products",
]

# The thread that came out of os.fork(), in a forked process. OpenMP's threads belong to the thread
# that started them and do not survive a fork: with GCC's OpenMP this one would wait for them for
# ever. A thread that was started after the fork gets threads of its own.
_forked_thread: int | None = None


def _remember_fork() -> None:
    global _forked_thread
    _forked_thread = threading.get_ident()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_remember_fork)


def _fork_safe(kernel: Callable[..., None]) -> Callable[..., None]:
    """Run `kernel`, whose last argument is its number of threads, where OpenMP can start them."""

    @wraps(kernel)
    def call(*arguments: object) -> None:
        if (
            _forked_thread is not None
            and arguments[-1] != 1
            and threading.get_ident() == _forked_thread
        ):
            _in_new_thread(kernel, arguments)
        else:
            kernel(*arguments)

    return call


def _in_new_thread(kernel: Callable[..., None], arguments: tuple[object, ...]) -> None:
    errors: list[BaseException] = []

    def run() -> None:
        try:
            kernel(*arguments)
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


linear_signature = _fork_safe(algebra.linear_signature)
linear_signature_backward = _fork_safe(algebra.linear_signature_backward)
log_to_signature = _fork_safe(algebra.log_to_signature)
log_to_signature_backward = _fork_safe(algebra.log_to_signature_backward)
map_rows = _fork_safe(algebra.map_rows)
map_words = _fork_safe(algebra.map_words)
path_coefficients = _fork_safe(coefficients.path_coefficients)
path_coefficients_backward = _fork_safe(coefficients.path_coefficients_backward)
path_prefixes = _fork_safe(prefixes.path_prefixes)
path_signature = _fork_safe(paths.path_signature)
path_signature_backward = _fork_safe(gradients.path_signature_backward)
sig_kernel = _fork_safe(pairs.sig_kernel)
sig_kernel_backward = _fork_safe(pairs.sig_kernel_backward)
signature_inverse = _fork_safe(algebra.signature_inverse)
signature_inverse_backward = _fork_safe(algebra.signature_inverse_backward)
signature_product = _fork_safe(algebra.signature_product)
signature_product_backward = _fork_safe(algebra.signature_product_backward)
signature_to_log = _fork_safe(algebra.signature_to_log)
signature_to_log_backward = _fork_safe(algebra.signature_to_log_backward)
word_products = _fork_safe(algebra.word_products)
