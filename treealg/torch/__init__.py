"""The functions of arrays as functions of PyTorch, with gradients, and modules of them.

Each is an operator of PyTorch, so that `torch.func`, `torch.compile` and `torch.export` know it.
This subpackage is loaded when it is imported by name; it needs the extra ``torch``.
"""

from treealg._lazy import attach
from treealg.optional import require, require_main_interpreter

require_main_interpreter()  # before what loads NumPy
require("torch", extra="torch")
__all__, __getattr__, __dir__ = attach(__name__)
