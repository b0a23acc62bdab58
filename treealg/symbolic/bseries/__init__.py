"""B-series and Lie-Butcher series, and the methods whose series they are, exactly.

Truncated series as immutable mappings, composition, substitution, modified equations and
modifying integrators, order, symplecticity and energy; elementary differentials; Runge-Kutta,
additive and partitioned, Rosenbrock, commutator-free and Crouch-Grossman methods, with the
published ones by name. Of two methods the left one acts first; of a field and a series the field
comes first.
"""

from treealg._lazy import attach

__all__, __getattr__, __dir__ = attach(__name__)
