"""Right and wrong uses of treealg with NumPy alone, for type checkers, as in `uses.py`.

It is also checked where no other package is installed: types are the same there.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, assert_type

import numpy as np
import numpy.typing as npt

import treealg
from treealg.symbolic import Tree

Float64 = npt.NDArray[np.float64]
Float32 = npt.NDArray[np.float32]
Floats = npt.NDArray[np.floating[Any]]


def arrays_give_arrays_of_their_kind(
    double: Float64, single: Float32, integers: npt.NDArray[np.int64]
) -> None:
    assert_type(treealg.branched_sig(double, 3), Float64)
    assert_type(treealg.branched_sig(np.zeros((4, 10, 2)), 3), Float64)
    assert_type(treealg.branched_sig(single, 3), Floats)
    assert_type(treealg.branched_sig(integers, 3), Float64)
    assert_type(treealg.branched_sig([[1, 2], [3.5, 4]], 3), Float64)
    assert_type(treealg.branched_sig([double, double], 3), Float64)
    assert_type(treealg.branched_sig([[(1, 2.0)], [[np.float64(3.0), 4]]], 3), Float64)
    assert_type(treealg.branched_sig_inverse([1.0, 2], 2, 1), Float64)
    assert_type(treealg.branched_sig_combine(double, [1.0, 2.0], 2, 1), Float64)
    assert_type(treealg.branched_sig_combine_jvp(double, double, double, None, 2, 1), Float64)
    assert_type(treealg.branched_sig_kernel(single, single, 2, 3), Floats)
    assert_type(treealg.branched_mmd([double, double], [double, double], 2, 3), Float64)
    assert_type(treealg.ito_correction(double, 0.1), Float64)


def a_correction_gives_a_pair(double: Float64, either: Float64 | None) -> None:
    assert_type(treealg.branched_sig_backprop(double, None, double, 3).shape, tuple[Any, ...])
    pair = treealg.branched_sig_backprop(double, None, double, 3, correction=[0.0, 0.0])
    assert_type(pair, tuple[Float64, Float64])
    pair.shape  # type: ignore[attr-defined]
    unknown = treealg.branched_sig_backprop(double, None, double, 3, correction=either)
    assert_type(unknown, Float64 | tuple[Float64, Float64])


def times_are_numbers_dates_or_durations(
    path: Float64,
    dates: npt.NDArray[np.datetime64],
    durations: npt.NDArray[np.timedelta64],
    moments: list[datetime],
    days: tuple[date, ...],
    gaps: list[timedelta],
) -> None:
    treealg.sig(path, 2, time_aug=True, times=dates)
    treealg.sig(path, 2, time_aug=True, times=durations)
    treealg.sig(path, 2, time_aug=True, times=moments)
    treealg.sig(path, 2, time_aug=True, times=days)
    treealg.sig(path, 2, time_aug=True, times=gaps)
    treealg.sig(path, 2, time_aug=True, times=list(dates))
    treealg.sig(path, 2, time_aug=True, times=[1, 2.5, np.float64(3.0)])
    treealg.sig([path, path], 2, time_aug=True, times=[dates, dates])
    treealg.sig([path, path], 2, time_aug=True, times=[moments, moments])
    treealg.branched_sig_kernel(path, path, 2, 1, time_aug=True, times1=dates, times2=moments)
    treealg.sig(path, 2, times="2026")  # type: ignore[call-overload]
    treealg.sig(path, 2, times={"a": 1.0})  # type: ignore[call-overload]
    treealg.sig(path, 2, times=["2026"])  # type: ignore[arg-type]
    treealg.branched_sig_kernel(path, path, 2, 1, times1="2026")  # type: ignore[call-overload]
    treealg.sig(dates, 2)  # type: ignore[type-var]
    treealg.sig(moments, 2)  # type: ignore[type-var]


def trees_have_types(idx: int) -> None:
    assert_type(treealg.tree_to_idx(((0,), 1), 2, 3), int)
    assert_type(treealg.tree_to_idx(Tree(), 2, 3), int)
    treealg.tree_to_idx("tree", 2, 3)  # type: ignore[arg-type]
    treealg.idx_to_tree(idx, 2, 3).order  # type: ignore[union-attr]


def names_are_known(path: Float64) -> None:
    treealg.brached_sig(path, 2)  # type: ignore[attr-defined]
    treealg.attach  # type: ignore[attr-defined]
    treealg.branched_sig(path, 2).shap  # type: ignore[attr-defined]
    treealg.symbolic.Treee  # type: ignore[attr-defined]
    treealg.tables.arborificatio  # type: ignore[attr-defined]
    treealg.codegen.generat  # type: ignore[attr-defined]


def arguments_are_known(
    path: Float64,
    booleans: npt.NDArray[np.bool_],
    waves: npt.NDArray[np.complex128],
    objects: npt.NDArray[np.object_],
) -> None:
    treealg.branched_sig(path, 2, plnar=True)  # type: ignore[call-overload]
    treealg.branched_sig(path, 2, True)  # type: ignore[call-overload]
    treealg.branched_sig(None, 2)  # type: ignore[call-overload]
    treealg.branched_sig({"a": 1}, 2)  # type: ignore[call-overload]
    treealg.branched_sig("path", 2)  # type: ignore[type-var]
    treealg.branched_sig(["path"], 2)  # type: ignore[type-var]
    treealg.branched_sig(booleans, 2)  # type: ignore[type-var]
    treealg.branched_sig(waves, 2)  # type: ignore[type-var]
    treealg.branched_sig(objects, 2)  # type: ignore[type-var]
    treealg.branched_sig_inverse(None, 2, 2)  # type: ignore[call-overload]
    treealg.branched_sig_inverse("path", 2, 2)  # type: ignore[call-overload]
    treealg.branched_sig_inverse(["path"], 2, 2)  # type: ignore[list-item]
    treealg.branched_sig_inverse(waves, 2, 2)  # type: ignore[type-var]
