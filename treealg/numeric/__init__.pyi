"""The functions of arrays, with the types that users see.

An array gives one like it, lists and integers give a NumPy array of float64. Names, kinds and
defaults of the parameters are those of the modules that are named above the functions. The stubs of
`treealg.torch` and `treealg.jax` follow from this one: after a change, ``python -m tests.stubs``.
"""

from collections.abc import Sequence
from typing import overload

from torch import Tensor

from treealg.numeric.basis import (
    branched_log_sig_length as branched_log_sig_length,
    branched_sig_length as branched_sig_length,
    trees as trees,
    trees_of_order as trees_of_order,
)
from treealg.numeric.indices import (
    idx_to_tree as idx_to_tree,
    tree_to_idx as tree_to_idx,
)
from treealg.numeric.names import (
    branched_log_sig_names as branched_log_sig_names,
    branched_sig_names as branched_sig_names,
    name_to_tree as name_to_tree,
    tree_to_name as tree_to_name,
)
from treealg.numeric.pairs.static import (
    LinearKernel as LinearKernel,
    RBFKernel as RBFKernel,
    ScaledLinearKernel as ScaledLinearKernel,
    StaticKernel as StaticKernel,
)
from treealg.numeric.plans.cache import clear_cache as clear_cache
from treealg.numeric.plans.warm_up import warm_up as warm_up
from treealg.numeric.streams.interval import (
    BranchedLogSigStream as BranchedLogSigStream,
    BranchedSigStream as BranchedSigStream,
)
from treealg.numeric.streams.window import (
    BranchedLogSigWindowStream as BranchedLogSigWindowStream,
    BranchedSigWindowStream as BranchedSigWindowStream,
)
from treealg.numeric.vectors.geometric import (
    geometric_sig_length as geometric_sig_length,
    geometric_sig_words as geometric_sig_words,
)
from treealg.numeric.windows import (
    dyadic_windows as dyadic_windows,
    expanding_windows as expanding_windows,
    sliding_windows as sliding_windows,
)
from treealg.numeric.word_basis import (
    log_sig_length as log_sig_length,
    lyndon_words as lyndon_words,
    lyndon_words_of_length as lyndon_words_of_length,
    sig_length as sig_length,
    words as words,
    words_of_length as words_of_length,
)
from treealg.numeric.word_indices import (
    idx_to_word as idx_to_word,
    is_lyndon as is_lyndon,
    word_to_idx as word_to_idx,
)
from treealg.numeric.word_names import (
    log_sig_names as log_sig_names,
    sig_names as sig_names,
)
from treealg.typing import ArrayLike, ArrayT, Exact, Gradients, Nested, TreeLike, Word

# treealg.numeric.pairs.distances

def branched_mmd(
    x: ArrayT | Exact,
    y: ArrayT | Exact,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    unbiased: bool = True,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    basepoint: bool | Nested = False,
    lengths1: Nested | None = None,
    lengths2: Nested | None = None,
    times1: Nested | None = None,
    times2: Nested | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    max_batch: int = -1,
    normalize: bool = False,
    rule: str = "trapezoid",
) -> ArrayT: ...
def branched_mmd_backprop(
    derivs: ArrayT | Exact,
    x: ArrayT | Exact,
    y: ArrayT | Exact,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    unbiased: bool = True,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    basepoint: bool | Nested = False,
    lengths1: Nested | None = None,
    lengths2: Nested | None = None,
    times1: Nested | None = None,
    times2: Nested | None = None,
    missing: str = "propagate",
    left_deriv: bool = True,
    right_deriv: bool = False,
    n_jobs: int = 1,
    max_batch: int = -1,
    normalize: bool = False,
    rule: str = "trapezoid",
) -> tuple[ArrayT | None, ArrayT | None]: ...

# treealg.numeric.pairs.gradients

