"""Of stochastic processes: expected signatures, and one lift by another."""

from treealg.optional import require_main_interpreter

require_main_interpreter()  # before what loads NumPy
