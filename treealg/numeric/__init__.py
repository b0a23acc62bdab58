"""The array face: functions that check, allocate, call a kernel, and return."""

from __future__ import annotations

from treealg.numeric.basis import (
    branched_log_sig_length,
    branched_sig_length,
    idx_to_tree,
    tree_to_idx,
    trees,
    trees_of_order,
)
from treealg.numeric.logarithm import branched_sig_to_log_sig, branched_sig_to_log_sig_backprop
from treealg.numeric.paths import transform_path
from treealg.numeric.plans import clear_cache, warm_up
from treealg.numeric.sig_kernels import branched_sig_kernel, branched_sig_kernel_gram
from treealg.numeric.sig_kernels_backprop import (
    branched_sig_kernel_backprop,
    branched_sig_kernel_gram_backprop,
)
from treealg.numeric.signature import branched_log_sig, branched_sig
from treealg.numeric.static_kernels import (
    LinearKernel,
    RBFKernel,
    ScaledLinearKernel,
    StaticKernel,
)
from treealg.numeric.streams import BranchedLogSigStream, BranchedSigStream
from treealg.numeric.window_streams import BranchedLogSigWindowStream, BranchedSigWindowStream

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
    "branched_log_sig_length",
    "branched_sig",
    "branched_sig_kernel",
    "branched_sig_kernel_backprop",
    "branched_sig_kernel_gram",
    "branched_sig_kernel_gram_backprop",
    "branched_sig_length",
    "branched_sig_to_log_sig",
    "branched_sig_to_log_sig_backprop",
    "clear_cache",
    "idx_to_tree",
    "transform_path",
    "tree_to_idx",
    "trees",
    "trees_of_order",
    "warm_up",
]
