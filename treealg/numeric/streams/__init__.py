"""Signatures over intervals and windows of paths whose points come one after the other."""

from treealg.optional import require_main_interpreter

require_main_interpreter()  # before what loads NumPy
