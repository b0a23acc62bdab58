"""The command line interface."""

from treealg.cli.main import main

__all__ = ["main"]
