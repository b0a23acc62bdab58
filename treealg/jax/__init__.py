"""The functions of arrays as functions of JAX, with gradients.

Each is a primitive of JAX, so that `jax.jit`, `jax.grad`, `jax.vmap` and all else that transforms
functions know it. This subpackage is loaded when it is imported by name; it needs the extra
``jax``.
"""

from treealg._lazy import attach
from treealg.optional import require, require_main_interpreter

require_main_interpreter()  # before what loads NumPy
require("jax", extra="jax")
__all__, __getattr__, __dir__ = attach(__name__)