def branched_sig_kernel_backprop(
    derivs: ArrayT | Exact,
    path1: ArrayT | Exact,
    path2: ArrayT | Exact,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    basepoint: bool | Nested = False,
    lengths1: Nested | None = None,
    lengths2: Nested | None = None,
    times1: Nested | None = None,
    times2: Nested | None = None,
    missing: str = "propagate",
    left_deriv: bool = True,
    right_deriv: bool = False,
    n_jobs: int = 1,
    return_grid: bool = False,
    normalize: bool = False,
    rule: str = "trapezoid",
) -> tuple[ArrayT | None, ArrayT | None]: ...
def branched_sig_kernel_gram_backprop(
    derivs: ArrayT | Exact,
    path1: ArrayT | Exact,
    path2: ArrayT | Exact,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    basepoint: bool | Nested = False,
    lengths1: Nested | None = None,
    lengths2: Nested | None = None,
    times1: Nested | None = None,
    times2: Nested | None = None,
    missing: str = "propagate",
    left_deriv: bool = True,
    right_deriv: bool = False,
    n_jobs: int = 1,
    return_grid: bool = False,
    max_batch: int = -1,
    normalize: bool = False,
    rule: str = "trapezoid",
) -> tuple[ArrayT | None, ArrayT | None]: ...

# treealg.numeric.pairs.kernel

def branched_sig_kernel(
    path1: ArrayT | Exact,
    path2: ArrayT | Exact,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    basepoint: bool | Nested = False,
    lengths1: Nested | None = None,
    lengths2: Nested | None = None,
    times1: Nested | None = None,
    times2: Nested | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    return_grid: bool = False,
    normalize: bool = False,
    rule: str = "trapezoid",
) -> ArrayT: ...
def branched_sig_kernel_gram(
    path1: ArrayT | Exact,
    path2: ArrayT | Exact,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    basepoint: bool | Nested = False,
    lengths1: Nested | None = None,
    lengths2: Nested | None = None,
    times1: Nested | None = None,
    times2: Nested | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    max_batch: int = -1,
    return_grid: bool = False,
    normalize: bool = False,
    rule: str = "trapezoid",
    out: ArrayT | None = None,
) -> ArrayT: ...

# treealg.numeric.pairs.scores

def branched_scoring_rule(
    x: ArrayT | Exact,
    y: ArrayT | Exact,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    lam: float = 1.0,
    unbiased: bool = True,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    basepoint: bool | Nested = False,
    lengths1: Nested | None = None,
    lengths2: Nested | None = None,
    times1: Nested | None = None,
    times2: Nested | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    max_batch: int = -1,
    normalize: bool = False,
    rule: str = "trapezoid",
) -> ArrayT: ...
def branched_scoring_rule_backprop(
    derivs: ArrayT | Exact,
    x: ArrayT | Exact,
    y: ArrayT | Exact,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    lam: float = 1.0,
    unbiased: bool = True,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    basepoint: bool | Nested = False,
    lengths1: Nested | None = None,
    lengths2: Nested | None = None,
    times1: Nested | None = None,
    times2: Nested | None = None,
    missing: str = "propagate",
    left_deriv: bool = True,
    right_deriv: bool = False,
    n_jobs: int = 1,
    max_batch: int = -1,
    normalize: bool = False,
    rule: str = "trapezoid",
) -> tuple[ArrayT | None, ArrayT | None]: ...
def expected_branched_scoring_rule(
    x: ArrayT | Exact,
    y: ArrayT | Exact,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    lam: float = 1.0,
    unbiased: bool = True,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    basepoint: bool | Nested = False,
    lengths1: Nested | None = None,
    lengths2: Nested | None = None,
    times1: Nested | None = None,
    times2: Nested | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    max_batch: int = -1,
    normalize: bool = False,
    rule: str = "trapezoid",
) -> ArrayT: ...
def expected_branched_scoring_rule_backprop(
    derivs: ArrayT | Exact,
    x: ArrayT | Exact,
    y: ArrayT | Exact,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    lam: float = 1.0,
    unbiased: bool = True,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    basepoint: bool | Nested = False,
    lengths1: Nested | None = None,
    lengths2: Nested | None = None,
    times1: Nested | None = None,
    times2: Nested | None = None,
    missing: str = "propagate",
    left_deriv: bool = True,
    right_deriv: bool = False,
    n_jobs: int = 1,
    max_batch: int = -1,
    normalize: bool = False,
    rule: str = "trapezoid",
) -> tuple[ArrayT | None, ArrayT | None]: ...

# treealg.numeric.paths.coefficients

