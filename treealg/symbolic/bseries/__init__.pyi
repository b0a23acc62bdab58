from treealg.symbolic.bseries.elementary import (
    elementary_differential as elementary_differential,
    elementary_differential_at as elementary_differential_at,
    evaluate_series as evaluate_series,
    expand_series as expand_series,
)
from treealg.symbolic.bseries.frozen import (
    frozen_bracket as frozen_bracket,
    frozen_exponential as frozen_exponential,
    frozen_field as frozen_field,
    frozen_product as frozen_product,
)
from treealg.symbolic.bseries.geometry import (
    energy_order as energy_order,
    free_tree as free_tree,
    is_energy_preserving as is_energy_preserving,
    is_symplectic as is_symplectic,
    order_of_accuracy as order_of_accuracy,
    symplectic_order as symplectic_order,
)
from treealg.symbolic.bseries.group import (
    adjoint as adjoint,
    compose as compose,
    flow as flow,
    inverse as inverse,
    iterate as iterate,
    modified_equation as modified_equation,
)
from treealg.symbolic.bseries.lie_butcher import (
    LieButcherSeries as LieButcherSeries,
    exact_lie_butcher_series as exact_lie_butcher_series,
    is_character as is_character,
    is_infinitesimal as is_infinitesimal,
    lie_butcher_compose as lie_butcher_compose,
    lie_butcher_logarithm as lie_butcher_logarithm,
    lie_butcher_order as lie_butcher_order,
)
from treealg.symbolic.bseries.lie_group import CommutatorFree as CommutatorFree
from treealg.symbolic.bseries.methods import (
    MethodInfo as MethodInfo,
    method_info as method_info,
    published_method as published_method,
    published_methods as published_methods,
)
from treealg.symbolic.bseries.methods_base import OneStepMethod as OneStepMethod
from treealg.symbolic.bseries.rosenbrock import Rosenbrock as Rosenbrock
from treealg.symbolic.bseries.runge_kutta import (
    AdditiveRungeKutta as AdditiveRungeKutta,
    RungeKutta as RungeKutta,
    symbolic_tableau as symbolic_tableau,
)
from treealg.symbolic.bseries.series import (
    BSeries as BSeries,
    average_vector_field as average_vector_field,
    exact_series as exact_series,
)
from treealg.symbolic.bseries.substitution import (
    modifying_integrator as modifying_integrator,
    substitute as substitute,
)
from treealg.symbolic.bseries.truncated import TruncatedSeries as TruncatedSeries
