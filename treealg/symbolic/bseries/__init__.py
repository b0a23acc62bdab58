"""B-series and Lie-Butcher series, and the methods whose series they are, exactly.

Truncated series as immutable mappings, composition, substitution, modified equations and
modifying integrators, order, symplecticity and energy; elementary differentials; Runge-Kutta,
additive and partitioned, Rosenbrock, commutator-free and Crouch-Grossman methods, with the
published ones by name. Of two methods the left one acts first; of a field and a series the field
comes first.
"""

from treealg.symbolic.bseries.elementary import (
    elementary_differential,
    elementary_differential_at,
    evaluate_series,
    expand_series,
)
from treealg.symbolic.bseries.geometry import (
    energy_order,
    free_tree,
    is_energy_preserving,
    is_symplectic,
    order_of_accuracy,
    symplectic_order,
)
from treealg.symbolic.bseries.group import (
    adjoint,
    compose,
    flow,
    inverse,
    iterate,
    modified_equation,
)
from treealg.symbolic.bseries.lie_butcher import (
    LieButcherSeries,
    exact_lie_butcher_series,
    frozen_exponential,
    frozen_product,
    lie_butcher_compose,
    lie_butcher_logarithm,
    lie_butcher_order,
)
from treealg.symbolic.bseries.lie_group import CommutatorFree
from treealg.symbolic.bseries.methods import (
    MethodInfo,
    method_info,
    published_method,
    published_methods,
)
from treealg.symbolic.bseries.methods_base import OneStepMethod
from treealg.symbolic.bseries.rosenbrock import Rosenbrock
from treealg.symbolic.bseries.runge_kutta import AdditiveRungeKutta, RungeKutta, symbolic_tableau
from treealg.symbolic.bseries.series import BSeries, average_vector_field, exact_series
from treealg.symbolic.bseries.substitution import modifying_integrator, substitute
from treealg.symbolic.bseries.truncated import TruncatedSeries

__all__ = [
    "AdditiveRungeKutta",
    "BSeries",
    "CommutatorFree",
    "LieButcherSeries",
    "MethodInfo",
    "OneStepMethod",
    "Rosenbrock",
    "RungeKutta",
    "TruncatedSeries",
    "adjoint",
    "average_vector_field",
    "compose",
    "elementary_differential",
    "elementary_differential_at",
    "energy_order",
    "evaluate_series",
    "exact_lie_butcher_series",
    "exact_series",
    "expand_series",
    "flow",
    "free_tree",
    "frozen_exponential",
    "frozen_product",
    "inverse",
    "is_energy_preserving",
    "is_symplectic",
    "iterate",
    "lie_butcher_compose",
    "lie_butcher_logarithm",
    "lie_butcher_order",
    "method_info",
    "modified_equation",
    "modifying_integrator",
    "order_of_accuracy",
    "published_method",
    "published_methods",
    "substitute",
    "symbolic_tableau",
    "symplectic_order",
]