@overload
def branched_sig_coef(
    path: Sequence[Tensor],
    trees: TreeLike | list[TreeLike],
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: Tensor | Sequence[Tensor] | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    gram: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
@overload
def branched_sig_coef(
    path: ArrayT | Exact,
    trees: TreeLike | list[TreeLike],
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: ArrayT | Exact | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    gram: bool = False,
    n_jobs: int = 1,
) -> ArrayT: ...
@overload
def branched_sig_coef_backprop(
    path: Sequence[Tensor],
    trees: TreeLike | list[TreeLike],
    coefs: Tensor | None,
    derivs: Tensor,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: Tensor | Sequence[Tensor] | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    gram: bool = False,
    n_jobs: int = 1,
) -> Gradients: ...
@overload
def branched_sig_coef_backprop(
    path: ArrayT | Exact,
    trees: TreeLike | list[TreeLike],
    coefs: ArrayT | Exact | None,
    derivs: ArrayT | Exact,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: None = None,
    stream: bool = False,
    basepoint: bool = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    gram: bool = False,
    n_jobs: int = 1,
) -> ArrayT: ...
@overload
def branched_sig_coef_backprop(
    path: ArrayT | Exact,
    trees: TreeLike | list[TreeLike],
    coefs: ArrayT | Exact | None,
    derivs: ArrayT | Exact,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: ArrayT | Exact,
    stream: bool = False,
    basepoint: bool = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    gram: bool = False,
    n_jobs: int = 1,
) -> tuple[ArrayT, ArrayT]: ...
@overload
def branched_sig_coef_backprop(
    path: ArrayT | Exact,
    trees: TreeLike | list[TreeLike],
    coefs: ArrayT | Exact | None,
    derivs: ArrayT | Exact,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: ArrayT | Exact | None = None,
    stream: bool = False,
    basepoint: ArrayT | Exact,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    gram: bool = False,
    n_jobs: int = 1,
) -> tuple[ArrayT, ...]: ...
def extract_branched_sig_coef(
    bsig: ArrayT | Exact,
    trees: TreeLike | list[TreeLike],
    dimension: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    scalar_term: bool = False,
) -> ArrayT: ...

# treealg.numeric.paths.gradients

@overload
def branched_log_sig_backprop(
    path: Sequence[Tensor],
    blogsig_derivs: Tensor,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    correction: Tensor | Sequence[Tensor] | None = None,
    method: int = 0,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> Gradients: ...
@overload
def branched_log_sig_backprop(
    path: ArrayT | Exact,
    blogsig_derivs: ArrayT | Exact,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    correction: None = None,
    method: int = 0,
    stream: bool = False,
    basepoint: bool = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
@overload
def branched_log_sig_backprop(
    path: ArrayT | Exact,
    blogsig_derivs: ArrayT | Exact,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    correction: ArrayT | Exact,
    method: int = 0,
    stream: bool = False,
    basepoint: bool = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> tuple[ArrayT, ArrayT]: ...
@overload
def branched_log_sig_backprop(
    path: ArrayT | Exact,
    blogsig_derivs: ArrayT | Exact,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    correction: ArrayT | Exact | None = None,
    method: int = 0,
    stream: bool = False,
    basepoint: ArrayT | Exact,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> tuple[ArrayT, ...]: ...
@overload
def branched_sig_backprop(
    path: Sequence[Tensor],
    bsig: Tensor | None,
    bsig_derivs: Tensor,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    correction: Tensor | Sequence[Tensor] | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> Gradients: ...
@overload
def branched_sig_backprop(
    path: ArrayT | Exact,
    bsig: ArrayT | Exact | None,
    bsig_derivs: ArrayT | Exact,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    correction: None = None,
    stream: bool = False,
    basepoint: bool = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
@overload
def branched_sig_backprop(
    path: ArrayT | Exact,
    bsig: ArrayT | Exact | None,
    bsig_derivs: ArrayT | Exact,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    correction: ArrayT | Exact,
    stream: bool = False,
    basepoint: bool = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> tuple[ArrayT, ArrayT]: ...
@overload
def branched_sig_backprop(
    path: ArrayT | Exact,
    bsig: ArrayT | Exact | None,
    bsig_derivs: ArrayT | Exact,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    correction: ArrayT | Exact | None = None,
    stream: bool = False,
    basepoint: ArrayT | Exact,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> tuple[ArrayT, ...]: ...

# treealg.numeric.paths.ito

def ito_correction(covariance: ArrayT | Exact, dt: ArrayT | Exact | float) -> ArrayT: ...
def realised_correction(path: ArrayT | Exact) -> ArrayT: ...

# treealg.numeric.paths.lifts

def branched_sig_of_lift(
    lift: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool = False,
    n_jobs: int = 1,
) -> ArrayT: ...
def branched_sig_of_lift_backprop(
    lift: ArrayT | Exact,
    bsig_derivs: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool | None = None,
    n_jobs: int = 1,
) -> ArrayT: ...

# treealg.numeric.paths.log_coefficients

@overload
def branched_log_sig_coef(
    path: Sequence[Tensor],
    trees: TreeLike | list[TreeLike],
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: Tensor | Sequence[Tensor] | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    gram: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
@overload
def branched_log_sig_coef(
    path: ArrayT | Exact,
    trees: TreeLike | list[TreeLike],
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: ArrayT | Exact | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    gram: bool = False,
    n_jobs: int = 1,
) -> ArrayT: ...
@overload
def branched_log_sig_coef_backprop(
    path: Sequence[Tensor],
    trees: TreeLike | list[TreeLike],
    coefs: Tensor | None,
    derivs: Tensor,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: Tensor | Sequence[Tensor] | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    gram: bool = False,
    n_jobs: int = 1,
) -> Gradients: ...
@overload
def branched_log_sig_coef_backprop(
    path: ArrayT | Exact,
    trees: TreeLike | list[TreeLike],
    coefs: ArrayT | Exact | None,
    derivs: ArrayT | Exact,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: None = None,
    stream: bool = False,
    basepoint: bool = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    gram: bool = False,
    n_jobs: int = 1,
) -> ArrayT: ...
@overload
def branched_log_sig_coef_backprop(
    path: ArrayT | Exact,
    trees: TreeLike | list[TreeLike],
    coefs: ArrayT | Exact | None,
    derivs: ArrayT | Exact,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: ArrayT | Exact,
    stream: bool = False,
    basepoint: bool = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    gram: bool = False,
    n_jobs: int = 1,
) -> tuple[ArrayT, ArrayT]: ...
@overload
def branched_log_sig_coef_backprop(
    path: ArrayT | Exact,
    trees: TreeLike | list[TreeLike],
    coefs: ArrayT | Exact | None,
    derivs: ArrayT | Exact,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: ArrayT | Exact | None = None,
    stream: bool = False,
    basepoint: ArrayT | Exact,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    gram: bool = False,
    n_jobs: int = 1,
) -> tuple[ArrayT, ...]: ...

# treealg.numeric.paths.signature

@overload
def branched_log_sig(
    path: Sequence[Tensor],
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool = False,
    correction: Tensor | Sequence[Tensor] | None = None,
    method: int = 0,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> Tensor: ...
@overload
def branched_log_sig(
    path: ArrayT | Exact,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool = False,
    correction: ArrayT | Exact | None = None,
    method: int = 0,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
@overload
def branched_sig(
    path: Sequence[Tensor],
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool = False,
    correction: Tensor | Sequence[Tensor] | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> Tensor: ...
@overload
def branched_sig(
    path: ArrayT | Exact,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool = False,
    correction: ArrayT | Exact | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...

# treealg.numeric.paths.transforms

@overload
def transform_path(
    path: Sequence[Tensor],
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
) -> list[Tensor]: ...
@overload
def transform_path(
    path: ArrayT | Exact,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
) -> ArrayT: ...
@overload
def transform_path_backprop(
    path: Sequence[Tensor],
    derivs: Sequence[Tensor],
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
) -> Gradients: ...
@overload
def transform_path_backprop(
    path: ArrayT | Exact,
    derivs: ArrayT | Exact,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    basepoint: bool = False,
    lengths: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
) -> ArrayT: ...
@overload
def transform_path_backprop(
    path: ArrayT | Exact,
    derivs: ArrayT | Exact,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    basepoint: ArrayT | Exact,
    lengths: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
) -> tuple[ArrayT, ArrayT]: ...

# treealg.numeric.paths.word_coefficients

def extract_sig_coef(
    sig: ArrayT | Exact,
    words: Word | list[Word],
    dimension: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    scalar_term: bool = False,
) -> ArrayT: ...
@overload
def sig_coef(
    path: Sequence[Tensor],
    words: Word | list[Word],
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    prefixes: bool = False,
    correction: Tensor | Sequence[Tensor] | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
) -> Tensor: ...
@overload
def sig_coef(
    path: ArrayT | Exact,
    words: Word | list[Word],
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    prefixes: bool = False,
    correction: ArrayT | Exact | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
) -> ArrayT: ...
@overload
def sig_coef_backprop(
    path: Sequence[Tensor],
    words: Word | list[Word],
    coefs: Tensor | None,
    derivs: Tensor,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    prefixes: bool = False,
    correction: Tensor | Sequence[Tensor] | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
) -> Gradients: ...
@overload
def sig_coef_backprop(
    path: ArrayT | Exact,
    words: Word | list[Word],
    coefs: ArrayT | Exact | None,
    derivs: ArrayT | Exact,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    prefixes: bool = False,
    correction: None = None,
    stream: bool = False,
    basepoint: bool = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
) -> ArrayT: ...
@overload
def sig_coef_backprop(
    path: ArrayT | Exact,
    words: Word | list[Word],
    coefs: ArrayT | Exact | None,
    derivs: ArrayT | Exact,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    prefixes: bool = False,
    correction: ArrayT | Exact,
    stream: bool = False,
    basepoint: bool = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
) -> tuple[ArrayT, ArrayT]: ...
@overload
def sig_coef_backprop(
    path: ArrayT | Exact,
    words: Word | list[Word],
    coefs: ArrayT | Exact | None,
    derivs: ArrayT | Exact,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    prefixes: bool = False,
    correction: ArrayT | Exact | None = None,
    stream: bool = False,
    basepoint: ArrayT | Exact,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
) -> tuple[ArrayT, ...]: ...

# treealg.numeric.paths.word_gradients

@overload
def log_sig_backprop(
    path: Sequence[Tensor],
    log_sig_derivs: Tensor,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool | None = None,
    correction: Tensor | Sequence[Tensor] | None = None,
    method: int = 0,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> Gradients: ...
@overload
def log_sig_backprop(
    path: ArrayT | Exact,
    log_sig_derivs: ArrayT | Exact,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool | None = None,
    correction: None = None,
    method: int = 0,
    stream: bool = False,
    basepoint: bool = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
@overload
def log_sig_backprop(
    path: ArrayT | Exact,
    log_sig_derivs: ArrayT | Exact,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool | None = None,
    correction: ArrayT | Exact,
    method: int = 0,
    stream: bool = False,
    basepoint: bool = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> tuple[ArrayT, ArrayT]: ...
@overload
def log_sig_backprop(
    path: ArrayT | Exact,
    log_sig_derivs: ArrayT | Exact,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool | None = None,
    correction: ArrayT | Exact | None = None,
    method: int = 0,
    stream: bool = False,
    basepoint: ArrayT | Exact,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> tuple[ArrayT, ...]: ...
@overload
def sig_backprop(
    path: Sequence[Tensor],
    sig: Tensor | None,
    sig_derivs: Tensor,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool | None = None,
    correction: Tensor | Sequence[Tensor] | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> Gradients: ...
@overload
def sig_backprop(
    path: ArrayT | Exact,
    sig: ArrayT | Exact | None,
    sig_derivs: ArrayT | Exact,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool | None = None,
    correction: None = None,
    stream: bool = False,
    basepoint: bool = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
@overload
def sig_backprop(
    path: ArrayT | Exact,
    sig: ArrayT | Exact | None,
    sig_derivs: ArrayT | Exact,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool | None = None,
    correction: ArrayT | Exact,
    stream: bool = False,
    basepoint: bool = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> tuple[ArrayT, ArrayT]: ...
@overload
def sig_backprop(
    path: ArrayT | Exact,
    sig: ArrayT | Exact | None,
    sig_derivs: ArrayT | Exact,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool | None = None,
    correction: ArrayT | Exact | None = None,
    stream: bool = False,
    basepoint: ArrayT | Exact,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> tuple[ArrayT, ...]: ...

# treealg.numeric.paths.words

@overload
def log_sig(
    path: Sequence[Tensor],
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool = False,
    correction: Tensor | Sequence[Tensor] | None = None,
    method: int = 0,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> Tensor: ...
@overload
def log_sig(
    path: ArrayT | Exact,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool = False,
    correction: ArrayT | Exact | None = None,
    method: int = 0,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
@overload
def sig(
    path: Sequence[Tensor],
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool = False,
    correction: Tensor | Sequence[Tensor] | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> Tensor: ...
@overload
def sig(
    path: ArrayT | Exact,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool = False,
    correction: ArrayT | Exact | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...

# treealg.numeric.stochastic.brackets

def bracket_path(path: ArrayT | Exact) -> ArrayT: ...
def bracket_path_backprop(derivs: ArrayT | Exact, path: ArrayT | Exact) -> ArrayT: ...
def branched_sig_change_lift(
    bsig: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    source: str = "ito",
    target: str = "stratonovich",
    planar: bool = False,
    n_jobs: int = 1,
) -> ArrayT: ...
def branched_sig_change_lift_backprop(
    derivs: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    source: str = "ito",
    target: str = "stratonovich",
    planar: bool = False,
    n_jobs: int = 1,
) -> ArrayT: ...

# treealg.numeric.stochastic.expected

def expected_branched_log_sig(
    drift: ArrayT | Exact,
    covariance: ArrayT | Exact,
    degree: int,
    *,
    jump_moments: ArrayT | Exact | None = None,
    lift: str = "stratonovich",
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool = False,
    n_jobs: int = 1,
) -> ArrayT: ...
def expected_branched_log_sig_backprop(
    derivs: ArrayT | Exact,
    drift: ArrayT | Exact,
    covariance: ArrayT | Exact,
    degree: int,
    *,
    jump_moments: ArrayT | Exact | None = None,
    lift: str = "stratonovich",
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    n_jobs: int = 1,
) -> tuple[ArrayT, ...]: ...
def expected_branched_sig(
    drift: ArrayT | Exact,
    covariance: ArrayT | Exact,
    degree: int,
    *,
    jump_moments: ArrayT | Exact | None = None,
    lift: str = "stratonovich",
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool = False,
    n_jobs: int = 1,
) -> ArrayT: ...
def expected_branched_sig_backprop(
    derivs: ArrayT | Exact,
    drift: ArrayT | Exact,
    covariance: ArrayT | Exact,
    degree: int,
    *,
    jump_moments: ArrayT | Exact | None = None,
    lift: str = "stratonovich",
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    n_jobs: int = 1,
) -> tuple[ArrayT, ...]: ...

# treealg.numeric.stochastic.translation

def branched_sig_translate(
    bsig: ArrayT | Exact,
    translation: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> ArrayT: ...
def branched_sig_translate_backprop(
    derivs: ArrayT | Exact,
    bsig: ArrayT | Exact,
    translation: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> tuple[ArrayT, ArrayT]: ...

# treealg.numeric.vectors.bch

def branched_log_sig_combine(
    blogsig1: ArrayT | Exact,
    blogsig2: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def branched_log_sig_combine_backprop(
    derivs: ArrayT | Exact,
    blogsig1: ArrayT | Exact,
    blogsig2: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> tuple[ArrayT, ArrayT]: ...

# treealg.numeric.vectors.bridges

def branched_sig_to_sig(
    bsig: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    n_jobs: int = 1,
) -> ArrayT: ...
def sig_to_branched_sig(
    sig: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    n_jobs: int = 1,
) -> ArrayT: ...
def sig_to_branched_sig_backprop(
    derivs: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    n_jobs: int = 1,
) -> ArrayT: ...

# treealg.numeric.vectors.exponential

def branched_log_sig_to_sig(
    blogsig: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def branched_log_sig_to_sig_backprop(
    blogsig: ArrayT | Exact,
    bsig_derivs: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...

# treealg.numeric.vectors.geometric

def branched_sig_to_geometric(
    bsig: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> ArrayT: ...
def branched_sig_to_geometric_backprop(
    derivs: ArrayT | Exact,
    bsig: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> ArrayT: ...
def geometric_to_branched_sig(
    gsig: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> ArrayT: ...
def geometric_to_branched_sig_backprop(
    derivs: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> ArrayT: ...

# treealg.numeric.vectors.group

def branched_sig_combine(
    bsig1: ArrayT | Exact,
    bsig2: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def branched_sig_combine_backprop(
    derivs: ArrayT | Exact,
    bsig1: ArrayT | Exact,
    bsig2: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> tuple[ArrayT, ArrayT]: ...
def branched_sig_inverse(
    bsig: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def branched_sig_inverse_backprop(
    derivs: ArrayT | Exact,
    bsig: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...

# treealg.numeric.vectors.join

def branched_sig_join(
    bsig: ArrayT | Exact,
    displacement: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    prepend: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def branched_sig_join_backprop(
    derivs: ArrayT | Exact,
    bsig: ArrayT | Exact,
    displacement: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    prepend: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> tuple[ArrayT, ArrayT]: ...

# treealg.numeric.vectors.linear

def linear_branched_log_sig(
    displacement: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def linear_branched_log_sig_backprop(
    derivs: ArrayT | Exact,
    displacement: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def linear_branched_sig(
    displacement: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def linear_branched_sig_backprop(
    derivs: ArrayT | Exact,
    displacement: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...

# treealg.numeric.vectors.log_join

def branched_log_sig_join(
    blogsig: ArrayT | Exact,
    displacement: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    method: int = 0,
    prepend: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def branched_log_sig_join_backprop(
    derivs: ArrayT | Exact,
    blogsig: ArrayT | Exact,
    displacement: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    method: int = 0,
    prepend: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> tuple[ArrayT, ArrayT]: ...

# treealg.numeric.vectors.logarithm

def branched_sig_to_log_sig(
    bsig: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def branched_sig_to_log_sig_backprop(
    bsig: ArrayT | Exact,
    blogsig_derivs: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...

# treealg.numeric.vectors.word_bch

def log_sig_combine(
    log_sig1: ArrayT | Exact,
    log_sig2: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def log_sig_combine_backprop(
    derivs: ArrayT | Exact,
    log_sig1: ArrayT | Exact,
    log_sig2: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> tuple[ArrayT, ArrayT]: ...
def log_sig_join(
    log_sig: ArrayT | Exact,
    displacement: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    method: int = 0,
    prepend: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def log_sig_join_backprop(
    derivs: ArrayT | Exact,
    log_sig: ArrayT | Exact,
    displacement: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    method: int = 0,
    prepend: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> tuple[ArrayT, ArrayT]: ...

# treealg.numeric.vectors.word_group

def sig_combine(
    sig1: ArrayT | Exact,
    sig2: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def sig_combine_backprop(
    derivs: ArrayT | Exact,
    sig1: ArrayT | Exact,
    sig2: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> tuple[ArrayT, ArrayT]: ...
def sig_inverse(
    sig: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def sig_inverse_backprop(
    derivs: ArrayT | Exact,
    sig: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...

# treealg.numeric.vectors.word_join

def sig_join(
    sig: ArrayT | Exact,
    displacement: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    prepend: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def sig_join_backprop(
    derivs: ArrayT | Exact,
    sig: ArrayT | Exact,
    displacement: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    prepend: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> tuple[ArrayT, ArrayT]: ...

# treealg.numeric.vectors.word_linear

def linear_log_sig(
    displacement: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    scalar_term: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def linear_log_sig_backprop(
    derivs: ArrayT | Exact,
    displacement: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    scalar_term: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def linear_sig(
    displacement: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    scalar_term: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def linear_sig_backprop(
    derivs: ArrayT | Exact,
    displacement: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    scalar_term: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...

# treealg.numeric.vectors.word_logarithm

def log_sig_to_sig(
    log_sig: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def log_sig_to_sig_backprop(
    log_sig: ArrayT | Exact,
    sig_derivs: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def sig_to_log_sig(
    sig: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
def sig_to_log_sig_backprop(
    sig: ArrayT | Exact,
    log_sig_derivs: ArrayT | Exact,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
) -> ArrayT: ...
