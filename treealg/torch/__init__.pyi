"""The functions of arrays on tensors, and modules of them, with the types that users see.

The functions are those of `treealg.numeric`, with their parameters, and tensors in place of arrays.
"""

from collections.abc import Sequence
from typing import overload

from torch import Tensor

from treealg.numeric.pairs.static import StaticKernel
from treealg.torch.modules import (
    BranchedLogSignature as BranchedLogSignature,
    BranchedSignature as BranchedSignature,
    LogSignature as LogSignature,
    Signature as Signature,
)
from treealg.typing import TreeLike, Word

# treealg.torch.functions

def branched_mmd(
    x: Tensor,
    y: Tensor,
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
) -> Tensor: ...
def branched_mmd_backprop(
    derivs: Tensor,
    x: Tensor,
    y: Tensor,
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
) -> tuple[Tensor | None, Tensor | None]: ...
def branched_sig_kernel_backprop(
    derivs: Tensor,
    path1: Tensor,
    path2: Tensor,
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
) -> tuple[Tensor | None, Tensor | None]: ...
def branched_sig_kernel_gram_backprop(
    derivs: Tensor,
    path1: Tensor,
    path2: Tensor,
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
) -> tuple[Tensor | None, Tensor | None]: ...
def branched_sig_kernel(
    path1: Tensor,
    path2: Tensor,
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
) -> Tensor: ...
def branched_sig_kernel_gram(
    path1: Tensor,
    path2: Tensor,
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
    out: Tensor | None = None,
) -> Tensor: ...
def branched_scoring_rule(
    x: Tensor,
    y: Tensor,
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
) -> Tensor: ...
def branched_scoring_rule_backprop(
    derivs: Tensor,
    x: Tensor,
    y: Tensor,
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
) -> tuple[Tensor | None, Tensor | None]: ...
def expected_branched_scoring_rule(
    x: Tensor,
    y: Tensor,
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
) -> Tensor: ...
def expected_branched_scoring_rule_backprop(
    derivs: Tensor,
    x: Tensor,
    y: Tensor,
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
) -> tuple[Tensor | None, Tensor | None]: ...
def branched_sig_coef(
    path: Tensor,
    trees: TreeLike | list[TreeLike],
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: Tensor | None = None,
    n_jobs: int = 1,
) -> Tensor: ...
@overload
def branched_sig_coef_backprop(
    path: Tensor,
    trees: TreeLike | list[TreeLike],
    coefs: Tensor | None,
    derivs: Tensor,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: None = None,
    n_jobs: int = 1,
) -> Tensor: ...
@overload
def branched_sig_coef_backprop(
    path: Tensor,
    trees: TreeLike | list[TreeLike],
    coefs: Tensor | None,
    derivs: Tensor,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: Tensor,
    n_jobs: int = 1,
) -> tuple[Tensor, Tensor]: ...
def extract_branched_sig_coef(
    bsig: Tensor,
    trees: TreeLike | list[TreeLike],
    dimension: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    scalar_term: bool = False,
) -> Tensor: ...
@overload
def branched_log_sig_backprop(
    path: Tensor,
    blogsig_derivs: Tensor,
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
) -> Tensor: ...
@overload
def branched_log_sig_backprop(
    path: Tensor,
    blogsig_derivs: Tensor,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    correction: Tensor,
    method: int = 0,
    n_jobs: int = 1,
) -> tuple[Tensor, Tensor]: ...
@overload
def branched_sig_backprop(
    path: Tensor,
    bsig: Tensor | None,
    bsig_derivs: Tensor,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    correction: None = None,
    n_jobs: int = 1,
) -> Tensor: ...
@overload
def branched_sig_backprop(
    path: Tensor,
    bsig: Tensor | None,
    bsig_derivs: Tensor,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    correction: Tensor,
    n_jobs: int = 1,
) -> tuple[Tensor, Tensor]: ...
def ito_correction(covariance: Tensor, dt: Tensor | float) -> Tensor: ...
def realised_correction(path: Tensor) -> Tensor: ...
def branched_sig_of_lift(
    lift: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def branched_sig_of_lift_backprop(
    lift: Tensor,
    bsig_derivs: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool | None = None,
    n_jobs: int = 1,
) -> Tensor: ...
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
    basepoint: bool | Tensor = False,
    lengths: Tensor | None = None,
    n_jobs: int = 1,
) -> Tensor: ...
@overload
def branched_log_sig(
    path: Tensor,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool = False,
    correction: Tensor | None = None,
    method: int = 0,
    stream: bool = False,
    basepoint: bool | Tensor = False,
    lengths: Tensor | None = None,
    n_jobs: int = 1,
) -> Tensor: ...
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
    basepoint: bool | Tensor = False,
    lengths: Tensor | None = None,
    n_jobs: int = 1,
) -> Tensor: ...
@overload
def branched_sig(
    path: Tensor,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool = False,
    correction: Tensor | None = None,
    stream: bool = False,
    basepoint: bool | Tensor = False,
    lengths: Tensor | None = None,
    n_jobs: int = 1,
) -> Tensor: ...
def transform_path(
    path: Tensor, *, time_aug: bool = False, lead_lag: bool = False, end_time: float = 1.0
) -> Tensor: ...
def extract_sig_coef(
    sig: Tensor,
    words: Word | list[Word],
    dimension: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    scalar_term: bool = False,
) -> Tensor: ...
def sig_coef(
    path: Tensor,
    words: Word | list[Word],
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    prefixes: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def sig_coef_backprop(
    path: Tensor,
    words: Word | list[Word],
    coefs: Tensor | None,
    derivs: Tensor,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    prefixes: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
@overload
def log_sig_backprop(
    path: Tensor,
    log_sig_derivs: Tensor,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool | None = None,
    correction: None = None,
    method: int = 0,
    n_jobs: int = 1,
) -> Tensor: ...
@overload
def log_sig_backprop(
    path: Tensor,
    log_sig_derivs: Tensor,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool | None = None,
    correction: Tensor,
    method: int = 0,
    n_jobs: int = 1,
) -> tuple[Tensor, Tensor]: ...
@overload
def sig_backprop(
    path: Tensor,
    sig: Tensor | None,
    sig_derivs: Tensor,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool | None = None,
    correction: None = None,
    n_jobs: int = 1,
) -> Tensor: ...
@overload
def sig_backprop(
    path: Tensor,
    sig: Tensor | None,
    sig_derivs: Tensor,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool | None = None,
    correction: Tensor,
    n_jobs: int = 1,
) -> tuple[Tensor, Tensor]: ...
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
    basepoint: bool | Tensor = False,
    lengths: Tensor | None = None,
    n_jobs: int = 1,
) -> Tensor: ...
@overload
def log_sig(
    path: Tensor,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool = False,
    correction: Tensor | None = None,
    method: int = 0,
    stream: bool = False,
    basepoint: bool | Tensor = False,
    lengths: Tensor | None = None,
    n_jobs: int = 1,
) -> Tensor: ...
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
    basepoint: bool | Tensor = False,
    lengths: Tensor | None = None,
    n_jobs: int = 1,
) -> Tensor: ...
@overload
def sig(
    path: Tensor,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool = False,
    correction: Tensor | None = None,
    stream: bool = False,
    basepoint: bool | Tensor = False,
    lengths: Tensor | None = None,
    n_jobs: int = 1,
) -> Tensor: ...
def bracket_path(path: Tensor) -> Tensor: ...
def bracket_path_backprop(derivs: Tensor, path: Tensor) -> Tensor: ...
def branched_sig_change_lift(
    bsig: Tensor,
    dimension: int,
    degree: int,
    *,
    source: str = "ito",
    target: str = "stratonovich",
    planar: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def branched_sig_change_lift_backprop(
    derivs: Tensor,
    dimension: int,
    degree: int,
    *,
    source: str = "ito",
    target: str = "stratonovich",
    planar: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def expected_branched_log_sig(
    drift: Tensor,
    covariance: Tensor,
    degree: int,
    *,
    jump_moments: Tensor | None = None,
    lift: str = "stratonovich",
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def expected_branched_log_sig_backprop(
    derivs: Tensor,
    drift: Tensor,
    covariance: Tensor,
    degree: int,
    *,
    jump_moments: Tensor | None = None,
    lift: str = "stratonovich",
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    n_jobs: int = 1,
) -> tuple[Tensor, ...]: ...
def expected_branched_sig(
    drift: Tensor,
    covariance: Tensor,
    degree: int,
    *,
    jump_moments: Tensor | None = None,
    lift: str = "stratonovich",
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def expected_branched_sig_backprop(
    derivs: Tensor,
    drift: Tensor,
    covariance: Tensor,
    degree: int,
    *,
    jump_moments: Tensor | None = None,
    lift: str = "stratonovich",
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    n_jobs: int = 1,
) -> tuple[Tensor, ...]: ...
def branched_sig_translate(
    bsig: Tensor,
    translation: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def branched_sig_translate_backprop(
    derivs: Tensor,
    bsig: Tensor,
    translation: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> tuple[Tensor, Tensor]: ...
def branched_log_sig_combine(
    blogsig1: Tensor,
    blogsig2: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Tensor: ...
def branched_log_sig_combine_backprop(
    derivs: Tensor,
    blogsig1: Tensor,
    blogsig2: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> tuple[Tensor, Tensor]: ...
def branched_sig_to_sig(
    bsig: Tensor,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def sig_to_branched_sig(
    sig: Tensor,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def sig_to_branched_sig_backprop(
    derivs: Tensor,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def branched_log_sig_to_sig(
    blogsig: Tensor,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Tensor: ...
def branched_log_sig_to_sig_backprop(
    blogsig: Tensor,
    bsig_derivs: Tensor,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Tensor: ...
def branched_sig_to_geometric(
    bsig: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def branched_sig_to_geometric_backprop(
    derivs: Tensor,
    bsig: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def geometric_to_branched_sig(
    gsig: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def geometric_to_branched_sig_backprop(
    derivs: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def branched_sig_combine(
    bsig1: Tensor,
    bsig2: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def branched_sig_combine_backprop(
    derivs: Tensor,
    bsig1: Tensor,
    bsig2: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> tuple[Tensor, Tensor]: ...
def branched_sig_inverse(
    bsig: Tensor, dimension: int, degree: int, *, planar: bool = False, n_jobs: int = 1
) -> Tensor: ...
def branched_sig_inverse_backprop(
    derivs: Tensor,
    bsig: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def branched_sig_join(
    bsig: Tensor,
    displacement: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    prepend: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def branched_sig_join_backprop(
    derivs: Tensor,
    bsig: Tensor,
    displacement: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    prepend: bool = False,
    n_jobs: int = 1,
) -> tuple[Tensor, Tensor]: ...
def linear_branched_log_sig(
    displacement: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Tensor: ...
def linear_branched_log_sig_backprop(
    derivs: Tensor,
    displacement: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Tensor: ...
def linear_branched_sig(
    displacement: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def linear_branched_sig_backprop(
    derivs: Tensor,
    displacement: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def branched_log_sig_join(
    blogsig: Tensor,
    displacement: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    method: int = 0,
    prepend: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def branched_log_sig_join_backprop(
    derivs: Tensor,
    blogsig: Tensor,
    displacement: Tensor,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    method: int = 0,
    prepend: bool = False,
    n_jobs: int = 1,
) -> tuple[Tensor, Tensor]: ...
def branched_sig_to_log_sig(
    bsig: Tensor,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Tensor: ...
def branched_sig_to_log_sig_backprop(
    bsig: Tensor,
    blogsig_derivs: Tensor,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Tensor: ...
def log_sig_combine(
    log_sig1: Tensor,
    log_sig2: Tensor,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Tensor: ...
def log_sig_combine_backprop(
    derivs: Tensor,
    log_sig1: Tensor,
    log_sig2: Tensor,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> tuple[Tensor, Tensor]: ...
def log_sig_join(
    log_sig: Tensor,
    displacement: Tensor,
    dimension: int,
    degree: int,
    *,
    method: int = 0,
    prepend: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def log_sig_join_backprop(
    derivs: Tensor,
    log_sig: Tensor,
    displacement: Tensor,
    dimension: int,
    degree: int,
    *,
    method: int = 0,
    prepend: bool = False,
    n_jobs: int = 1,
) -> tuple[Tensor, Tensor]: ...
def sig_combine(
    sig1: Tensor,
    sig2: Tensor,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def sig_combine_backprop(
    derivs: Tensor,
    sig1: Tensor,
    sig2: Tensor,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    n_jobs: int = 1,
) -> tuple[Tensor, Tensor]: ...
def sig_inverse(
    sig: Tensor,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def sig_inverse_backprop(
    derivs: Tensor,
    sig: Tensor,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def sig_join(
    sig: Tensor,
    displacement: Tensor,
    dimension: int,
    degree: int,
    *,
    prepend: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def sig_join_backprop(
    derivs: Tensor,
    sig: Tensor,
    displacement: Tensor,
    dimension: int,
    degree: int,
    *,
    prepend: bool = False,
    n_jobs: int = 1,
) -> tuple[Tensor, Tensor]: ...
def linear_log_sig(
    displacement: Tensor,
    dimension: int,
    degree: int,
    *,
    scalar_term: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Tensor: ...
def linear_log_sig_backprop(
    derivs: Tensor,
    displacement: Tensor,
    dimension: int,
    degree: int,
    *,
    scalar_term: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Tensor: ...
def linear_sig(
    displacement: Tensor,
    dimension: int,
    degree: int,
    *,
    scalar_term: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def linear_sig_backprop(
    derivs: Tensor,
    displacement: Tensor,
    dimension: int,
    degree: int,
    *,
    scalar_term: bool = False,
    n_jobs: int = 1,
) -> Tensor: ...
def log_sig_to_sig(
    log_sig: Tensor,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Tensor: ...
def log_sig_to_sig_backprop(
    log_sig: Tensor,
    sig_derivs: Tensor,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Tensor: ...
def sig_to_log_sig(
    sig: Tensor,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Tensor: ...
def sig_to_log_sig_backprop(
    sig: Tensor,
    log_sig_derivs: Tensor,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Tensor: ...
