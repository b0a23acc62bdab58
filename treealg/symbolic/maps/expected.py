r"""Expected signatures of Brownian motion and compound Poisson jumps, and their cumulants.

The signature X of a process with independent and stationary increments has
:math:`E X_{s,u} = E X_{s,t} * E X_{t,u}`, so that :math:`E X_{0,T} = \exp_*(T G)` for a functional
G on *all* forests, which is no infinitesimal character: an expectation is not multiplicative.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

from treealg.checks import LIFTS, brief, check_choice, check_flag
from treealg.errors import InvalidValueError
from treealg.symbolic.hopf.algebra import HopfAlgebra
from treealg.symbolic.hopf.connes_kreimer import bck
from treealg.symbolic.hopf.mkw import mkw
from treealg.symbolic.linear.coefficients import own_number
from treealg.symbolic.linear.magnitudes import is_beyond_rounding
from treealg.symbolic.linear.tolerances import is_rounded
from treealg.symbolic.linear.zeros import is_zero
from treealg.symbolic.maps.arborification import arborification
from treealg.symbolic.maps.functionals import Functional
from treealg.symbolic.maps.signatures import exact_number, point_rows

__all__ = ["expected_signature", "signature_cumulants", "signature_of_jump"]


def signature_of_jump(x: Any, lift: str, algebra: HopfAlgebra[Any]) -> Any:
    r"""Return the signature of a unit jump in every label, on a forest.

    That of a jump J is this number times the product of J over the labels of the vertices. By lift:

    - ``"stratonovich"``: the jump as a linear piece of path (Marcus);
    - ``"ito"``: integrands are taken before the jump, so that it is seen by leaves alone;
    - ``"backward"``: integrands are taken after the jump; that of the inverse of the Itô lift of
      the jump run backwards.

    In the planar algebra the leaves of an ordered forest are taken as by a linear piece, as every
    character of shuffles must; the Itô lift is then the step of the Lie-Euler method.

    Examples
    --------
    >>> from treealg.symbolic import Tree, bck
    >>> ladder = bck.basis_element(Tree([Tree()]))
    >>> [signature_of_jump(ladder, lift, bck) for lift in LIFTS]
    [Fraction(1, 2), 0, 1]
    """
    nodes = x.order
    if lift == "stratonovich":
        words = sum(count for _, count in arborification(x).items())
        return Fraction(words, math.factorial(nodes)) if nodes else 1
    if lift == "ito":
        if len(x) < nodes:
            return 0
        return Fraction(1, math.factorial(nodes)) if algebra is mkw and nodes else 1
    value: Any = 0
    for key, count in algebra.antipode(x).items():
        value = value + (-1) ** nodes * count * signature_of_jump(key, "ito", algebra)
    return value


class _Law(NamedTuple):
    """The law of a process: drift and covariance per unit of time, and atoms of jumps."""

    drift: list[Any]
    covariance: list[list[Any]]
    jumps: list[tuple[Any, list[Any]]]

    def cumulant(self, labels: tuple[Any, ...]) -> Any:
        """Return the joint cumulant of some coordinates of the process after one unit of time."""
        total: Any = 0
        if any(type(label) is not int or not 0 <= label < len(self.drift) for label in labels):
            raise InvalidValueError(
                f"labels must be integers from 0 to {len(self.drift) - 1}, the coordinates of the "
                f"drift, got {labels}"
            )
        if len(labels) == 1:
            total = self.drift[labels[0]]
        elif len(labels) == 2 and self.covariance:
            total = self.covariance[labels[0]][labels[1]]
        for rate, size in self.jumps:
            moment = rate
            for label in labels:
                moment = moment * size[label]
            total = total + moment
        return total


def signature_cumulants(
    drift: Iterable[Any],
    covariance: Iterable[Iterable[Any]] | None = None,
    *,
    jumps: Iterable[tuple[Any, Iterable[Any]]] = (),
    time: Any = 1,
    lift: str = "stratonovich",
    planar: bool = False,
) -> Functional:
    r"""Return the logarithm of the expected signature of a process with independent increments.

    The process is :math:`x_t = b t + W_t + \sum_k J_k`: a drift, Brownian motion with a covariance
    :math:`\Sigma`, and the jumps of a compound Poisson process. On a forest f with labels
    :math:`i_1, \ldots, i_n` the logarithm of :math:`E X_{0,t}` is
    :math:`t\, \alpha(f)\, \kappa_{i_1 \cdots i_n}`, with the signature :math:`\alpha` of a unit
    jump, and the cumulants :math:`\kappa_i = b_i + \sum \lambda J_i`,
    :math:`\kappa_{ij} = \Sigma_{ij} + \sum \lambda J_i J_j` and, for n > 2,
    :math:`\sum \lambda J_{i_1} \cdots J_{i_n}` of :math:`x_1`.

    Parameters
    ----------
    drift : iterable of numbers
        b, one number per label 0 to d - 1. Integers, fractions and SymPy expressions are used as
        they are; floats stand for the fractions they are.
    covariance : iterable of rows, optional
        :math:`\Sigma`, d by d and symmetric, floats but for rounding: their mean counts. Without
        it there is no Brownian part.
    jumps : iterable of pairs, optional
        Of the rate :math:`\lambda` of each kind of jump and its size J, of d numbers.
    time : number, default 1
        t.
    lift : {"stratonovich", "ito", "backward"}
        Where integrands are taken: in the middle, before, or after each step; of jumps,
        ``"stratonovich"`` is the lift of Marcus, where a jump is a linear piece of path.
    planar : bool, default False
        Whether to use ordered forests.

    Returns
    -------
    Functional
        On `bck`, where its values on forests of several trees count, or on `mkw`. If called: labels
        must be those of `drift`.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type, or holds what is no number.
    InvalidValueError
        If there is no coordinate, numbers of coordinates differ, a number is not finite,
        `covariance` is not symmetric, or `lift` is none of these.

    Notes
    -----
    The lift is a semimartingale whose value on a forest changes by Itô's formula. Its drift at time
    0 is that of single vertices, :math:`b_i`, and of the brackets of two of them, which for the Itô
    lift is :math:`d\langle X(\bullet_i), X(\bullet_j) \rangle = \Sigma_{ij}\, dt` on the *forest*
    of two leaves: trees of two vertices are martingales. A jump adds the signature of itself, less
    1, at its rate. The planar lifts are those of `exact_signature` with the correction
    :math:`-\tfrac12 \Sigma_{ij} \Delta t` of Itô on chains of two vertices, or its negative
    (backward), in the limit of a fine mesh.

    References
    ----------
    T. Fawcett, "Problems in stochastic analysis", thesis, Oxford (2003), and T. Lyons and N.
    Victoir, "Cubature on Wiener space", Proc. R. Soc. Lond. A 460 (2004): Brownian motion. P. Friz
    and A. Shekhar, "General rough integration, Lévy rough paths and a Lévy-Kintchine-type
    formula", Ann. Probab. 45 (2017): jumps. P. Friz, P. Hager and N. Tapia, "Unified signature
    cumulants and generalized Magnus expansions", Forum Math. Sigma 10 (2022): cumulants.

    Examples
    --------
    >>> from treealg.symbolic import Forest, Tree
    >>> ito = signature_cumulants([0], [[1]], lift="ito")
    >>> ito(Tree([Tree()])), ito(Forest([Tree(), Tree()]))
    (0, 1)
    """
    law = _Law(*_checked(drift, covariance, jumps))
    time = exact_number("time", time)
    lift = check_choice("lift", lift, LIFTS)
    algebra: HopfAlgebra[Any] = mkw if check_flag("planar", planar) else bck
    return _generator(law, time, lift, algebra)


def _generator(law: _Law, time: Any, lift: str, algebra: HopfAlgebra[Any]) -> Functional:
    def rule(x: Any) -> Any:
        labels = tuple(vertex.label for tree in x for vertex in tree.vertices())
        if not labels:
            return 0
        factor = signature_of_jump(x, lift, algebra)
        return time * factor * law.cumulant(labels) if factor else 0

    return Functional(algebra, rule)._made_by(_generator, law, time, lift, algebra)


def expected_signature(
    drift: Iterable[Any],
    covariance: Iterable[Iterable[Any]] | None = None,
    *,
    jumps: Iterable[tuple[Any, Iterable[Any]]] = (),
    time: Any = 1,
    lift: str = "stratonovich",
    planar: bool = False,
) -> Functional:
    r"""Return the expected branched signature of a process with independent increments.

    :math:`E X_{0,t}`, the exponential of `signature_cumulants`.

    Parameters
    ----------
    drift : iterable of numbers
        As for `signature_cumulants`, and so are all others.
    covariance : iterable of rows, optional
        Of the Brownian part, per unit of time.
    jumps : iterable of pairs, optional
        Rates and sizes of jumps.
    time : number, default 1
        The length of the interval of time.
    lift : {"stratonovich", "ito", "backward"}
        Where integrands are taken.
    planar : bool, default False
        Whether to use ordered forests.

    Returns
    -------
    Functional
        On `bck` or `mkw`, normalized, and not multiplicative: the value on a forest is the
        expectation of the product of those on its trees.

    Raises
    ------
    InvalidTypeError
        As for `signature_cumulants`.
    InvalidValueError
        As for `signature_cumulants`.

    Examples
    --------
    The half of the square of Brownian motion, its Itô integral against itself, and its square:

    >>> from treealg.symbolic import Forest, Tree
    >>> ladder, leaves = Tree([Tree()]), Forest([Tree(), Tree()])
    >>> expected_signature([0], [[1]])(ladder)
    Fraction(1, 2)
    >>> ito = expected_signature([0], [[1]], lift="ito")
    >>> ito(ladder), ito(leaves)
    (0, 1)
    """
    return signature_cumulants(
        drift, covariance, jumps=jumps, time=time, lift=lift, planar=planar
    ).exp()


def _checked(
    drift: Any, covariance: Any, jumps: Any
) -> tuple[list[Any], list[list[Any]], list[tuple[Any, list[Any]]]]:
    (b,) = _numbers("drift", [drift])
    given = [] if covariance is None else point_rows("covariance", covariance)
    rows = _numbers("covariance", given)
    pairs = []
    for pair in map(tuple, point_rows("jumps", jumps)):
        if len(pair) != 2:
            raise InvalidValueError(f"jumps must be pairs of a rate and a size, got {brief(pair)}")
        rate, size = pair
        pairs.append((exact_number("jumps", rate), *_numbers("jumps", [size])))
    d = len(b)
    if not d:
        raise InvalidValueError("drift must have at least one number, got none")
    if covariance is not None and [len(row) for row in rows] != [d] * d:
        raise InvalidValueError(
            f"covariance must have {d} rows of {d} numbers, as drift has {d}, got rows of "
            f"{[len(row) for row in rows]}"
        )
    _make_symmetric(rows, [[own_number(value) for value in row] for row in given])
    if any(len(size) != d for _, size in pairs):
        raise InvalidValueError(
            f"jumps must have sizes of {d} numbers, as drift has, got {[len(s) for _, s in pairs]}"
        )
    return b, rows, pairs


def _make_symmetric(rows: list[list[Any]], given: list[list[Any]]) -> None:
    """Replace floats that differ by rounding by their mean, and refuse what is not symmetric.

    Covariances are sums of products of two coordinates, of which deviations bound the size.
    """
    for i, row in enumerate(rows):
        for j in range(i):
            first, second = given[i][j], given[j][i]
            difference = row[j] - rows[j][i]
            if not (is_rounded(first) or is_rounded(second)):
                same = is_zero(difference)
            elif not (same := difference == 0):
                parts = first, second, given[i][i], given[j][j]
                same = not is_beyond_rounding(difference, partial(_covariance_sizes, *parts))
                row[j] = rows[j][i] = (row[j] + rows[j][i]) / 2
            if not same:
                raise InvalidValueError(
                    f"covariance must be symmetric, got {first} at ({i}, {j}) and {second} "
                    f"at ({j}, {i})"
                )


def _covariance_sizes(
    first: Any, second: Any, *variances: Any, size: Callable[[Any], float]
) -> Iterable[float]:
    return size(first), size(second), math.prod(math.sqrt(size(each)) for each in variances)


def _numbers(name: str, rows: Any) -> list[list[Any]]:
    return [[exact_number(name, value) for value in row] for row in point_rows(name, rows)]
