"""Hopf algebras of trees, forests and words, and who is dual to whom."""

# An algebra knows its dual as soon as any module of this folder is there.
from treealg.symbolic.hopf import duals as duals
