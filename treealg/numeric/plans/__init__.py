"""What a call needs beside its arrays: prepared tables, made once per size and kept."""

from treealg.optional import require_main_interpreter

require_main_interpreter()  # before what loads NumPy
