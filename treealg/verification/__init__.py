"""Proofs that tables, generated formulas and kernels compute what is defined."""

from treealg._lazy import attach

__all__, __getattr__, __dir__ = attach(__name__)
