"""Public functions with their gradients, and the maps that they compute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg import numeric
from treealg.codegen.maps import MAPS, PATH_MAPS, MapSize
from treealg.verification.algebra import basis_tuples
from treealg.verification.definitions import Rule
from treealg.verification.monomials import LENGTH, is_formula

__all__ = ["KERNELS", "Kernel"]

Floats = npt.NDArray[Any]


@dataclass(frozen=True)
class Kernel:
    """A public function with its backward function, and the map that they compute.

    Parameters
    ----------
    function : str
        The name of the function in `treealg.numeric`; that of its gradient ends in ``_backprop``.
    rule : str or tuple
        A map, or a composition of maps.
    backward : tuple of str
        What the gradient is given, in order: ``"values"``, ``"derivs"``, or ``"none"`` for None.
    options : dict of str to object
        What both functions are given besides.
    packed : int or None
        The first of the arguments of the map that are rows of one array.
    kinds : tuple of bool or None
        Ordered forests, trees, or (None) words that there is the kernel on.
    with_brackets : bool
        Whether labels are channels and their brackets.
    sizes : tuple of str
        Which sizes follow the arguments.
    is_chosen : bool
        Whether functions are told the elements that coefficients are wanted of: here, all.
    points : int
        How many points a result has, if it is a path; such functions know no basis and no threads.
    """

    function: str
    rule: Rule
    backward: tuple[str, ...] = ("derivs", "values")
    options: dict[str, Any] = field(default_factory=dict)
    packed: int | None = None
    kinds: tuple[bool | None, ...] = (False, True, None)
    with_brackets: bool = False
    sizes: tuple[str, ...] = ("dimension", "degree")
    is_chosen: bool = False
    points: int = 0

    def is_there(self, planar: bool | None) -> bool:
        """Tell whether there is the kernel on ordered forests, on trees, or (None) on words."""
        return planar in self.kinds

    def is_asked(self, names: Sequence[str]) -> bool:
        """Tell whether the kernel is checked where some maps are: all, if it is made of none."""
        return self.maps <= set(names) if self.maps else set(MAPS) <= set(names)

    def labels(self, dimension: int, degree: int) -> int:
        """Return how many labels there are, those of two channels at most if with brackets."""
        if not self.with_brackets:
            return dimension
        return 5 if dimension > 1 and degree < 4 else 2

    @property
    def maps(self) -> set[str]:
        """The maps that the kernel is made of, without formulas."""
        found, pending = set(), [self.rule]
        while pending:
            rule = pending.pop()
            if isinstance(rule, tuple):
                pending += [part for part in rule if not isinstance(part, int)]
            elif not is_formula(rule):
                found.add(rule)
        return found

    def function_on(self, planar: bool | None) -> str:
        """Return the name of the function on trees or forests, or of its twin on words."""
        return self.function.replace("branched_", "") if planar is None else self.function

    def call(self, size: MapSize, values: Sequence[Floats], n_jobs: int) -> list[Floats]:
        """Compute the map."""
        return self._run(self.function_on(size.planar), size, values, [], n_jobs)

    def call_backward(
        self, size: MapSize, values: Sequence[Floats], derivs: Floats, n_jobs: int
    ) -> list[Floats]:
        """Compute the gradient."""
        given: dict[str, list[Any]] = {
            "values": self._packed(values), "derivs": [self._unfolded(derivs)], "none": [None],
        }  # fmt: skip
        if self.rule in PATH_MAPS:
            given["values"] = [values[0]]
        order = [array for name in self.backward for array in given[name]]
        name = f"{self.function_on(size.planar)}_backprop"
        return self._run(name, size, values, order, n_jobs)

    def call_jvp(
        self, size: MapSize, values: Sequence[Floats], tangents: Sequence[Floats], n_jobs: int
    ) -> list[Floats]:
        """Compute the derivative of the map in a direction."""
        packed = self._packed(values), self._packed(tangents)
        order = _in_turn(*packed)[: 2 if self.rule in PATH_MAPS else None]
        name = f"{self.function_on(size.planar)}_jvp"
        return self._run(name, size, values, order, n_jobs, tangents)

    def call_backward_jvp(
        self, size: MapSize, values: Sequence[Floats], tangents: Sequence[Floats], n_jobs: int
    ) -> list[Floats]:
        """Compute the derivative of the gradient; what comes in is the last of the values."""
        pairs = values, tangents
        inputs = _in_turn(*(self._packed(arrays[:-1]) for arrays in pairs))
        given: dict[str, list[Any]] = {
            "values": inputs[:2] if self.rule in PATH_MAPS else inputs,
            "derivs": [self._unfolded(arrays[-1]) for arrays in pairs],
            "none": [None],
        }
        order = [array for name in self.backward for array in given[name]]
        name = f"{self.function_on(size.planar)}_backprop_jvp"
        return self._run(name, size, values[:-1], order, n_jobs, tangents)

    def _run(
        self,
        name: str,
        size: MapSize,
        values: Sequence[Floats],
        order: list[Any],
        n_jobs: int,
        tangents: Sequence[Floats] = (),
    ) -> list[Floats]:
        options = dict(self.options)
        if not self.points:
            options["n_jobs"] = n_jobs
            if size.planar is not None:
                options["planar"] = size.planar
        given: list[Any] = [*order] or self._packed(values)
        sizes: list[Any] = [getattr(size, name) for name in self.sizes]
        if self.rule in PATH_MAPS:
            given, sizes = [*order] or [values[0]], [size.degree]
            if len(values) > 1:
                options["correction"] = values[1]
                if tangents:
                    options["correction_tangent"] = tangents[1]
        if self.is_chosen:
            elements = basis_tuples(size.dimension, size.degree, size.planar)
            given.insert(2 if tangents else 1, elements)
            sizes = []
        result = getattr(numeric, name)(*given, *sizes, **options)
        found = list(result) if isinstance(result, tuple) else [result]
        if self.packed is not None and "_backprop" in name:
            found[self.packed :] = np.moveaxis(found[self.packed], 1, 0)
        return found

    def _unfolded(self, derivs: Floats) -> Floats:
        """Return derivatives in results as functions take them: those in points as such."""
        return derivs.reshape(len(derivs), self.points, -1) if self.points else derivs

    def _packed(self, arrays: Sequence[Floats]) -> list[Floats]:
        """Return arguments as functions take them: rows as one array."""
        if self.packed is None:
            return [*arrays]
        return [*arrays[: self.packed], np.stack(arrays[self.packed :], axis=1)]


def _in_turn(values: Sequence[Any], tangents: Sequence[Any]) -> list[Any]:
    return [x for pair in zip(values, tangents, strict=True) for x in pair]


_LOG_JOIN = ("log", ("combine", ("exp", 0), ("linear", 1)))
_LIFT = ("combine", ("combine", ("exp", 0), ("exp", 1)), ("exp", 2))
_ON_TREES = (False, True)
_LOG_PREPEND = ("log", ("combine", ("linear", 1), ("exp", 0)))

KERNELS = {
    "sig": Kernel("branched_sig", "sig", ("values", "none", "derivs")),
    "chosen": Kernel("branched_sig_coef", "sig", ("values", "none", "derivs"), is_chosen=True),
    "logsig": Kernel("branched_log_sig", "logsig", ("values", "derivs")),
    "chosen of log": Kernel(
        "branched_log_sig_coef", "logsig", ("values", "none", "derivs"), is_chosen=True
    ),
    "corrected_sig": Kernel("branched_sig", "corrected_sig", ("values", "none", "derivs")),
    "chosen corrected": Kernel(
        "branched_sig_coef", "corrected_sig", ("values", "none", "derivs"), is_chosen=True
    ),
    "linear": Kernel("linear_branched_sig", "linear"),
    "linear log": Kernel("linear_branched_log_sig", ("log", ("linear", 0))),
    "arborification": Kernel("sig_to_branched_sig", "arborification", ("derivs",), kinds=_ON_TREES),
    "combine": Kernel("branched_sig_combine", "combine"),
    "log": Kernel("branched_sig_to_log_sig", "log", ("values", "derivs")),
    "exp": Kernel("branched_log_sig_to_sig", "exp", ("values", "derivs")),
    "inverse": Kernel("branched_sig_inverse", "inverse"),
    "join": Kernel("branched_sig_join", ("combine", 0, ("linear", 1))),
    "prepend": Kernel(
        "branched_sig_join", ("combine", ("linear", 1), 0), options={"prepend": True}
    ),
    "log combine": Kernel("branched_log_sig_combine", ("log", ("combine", ("exp", 0), ("exp", 1)))),
    "log join": Kernel("branched_log_sig_join", _LOG_JOIN),
    "log prepend": Kernel("branched_log_sig_join", _LOG_PREPEND, options={"prepend": True}),
    "lift": Kernel("branched_sig_of_lift", _LIFT, ("values", "derivs"), packed=0, kinds=_ON_TREES),
    "ladders": Kernel("branched_sig_to_sig", "ladders", ("derivs",), kinds=_ON_TREES),
    "to geometric": Kernel(
        "branched_sig_to_geometric", ("letter products", ("log", 0)), kinds=_ON_TREES
    ),
    "from geometric": Kernel(
        "geometric_to_branched_sig", "geometric", ("derivs",), kinds=_ON_TREES
    ),
    "change of lift": Kernel(
        "branched_sig_change_lift",
        "change of lift",
        ("derivs",),
        kinds=_ON_TREES,
        with_brackets=True,
    ),
    **{
        f"{name} of {lift}": Kernel(
            function,
            f"{name} of {lift}",
            options={"lift": lift},
            packed=1,
            kinds=_ON_TREES,
            sizes=("degree",),
        )
        for name, function in (
            ("expectation", "expected_branched_sig"),
            ("cumulants", "expected_branched_log_sig"),
        )
        for lift in ("stratonovich", "ito")
    },
    "brackets": Kernel(
        "bracket_path", "brackets", packed=0, kinds=(None,), sizes=(), points=LENGTH
    ),
    "lead-lag": Kernel(
        "transform_path",
        "lead-lag",
        ("values", "derivs"),
        {"lead_lag": True},
        packed=0,
        kinds=(None,),
        sizes=(),
        points=2 * LENGTH - 1,
    ),
    "translation": Kernel("branched_sig_translate", "translation", packed=1, kinds=(False,)),
    **{
        f"{name} method {method}": Kernel(
            function, name, ("values", "derivs"), {"method": method}, kinds=(True, None)
        )
        for name, function in (("logsig", "branched_log_sig"), ("log", "branched_sig_to_log_sig"))
        for method in (1, 2)
    },
}
"""All kernels that are checked: no name is guessed from the name of a map."""
