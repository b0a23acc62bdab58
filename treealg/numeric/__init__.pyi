from treealg.numeric.basis import (
    branched_log_sig_length as branched_log_sig_length,
    branched_sig_length as branched_sig_length,
    idx_to_tree as idx_to_tree,
    tree_to_idx as tree_to_idx,
    trees as trees,
    trees_of_order as trees_of_order,
)
from treealg.numeric.pairs.gradients import (
    branched_sig_kernel_backprop as branched_sig_kernel_backprop,
    branched_sig_kernel_gram_backprop as branched_sig_kernel_gram_backprop,
)
from treealg.numeric.pairs.kernel import (
    branched_sig_kernel as branched_sig_kernel,
    branched_sig_kernel_gram as branched_sig_kernel_gram,
)
from treealg.numeric.pairs.static import (
    LinearKernel as LinearKernel,
    RBFKernel as RBFKernel,
    ScaledLinearKernel as ScaledLinearKernel,
    StaticKernel as StaticKernel,
)
from treealg.numeric.paths.coefficients import (
    branched_sig_coef as branched_sig_coef,
    branched_sig_coef_backprop as branched_sig_coef_backprop,
    extract_branched_sig_coef as extract_branched_sig_coef,
)
from treealg.numeric.paths.gradients import (
    branched_log_sig_backprop as branched_log_sig_backprop,
    branched_sig_backprop as branched_sig_backprop,
)
from treealg.numeric.paths.ito import (
    ito_correction as ito_correction,
    realised_correction as realised_correction,
)
from treealg.numeric.paths.lifts import (
    branched_sig_of_lift as branched_sig_of_lift,
    branched_sig_of_lift_backprop as branched_sig_of_lift_backprop,
)
from treealg.numeric.paths.signature import (
    branched_log_sig as branched_log_sig,
    branched_sig as branched_sig,
)
from treealg.numeric.paths.transforms import transform_path as transform_path
from treealg.numeric.paths.words import log_sig as log_sig, sig as sig
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
from treealg.numeric.vectors.bch import (
    branched_log_sig_combine as branched_log_sig_combine,
    branched_log_sig_combine_backprop as branched_log_sig_combine_backprop,
)
from treealg.numeric.vectors.bridges import (
    branched_sig_to_sig as branched_sig_to_sig,
    sig_to_branched_sig as sig_to_branched_sig,
    sig_to_branched_sig_backprop as sig_to_branched_sig_backprop,
)
from treealg.numeric.vectors.exponential import (
    branched_log_sig_to_sig as branched_log_sig_to_sig,
    branched_log_sig_to_sig_backprop as branched_log_sig_to_sig_backprop,
)
from treealg.numeric.vectors.group import (
    branched_sig_combine as branched_sig_combine,
    branched_sig_combine_backprop as branched_sig_combine_backprop,
    branched_sig_inverse as branched_sig_inverse,
    branched_sig_inverse_backprop as branched_sig_inverse_backprop,
)
from treealg.numeric.vectors.join import (
    branched_sig_join as branched_sig_join,
    branched_sig_join_backprop as branched_sig_join_backprop,
)
from treealg.numeric.vectors.linear import (
    linear_branched_log_sig as linear_branched_log_sig,
    linear_branched_log_sig_backprop as linear_branched_log_sig_backprop,
    linear_branched_sig as linear_branched_sig,
    linear_branched_sig_backprop as linear_branched_sig_backprop,
)
from treealg.numeric.vectors.log_join import (
    branched_log_sig_join as branched_log_sig_join,
    branched_log_sig_join_backprop as branched_log_sig_join_backprop,
)
from treealg.numeric.vectors.logarithm import (
    branched_sig_to_log_sig as branched_sig_to_log_sig,
    branched_sig_to_log_sig_backprop as branched_sig_to_log_sig_backprop,
)
