"""The functions of arrays on arrays of JAX, with the types that users see.

The functions are those of `treealg.numeric`, with their parameters. Beside them are those names of
the package that are no functions of arrays and that go with them.
"""

from collections.abc import Sequence
from typing import overload

from jax import Array
from jax.typing import ArrayLike

from treealg.numeric.basis import (
    branched_log_sig_length as branched_log_sig_length,
    branched_sig_length as branched_sig_length,
    trees as trees,
    trees_of_order as trees_of_order,
)
from treealg.numeric.indices import idx_to_tree as idx_to_tree, tree_to_idx as tree_to_idx
from treealg.numeric.pairs.static import (
    LinearKernel as LinearKernel,
    RBFKernel as RBFKernel,
    ScaledLinearKernel as ScaledLinearKernel,
    StaticKernel as StaticKernel,
)
from treealg.numeric.plans.cache import clear_cache as clear_cache
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
from treealg.typing import TreeLike, Word

# treealg.jax.functions

def branched_mmd(
    x: ArrayLike,
    y: ArrayLike,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    unbiased: bool = True,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    n_jobs: int = 1,
    max_batch: int = -1,
    normalize: bool = False,
    rule: str = "trapezoid",
) -> Array: ...
def branched_mmd_backprop(
    derivs: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    unbiased: bool = True,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    left_deriv: bool = True,
    right_deriv: bool = False,
    n_jobs: int = 1,
    max_batch: int = -1,
    normalize: bool = False,
    rule: str = "trapezoid",
) -> tuple[Array | None, Array | None]: ...
def branched_sig_kernel_backprop(
    derivs: ArrayLike,
    path1: ArrayLike,
    path2: ArrayLike,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    left_deriv: bool = True,
    right_deriv: bool = False,
    n_jobs: int = 1,
    return_grid: bool = False,
    normalize: bool = False,
    rule: str = "trapezoid",
) -> tuple[Array | None, Array | None]: ...
def branched_sig_kernel_gram_backprop(
    derivs: ArrayLike,
    path1: ArrayLike,
    path2: ArrayLike,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    left_deriv: bool = True,
    right_deriv: bool = False,
    n_jobs: int = 1,
    return_grid: bool = False,
    max_batch: int = -1,
    normalize: bool = False,
    rule: str = "trapezoid",
) -> tuple[Array | None, Array | None]: ...
def branched_sig_kernel(
    path1: ArrayLike,
    path2: ArrayLike,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    n_jobs: int = 1,
    return_grid: bool = False,
    normalize: bool = False,
    rule: str = "trapezoid",
) -> Array: ...
def branched_sig_kernel_gram(
    path1: ArrayLike,
    path2: ArrayLike,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    n_jobs: int = 1,
    max_batch: int = -1,
    return_grid: bool = False,
    normalize: bool = False,
    rule: str = "trapezoid",
    out: ArrayLike | None = None,
) -> Array: ...
def branched_scoring_rule(
    x: ArrayLike,
    y: ArrayLike,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    lam: float = 1.0,
    unbiased: bool = True,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    n_jobs: int = 1,
    max_batch: int = -1,
    normalize: bool = False,
    rule: str = "trapezoid",
) -> Array: ...
def branched_scoring_rule_backprop(
    derivs: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    lam: float = 1.0,
    unbiased: bool = True,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    left_deriv: bool = True,
    right_deriv: bool = False,
    n_jobs: int = 1,
    max_batch: int = -1,
    normalize: bool = False,
    rule: str = "trapezoid",
) -> tuple[Array | None, Array | None]: ...
def expected_branched_scoring_rule(
    x: ArrayLike,
    y: ArrayLike,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    lam: float = 1.0,
    unbiased: bool = True,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    n_jobs: int = 1,
    max_batch: int = -1,
    normalize: bool = False,
    rule: str = "trapezoid",
) -> Array: ...
def expected_branched_scoring_rule_backprop(
    derivs: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    lam: float = 1.0,
    unbiased: bool = True,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    left_deriv: bool = True,
    right_deriv: bool = False,
    n_jobs: int = 1,
    max_batch: int = -1,
    normalize: bool = False,
    rule: str = "trapezoid",
) -> tuple[Array | None, Array | None]: ...
def branched_sig_coef(
    path: ArrayLike,
    trees: TreeLike | list[TreeLike],
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: ArrayLike | None = None,
    n_jobs: int = 1,
) -> Array: ...
@overload
def branched_sig_coef_backprop(
    path: ArrayLike,
    trees: TreeLike | list[TreeLike],
    coefs: ArrayLike | None,
    derivs: ArrayLike,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: None = None,
    n_jobs: int = 1,
) -> Array: ...
@overload
def branched_sig_coef_backprop(
    path: ArrayLike,
    trees: TreeLike | list[TreeLike],
    coefs: ArrayLike | None,
    derivs: ArrayLike,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: ArrayLike,
    n_jobs: int = 1,
) -> tuple[Array, Array]: ...
def extract_branched_sig_coef(
    bsig: ArrayLike,
    trees: TreeLike | list[TreeLike],
    dimension: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    scalar_term: bool = False,
) -> Array: ...
@overload
def branched_log_sig_backprop(
    path: ArrayLike,
    blogsig_derivs: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    correction: None = None,
    method: int = 0,
    n_jobs: int = 1,
) -> Array: ...
@overload
def branched_log_sig_backprop(
    path: ArrayLike,
    blogsig_derivs: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    correction: ArrayLike,
    method: int = 0,
    n_jobs: int = 1,
) -> tuple[Array, Array]: ...
@overload
def branched_sig_backprop(
    path: ArrayLike,
    bsig: ArrayLike | None,
    bsig_derivs: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    correction: None = None,
    n_jobs: int = 1,
) -> Array: ...
@overload
def branched_sig_backprop(
    path: ArrayLike,
    bsig: ArrayLike | None,
    bsig_derivs: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    correction: ArrayLike,
    n_jobs: int = 1,
) -> tuple[Array, Array]: ...
def ito_correction(covariance: ArrayLike, dt: ArrayLike | float) -> Array: ...
def realised_correction(path: ArrayLike) -> Array: ...
def branched_sig_of_lift(
    lift: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def branched_sig_of_lift_backprop(
    lift: ArrayLike,
    bsig_derivs: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool | None = None,
    n_jobs: int = 1,
) -> Array: ...
@overload
def branched_log_sig(
    path: Sequence[ArrayLike],
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool = False,
    correction: ArrayLike | Sequence[ArrayLike] | None = None,
    method: int = 0,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    n_jobs: int = 1,
) -> Array: ...
@overload
def branched_log_sig(
    path: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool = False,
    correction: ArrayLike | None = None,
    method: int = 0,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    n_jobs: int = 1,
) -> Array: ...
@overload
def branched_sig(
    path: Sequence[ArrayLike],
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool = False,
    correction: ArrayLike | Sequence[ArrayLike] | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    n_jobs: int = 1,
) -> Array: ...
@overload
def branched_sig(
    path: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool = False,
    correction: ArrayLike | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    n_jobs: int = 1,
) -> Array: ...
def transform_path(
    path: ArrayLike, *, time_aug: bool = False, lead_lag: bool = False, end_time: float = 1.0
) -> Array: ...
def extract_sig_coef(
    sig: ArrayLike,
    words: Word | list[Word],
    dimension: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    scalar_term: bool = False,
) -> Array: ...
def sig_coef(
    path: ArrayLike,
    words: Word | list[Word],
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    prefixes: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def sig_coef_backprop(
    path: ArrayLike,
    words: Word | list[Word],
    coefs: ArrayLike | None,
    derivs: ArrayLike,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    prefixes: bool = False,
    n_jobs: int = 1,
) -> Array: ...
@overload
def log_sig_backprop(
    path: ArrayLike,
    log_sig_derivs: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool | None = None,
    correction: None = None,
    method: int = 0,
    n_jobs: int = 1,
) -> Array: ...
@overload
def log_sig_backprop(
    path: ArrayLike,
    log_sig_derivs: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool | None = None,
    correction: ArrayLike,
    method: int = 0,
    n_jobs: int = 1,
) -> tuple[Array, Array]: ...
@overload
def sig_backprop(
    path: ArrayLike,
    sig: ArrayLike | None,
    sig_derivs: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool | None = None,
    correction: None = None,
    n_jobs: int = 1,
) -> Array: ...
@overload
def sig_backprop(
    path: ArrayLike,
    sig: ArrayLike | None,
    sig_derivs: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool | None = None,
    correction: ArrayLike,
    n_jobs: int = 1,
) -> tuple[Array, Array]: ...
@overload
def log_sig(
    path: Sequence[ArrayLike],
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool = False,
    correction: ArrayLike | Sequence[ArrayLike] | None = None,
    method: int = 0,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    n_jobs: int = 1,
) -> Array: ...
@overload
def log_sig(
    path: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool = False,
    correction: ArrayLike | None = None,
    method: int = 0,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    n_jobs: int = 1,
) -> Array: ...
@overload
def sig(
    path: Sequence[ArrayLike],
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool = False,
    correction: ArrayLike | Sequence[ArrayLike] | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    n_jobs: int = 1,
) -> Array: ...
@overload
def sig(
    path: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool = False,
    correction: ArrayLike | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    n_jobs: int = 1,
) -> Array: ...
def bracket_path(path: ArrayLike) -> Array: ...
def bracket_path_backprop(derivs: ArrayLike, path: ArrayLike) -> Array: ...
def branched_sig_change_lift(
    bsig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    source: str = "ito",
    target: str = "stratonovich",
    planar: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def branched_sig_change_lift_backprop(
    derivs: ArrayLike,
    dimension: int,
    degree: int,
    *,
    source: str = "ito",
    target: str = "stratonovich",
    planar: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def expected_branched_log_sig(
    drift: ArrayLike,
    covariance: ArrayLike,
    degree: int,
    *,
    jump_moments: ArrayLike | None = None,
    lift: str = "stratonovich",
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def expected_branched_log_sig_backprop(
    derivs: ArrayLike,
    drift: ArrayLike,
    covariance: ArrayLike,
    degree: int,
    *,
    jump_moments: ArrayLike | None = None,
    lift: str = "stratonovich",
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    n_jobs: int = 1,
) -> tuple[Array, ...]: ...
def expected_branched_sig(
    drift: ArrayLike,
    covariance: ArrayLike,
    degree: int,
    *,
    jump_moments: ArrayLike | None = None,
    lift: str = "stratonovich",
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def expected_branched_sig_backprop(
    derivs: ArrayLike,
    drift: ArrayLike,
    covariance: ArrayLike,
    degree: int,
    *,
    jump_moments: ArrayLike | None = None,
    lift: str = "stratonovich",
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    n_jobs: int = 1,
) -> tuple[Array, ...]: ...
def branched_sig_translate(
    bsig: ArrayLike,
    translation: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def branched_sig_translate_backprop(
    derivs: ArrayLike,
    bsig: ArrayLike,
    translation: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> tuple[Array, Array]: ...
def branched_log_sig_combine(
    blogsig1: ArrayLike,
    blogsig2: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Array: ...
def branched_log_sig_combine_backprop(
    derivs: ArrayLike,
    blogsig1: ArrayLike,
    blogsig2: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> tuple[Array, Array]: ...
def branched_sig_to_sig(
    bsig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def sig_to_branched_sig(
    sig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def sig_to_branched_sig_backprop(
    derivs: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def branched_log_sig_to_sig(
    blogsig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Array: ...
def branched_log_sig_to_sig_backprop(
    blogsig: ArrayLike,
    bsig_derivs: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Array: ...
def branched_sig_to_geometric(
    bsig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def branched_sig_to_geometric_backprop(
    derivs: ArrayLike,
    bsig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def geometric_to_branched_sig(
    gsig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def geometric_to_branched_sig_backprop(
    derivs: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def branched_sig_combine(
    bsig1: ArrayLike,
    bsig2: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def branched_sig_combine_backprop(
    derivs: ArrayLike,
    bsig1: ArrayLike,
    bsig2: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> tuple[Array, Array]: ...
def branched_sig_inverse(
    bsig: ArrayLike, dimension: int, degree: int, *, planar: bool = False, n_jobs: int = 1
) -> Array: ...
def branched_sig_inverse_backprop(
    derivs: ArrayLike,
    bsig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def branched_sig_join(
    bsig: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    prepend: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def branched_sig_join_backprop(
    derivs: ArrayLike,
    bsig: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    prepend: bool = False,
    n_jobs: int = 1,
) -> tuple[Array, Array]: ...
def linear_branched_log_sig(
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Array: ...
def linear_branched_log_sig_backprop(
    derivs: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Array: ...
def linear_branched_sig(
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def linear_branched_sig_backprop(
    derivs: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def branched_log_sig_join(
    blogsig: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    method: int = 0,
    prepend: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def branched_log_sig_join_backprop(
    derivs: ArrayLike,
    blogsig: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    method: int = 0,
    prepend: bool = False,
    n_jobs: int = 1,
) -> tuple[Array, Array]: ...
def branched_sig_to_log_sig(
    bsig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Array: ...
def branched_sig_to_log_sig_backprop(
    bsig: ArrayLike,
    blogsig_derivs: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Array: ...
def log_sig_combine(
    log_sig1: ArrayLike,
    log_sig2: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Array: ...
def log_sig_combine_backprop(
    derivs: ArrayLike,
    log_sig1: ArrayLike,
    log_sig2: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> tuple[Array, Array]: ...
def log_sig_join(
    log_sig: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    method: int = 0,
    prepend: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def log_sig_join_backprop(
    derivs: ArrayLike,
    log_sig: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    method: int = 0,
    prepend: bool = False,
    n_jobs: int = 1,
) -> tuple[Array, Array]: ...
def sig_combine(
    sig1: ArrayLike,
    sig2: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def sig_combine_backprop(
    derivs: ArrayLike,
    sig1: ArrayLike,
    sig2: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    n_jobs: int = 1,
) -> tuple[Array, Array]: ...
def sig_inverse(
    sig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def sig_inverse_backprop(
    derivs: ArrayLike,
    sig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def sig_join(
    sig: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    prepend: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def sig_join_backprop(
    derivs: ArrayLike,
    sig: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    prepend: bool = False,
    n_jobs: int = 1,
) -> tuple[Array, Array]: ...
def linear_log_sig(
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    scalar_term: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Array: ...
def linear_log_sig_backprop(
    derivs: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    scalar_term: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Array: ...
def linear_sig(
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    scalar_term: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def linear_sig_backprop(
    derivs: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    scalar_term: bool = False,
    n_jobs: int = 1,
) -> Array: ...
def log_sig_to_sig(
    log_sig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Array: ...
def log_sig_to_sig_backprop(
    log_sig: ArrayLike,
    sig_derivs: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Array: ...
def sig_to_log_sig(
    sig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Array: ...
def sig_to_log_sig_backprop(
    sig: ArrayLike,
    log_sig_derivs: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Array: ...
