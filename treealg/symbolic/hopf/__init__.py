"""Hopf algebras of trees, forests and words, and who is dual to whom."""

from treealg._lazy import announce

announce("duals", f"{__name__}.duals")
