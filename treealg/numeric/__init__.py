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
from treealg.numeric.logarithm import (
    branched_sig_to_log_sig,
    branched_sig_to_log_sig_backprop,
)
from treealg.numeric.paths import (
    transform_path,
)
from treealg.numeric.plans import (
    clear_cache,
)
from treealg.numeric.preparation import (
    warm_up,
)
from treealg.numeric.signature import (
    branched_log_sig,
    branched_sig,
)

if TYPE_CHECKING:
    from treealg.numeric.bch import (
        branched_log_sig_combine,
        branched_log_sig_combine_backprop,
    )
    from treealg.numeric.bridges import (
        branched_sig_to_sig,
        sig_to_branched_sig,
        sig_to_branched_sig_backprop,
    )
    from treealg.numeric.coefficients import (
        branched_sig_coef,
        branched_sig_coef_backprop,
        extract_branched_sig_coef,
    )
    from treealg.numeric.exponential import (
        branched_log_sig_to_sig,
        branched_log_sig_to_sig_backprop,
    )
    from treealg.numeric.general_lifts import (
        branched_sig_of_lift,
        branched_sig_of_lift_backprop,
    )
    from treealg.numeric.gradients import (
        branched_log_sig_backprop,
        branched_sig_backprop,
    )
    from treealg.numeric.group import (
        branched_sig_combine,
        branched_sig_combine_backprop,
        branched_sig_inverse,
        branched_sig_inverse_backprop,
    )
    from treealg.numeric.join import (
        branched_sig_join,
        branched_sig_join_backprop,
    )
    from treealg.numeric.lifts import (
        ito_correction,
        realised_correction,
    )
    from treealg.numeric.linear import (
        linear_branched_log_sig,
        linear_branched_log_sig_backprop,
        linear_branched_sig,
        linear_branched_sig_backprop,
    )
    from treealg.numeric.log_join import (
        branched_log_sig_join,
        branched_log_sig_join_backprop,
    )
    from treealg.numeric.sig_kernels import (
        branched_sig_kernel,
        branched_sig_kernel_gram,
    )
    from treealg.numeric.sig_kernels_backprop import (
        branched_sig_kernel_backprop,
        branched_sig_kernel_gram_backprop,
    )
    from treealg.numeric.static_kernels import (
        LinearKernel,
        RBFKernel,
        ScaledLinearKernel,
        StaticKernel,
    )
    from treealg.numeric.streams import (
        BranchedLogSigStream,
        BranchedSigStream,
    )
    from treealg.numeric.window_streams import (
        BranchedLogSigWindowStream,
        BranchedSigWindowStream,
    )
    from treealg.numeric.words import (
        log_sig,
        sig,
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
    "branched_log_sig_combine": "bch",
    "branched_log_sig_combine_backprop": "bch",
    "branched_sig_to_sig": "bridges",
    "sig_to_branched_sig": "bridges",
    "sig_to_branched_sig_backprop": "bridges",
    "branched_sig_coef": "coefficients",
    "branched_sig_coef_backprop": "coefficients",
    "extract_branched_sig_coef": "coefficients",
    "branched_log_sig_to_sig": "exponential",
    "branched_log_sig_to_sig_backprop": "exponential",
    "branched_sig_of_lift": "general_lifts",
    "branched_sig_of_lift_backprop": "general_lifts",
    "branched_log_sig_backprop": "gradients",
    "branched_sig_backprop": "gradients",
    "branched_sig_combine": "group",
    "branched_sig_combine_backprop": "group",
    "branched_sig_inverse": "group",
    "branched_sig_inverse_backprop": "group",
    "branched_sig_join": "join",
    "branched_sig_join_backprop": "join",
    "ito_correction": "lifts",
    "realised_correction": "lifts",
    "linear_branched_log_sig": "linear",
    "linear_branched_log_sig_backprop": "linear",
    "linear_branched_sig": "linear",
    "linear_branched_sig_backprop": "linear",
    "branched_log_sig_join": "log_join",
    "branched_log_sig_join_backprop": "log_join",
    "branched_sig_kernel": "sig_kernels",
    "branched_sig_kernel_gram": "sig_kernels",
    "branched_sig_kernel_backprop": "sig_kernels_backprop",
    "branched_sig_kernel_gram_backprop": "sig_kernels_backprop",
    "LinearKernel": "static_kernels",
    "RBFKernel": "static_kernels",
    "ScaledLinearKernel": "static_kernels",
    "StaticKernel": "static_kernels",
    "BranchedLogSigStream": "streams",
    "BranchedSigStream": "streams",
    "BranchedLogSigWindowStream": "window_streams",
    "BranchedSigWindowStream": "window_streams",
    "log_sig": "words",
    "sig": "words",
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
