"""Run the command line interface as ``python -m treealg``."""

from __future__ import annotations

import sys

from treealg.cli import main

if __name__ == "__main__":
    sys.exit(main())
