"""What a verification found, as values and as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Check", "Outcome", "Report", "merged", "row"]


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
    skipped: str, default ""
        Why nothing was compared, where that is no failure.
    """

    points: int
    failure: str = ""
    degree: int | None = None
    error: float | None = None
    skipped: str = ""


def merged(outcomes: Iterable[Outcome]) -> Outcome:
    """Merge the outcomes of the parts of one check."""
    points, degree, error, failure = 0, None, None, ""
    for outcome in outcomes:
        points += outcome.points
        degree = outcome.degree if degree is None else degree
        if outcome.error is not None:
            error = max(error or 0.0, outcome.error)
        failure = outcome.failure
        if failure:
            break
    return Outcome(points, failure, degree, error)


@dataclass(frozen=True)
class Check:
    """One check of one size.

    Parameters
    ----------
    size : str
        Dimension, degree and kind.
    subject : str
        What was checked: tables, laws, a map, its adjoint, or a kernel.
    name : str
        Which law, reader or dtype.
    outcome : Outcome
        What was found.
    seconds : float
        How long it took.
    """

    size: str
    subject: str
    name: str
    outcome: Outcome
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether nothing differed, and something was compared."""
        return not self.outcome.failure and self.outcome.points > 0

    @property
    def skipped(self) -> bool:
        """Whether nothing was compared, for a reason that is no failure."""
        return bool(self.outcome.skipped) and not self.outcome.failure

    @property
    def failed(self) -> bool:
        """Whether something differed, or nothing was compared without a reason."""
        return not self.passed and not self.skipped

    def __str__(self) -> str:
        line = _line([self], f"{self.subject}: {self.name}")
        if self.passed:
            return line
        reason = self.outcome.failure or self.outcome.skipped or "nothing was compared"
        return f"{line}\n     {reason[:500]}"


def _line(checks: Sequence[Check], title: str) -> str:
    """Return a row of the table, for checks of one size."""
    outcomes = [check.outcome for check in checks]
    points = sum(outcome.points for outcome in outcomes)
    parts = [f"{points:>9,} comparisons"]
    degrees = [outcome.degree for outcome in outcomes if outcome.degree is not None]
    if degrees:
        parts.append(f"degree <= {max(degrees)}")
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    if errors:
        parts.append(f"{max(errors):.1%} of the bound")
    skipped = sum(check.skipped for check in checks)
    if skipped and len(checks) > 1:
        parts.append(f"{skipped} skipped")
    state = "ok  "
    if any(check.failed for check in checks):
        state = "FAIL"
    elif skipped == len(checks):
        state = "skip"
    return f"{state} {checks[0].size:<15} {title:<45} {', '.join(parts)}"


def row(checks: Sequence[Check]) -> str:
    """Return the row of one subject, followed by what failed or was skipped in it."""
    number = f" ({len(checks)} checks)" if len(checks) > 1 else ""
    details = [str(check) for check in checks if not check.passed]
    return "\n".join([_line(checks, f"{checks[0].subject}{number}"), *details])


@dataclass(frozen=True)
class Report:
    """All checks of a verification.

    Parameters
    ----------
    checks : tuple of Check
        In the order in which they were made.
    """

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether a check passed and none failed; skipped ones are no failure."""
        return any(check.passed for check in self.checks) and not self.failures

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if check.failed)

    @property
    def skipped(self) -> tuple[Check, ...]:
        """The checks that could not be made, each with its reason."""
        return tuple(check for check in self.checks if check.skipped)

    @property
    def verdict(self) -> str:
        """The numbers of checks, comparisons, failures, and checks that were skipped."""
        total = sum(check.outcome.points for check in self.checks)
        return (
            f"{len(self.checks):,} checks, {total:,} comparisons, {len(self.failures)} failures, "
            f"{len(self.skipped)} skipped"
        )

    def __str__(self) -> str:
        return "\n".join([*map(str, self.checks), self.verdict])
