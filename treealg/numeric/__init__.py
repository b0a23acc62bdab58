"""The array face: functions that check, allocate, call a kernel, and return.

What computes signatures and logarithms is loaded with the package; the rest, with its kernels and
tables, when it is first asked for, so that importing the package stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from treealg.numeric.basis import (
    branched_log_sig_length,
    branched_sig_length,
    idx_to_tree,
    tree_to_idx,
    trees,
    trees_of_order,
)
from treealg.numeric.paths.signature import branched_log_sig, branched_sig
from treealg.numeric.paths.transforms import transform_path
from treealg.numeric.plans.cache import clear_cache
from treealg.numeric.plans.warm_up import warm_up
from treealg.numeric.vectors.logarithm import (
    branched_sig_to_log_sig,
    branched_sig_to_log_sig_backprop,
)

if TYPE_CHECKING:
    from treealg.numeric.pairs.gradients import (
        branched_sig_kernel_backprop,
        branched_sig_kernel_gram_backprop,
    )
    from treealg.numeric.pairs.kernel import branched_sig_kernel, branched_sig_kernel_gram
    from treealg.numeric.pairs.static import (
        LinearKernel,
        RBFKernel,
        ScaledLinearKernel,
        StaticKernel,
    )
    from treealg.numeric.paths.coefficients import (
        branched_sig_coef,
        branched_sig_coef_backprop,
        extract_branched_sig_coef,
    )
    from treealg.numeric.paths.gradients import branched_log_sig_backprop, branched_sig_backprop
    from treealg.numeric.paths.ito import ito_correction, realised_correction
    from treealg.numeric.paths.lifts import branched_sig_of_lift, branched_sig_of_lift_backprop
    from treealg.numeric.paths.words import log_sig, sig
    from treealg.numeric.streams.interval import BranchedLogSigStream, BranchedSigStream
    from treealg.numeric.streams.window import BranchedLogSigWindowStream, BranchedSigWindowStream
    from treealg.numeric.vectors.bch import (
        branched_log_sig_combine,
        branched_log_sig_combine_backprop,
    )
    from treealg.numeric.vectors.bridges import (
        branched_sig_to_sig,
        sig_to_branched_sig,
        sig_to_branched_sig_backprop,
    )
    from treealg.numeric.vectors.exponential import (
        branched_log_sig_to_sig,
        branched_log_sig_to_sig_backprop,
    )
    from treealg.numeric.vectors.group import (
        branched_sig_combine,
        branched_sig_combine_backprop,
        branched_sig_inverse,
        branched_sig_inverse_backprop,
    )
    from treealg.numeric.vectors.join import branched_sig_join, branched_sig_join_backprop
    from treealg.numeric.vectors.linear import (
        linear_branched_log_sig,
        linear_branched_log_sig_backprop,
        linear_branched_sig,
        linear_branched_sig_backprop,
    )
    from treealg.numeric.vectors.log_join import (
        branched_log_sig_join,
        branched_log_sig_join_backprop,
    )

__all__ = [
    "BranchedLogSigStream",
    "BranchedLogSigWindowStream",
    "BranchedSigStream",
    "BranchedSigWindowStream",
    "LinearKernel",
    "RBFKernel",
    "ScaledLinearKernel",
    "StaticKernel",
    "branched_log_sig",
    "branched_log_sig_backprop",
    "branched_log_sig_combine",
    "branched_log_sig_combine_backprop",
    "branched_log_sig_join",
    "branched_log_sig_join_backprop",
    "branched_log_sig_length",
    "branched_log_sig_to_sig",
    "branched_log_sig_to_sig_backprop",
    "branched_sig",
    "branched_sig_backprop",
    "branched_sig_coef",
    "branched_sig_coef_backprop",
    "branched_sig_combine",
    "branched_sig_combine_backprop",
    "branched_sig_inverse",
    "branched_sig_inverse_backprop",
    "branched_sig_join",
    "branched_sig_join_backprop",
    "branched_sig_kernel",
    "branched_sig_kernel_backprop",
    "branched_sig_kernel_gram",
    "branched_sig_kernel_gram_backprop",
    "branched_sig_length",
    "branched_sig_of_lift",
    "branched_sig_of_lift_backprop",
    "branched_sig_to_log_sig",
    "branched_sig_to_log_sig_backprop",
    "branched_sig_to_sig",
    "clear_cache",
    "extract_branched_sig_coef",
    "idx_to_tree",
    "ito_correction",
    "linear_branched_log_sig",
    "linear_branched_log_sig_backprop",
    "linear_branched_sig",
    "linear_branched_sig_backprop",
    "log_sig",
    "realised_correction",
    "sig",
    "sig_to_branched_sig",
    "sig_to_branched_sig_backprop",
    "transform_path",
    "tree_to_idx",
    "trees",
    "trees_of_order",
    "warm_up",
]

# Which module has what is loaded on demand; a test compares this with the imports above.
_ON_DEMAND = {
    "branched_log_sig_combine": "vectors.bch",
    "branched_log_sig_combine_backprop": "vectors.bch",
    "branched_sig_to_sig": "vectors.bridges",
    "sig_to_branched_sig": "vectors.bridges",
    "sig_to_branched_sig_backprop": "vectors.bridges",
    "branched_sig_coef": "paths.coefficients",
    "branched_sig_coef_backprop": "paths.coefficients",
    "extract_branched_sig_coef": "paths.coefficients",
    "branched_log_sig_to_sig": "vectors.exponential",
    "branched_log_sig_to_sig_backprop": "vectors.exponential",
    "branched_sig_of_lift": "paths.lifts",
    "branched_sig_of_lift_backprop": "paths.lifts",
    "branched_log_sig_backprop": "paths.gradients",
    "branched_sig_backprop": "paths.gradients",
    "branched_sig_combine": "vectors.group",
    "branched_sig_combine_backprop": "vectors.group",
    "branched_sig_inverse": "vectors.group",
    "branched_sig_inverse_backprop": "vectors.group",
    "branched_sig_join": "vectors.join",
    "branched_sig_join_backprop": "vectors.join",
    "ito_correction": "paths.ito",
    "realised_correction": "paths.ito",
    "linear_branched_log_sig": "vectors.linear",
    "linear_branched_log_sig_backprop": "vectors.linear",
    "linear_branched_sig": "vectors.linear",
    "linear_branched_sig_backprop": "vectors.linear",
    "branched_log_sig_join": "vectors.log_join",
    "branched_log_sig_join_backprop": "vectors.log_join",
    "branched_sig_kernel": "pairs.kernel",
    "branched_sig_kernel_gram": "pairs.kernel",
    "branched_sig_kernel_backprop": "pairs.gradients",
    "branched_sig_kernel_gram_backprop": "pairs.gradients",
    "LinearKernel": "pairs.static",
    "RBFKernel": "pairs.static",
    "ScaledLinearKernel": "pairs.static",
    "StaticKernel": "pairs.static",
    "BranchedLogSigStream": "streams.interval",
    "BranchedSigStream": "streams.interval",
    "BranchedLogSigWindowStream": "streams.window",
    "BranchedSigWindowStream": "streams.window",
    "log_sig": "paths.words",
    "sig": "paths.words",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for the first time."""
    if name not in _ON_DEMAND:
        raise AttributeError(f"module 'treealg.numeric' has no attribute {name!r}")
    value = getattr(import_module(f"treealg.numeric.{_ON_DEMAND[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, those loaded on demand among them."""
    return sorted({*globals(), *_ON_DEMAND})
