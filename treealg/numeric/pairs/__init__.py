"""Signature kernels: functions of two paths, and their gradients."""

from treealg.optional import require_main_interpreter

require_main_interpreter()  # before what loads NumPy
