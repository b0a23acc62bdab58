"""What a verification found, as values and as text."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Check", "Outcome", "Report"]


@dataclass(frozen=True)
class Outcome:
    """The outcome of one check.

    Parameters
    ----------
    points : int
        Comparisons made.
    failure : str, default ""
        The first difference; empty if there is none.
    degree : int or None, default None
        The bound of the degree, for proofs by evaluation.
    error : float or None, default None
        For kernels: the largest rounding error as a fraction of its bound.

    Raises
    ------
    None
        The class checks nothing.
    """

    points: int
    failure: str = ""
    degree: int | None = None
    error: float | None = None


@dataclass(frozen=True)
class Check:
    """One line of a report.

    Parameters
    ----------
    size : str
        Dimension, degree and kind.
    name : str
        What was checked.
    outcome : Outcome
        What was found.
    seconds : float
        How long it took.

    Raises
    ------
    None
        The class checks nothing.
    """

    size: str
    name: str
    outcome: Outcome
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether nothing differed, and something was compared."""
        return not self.outcome.failure and self.outcome.points > 0

    def __str__(self) -> str:
        outcome = self.outcome
        basis = f"{outcome.points} comparisons"
        if outcome.degree is not None:
            basis = f"{outcome.points} points, degree <= {outcome.degree}"
        elif outcome.error is not None:
            basis = f"{outcome.points} values, {outcome.error:.1%} of the bound"
        line = f"{'ok  ' if self.passed else 'FAIL'} {self.size:<16} {self.name:<44} {basis}"
        if self.passed:
            return line
        return f"{line}\n     {outcome.failure[:500] or 'nothing was compared'}"


@dataclass(frozen=True)
class Report:
    """All checks of a verification.

    Parameters
    ----------
    checks : tuple of Check
        In the order in which they were made.

    Raises
    ------
    None
        The class checks nothing.
    """

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether there are checks and all passed."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if not check.passed)

    def __str__(self) -> str:
        total = sum(check.outcome.points for check in self.checks)
        verdict = f"{len(self.checks)} checks, {total} comparisons, {len(self.failures)} failures"
        return "\n".join([*map(str, self.checks), verdict])
