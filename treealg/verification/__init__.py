"""Proofs that tables, generated formulas and kernels compute what is defined."""

from treealg.verification.report import Check, Outcome, Report
from treealg.verification.run import verify

__all__ = ["Check", "Outcome", "Report", "verify"]
