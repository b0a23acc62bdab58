"""Right and wrong uses of treealg, for type checkers: `mypy` and `basedpyright` read this file.

Every wrong use is ignored by name, and an ignored line without an error is an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_type

import numpy as np
import numpy.typing as npt

import treealg
import treealg.dask
import treealg.jax
import treealg.torch
import treealg.xarray
from treealg.symbolic import Tree

if TYPE_CHECKING:
    from dask.array import Array as DaskArray
    from jax import Array
    from torch import Tensor
    from xarray import DataArray

Float64 = npt.NDArray[np.float64]
Float32 = npt.NDArray[np.float32]
Floats = npt.NDArray[np.floating[Any]]


def arrays_give_arrays_of_their_kind(
    double: Float64, single: Float32, integers: npt.NDArray[np.int64], tensor: Tensor
) -> None:
    assert_type(treealg.branched_sig(double, 3), Float64)
    assert_type(treealg.branched_sig(single, 3), Floats)
    assert_type(treealg.branched_sig(integers, 3), Float64)
    assert_type(treealg.branched_sig([[1, 2], [3.5, 4]], 3), Float64)
    assert_type(treealg.branched_sig([double, double], 3), Float64)
    assert_type(treealg.branched_sig(tensor, 3), "Tensor")
    assert_type(treealg.branched_log_sig([tensor, tensor], 3), "Tensor")
    assert_type(treealg.branched_sig_combine(double, [1.0, 2.0], 2, 1), Float64)
    assert_type(treealg.branched_sig_combine(tensor, tensor, 2, 1), "Tensor")
    assert_type(treealg.branched_sig_kernel(single, single, 2, 3), Floats)
    assert_type(treealg.ito_correction(double, 0.1), Float64)


def a_correction_gives_a_pair(double: Float64, tensor: Tensor, either: Float64 | None) -> None:
    assert_type(treealg.branched_sig_backprop(double, None, double, 3).shape, tuple[Any, ...])
    assert_type(treealg.branched_log_sig_backprop(tensor, tensor, 3), "Tensor")
    pair = treealg.branched_sig_backprop(double, None, double, 3, correction=[0.0, 0.0])
    assert_type(pair, tuple[Float64, Float64])
    pair.shape  # type: ignore[attr-defined]
    assert_type(
        treealg.branched_sig_coef_backprop(tensor, Tree(), None, tensor, correction=tensor),
        "tuple[Tensor, Tensor]",
    )
    unknown = treealg.branched_sig_backprop(double, None, double, 3, correction=either)
    assert_type(unknown, Float64 | tuple[Float64, Float64])


def functions_on_tensors_give_tensors(tensor: Tensor) -> None:
    assert_type(treealg.torch.branched_sig(tensor, 3), "Tensor")
    assert_type(treealg.torch.branched_log_sig([tensor, tensor], 3), "Tensor")
    assert_type(
        treealg.torch.branched_sig_combine_backprop(tensor, tensor, tensor, 2, 1)[0], "Tensor"
    )
    assert_type(treealg.torch.BranchedSignature(3).size(2), int)
    treealg.torch.branched_sig(None, 3)  # type: ignore[call-overload]
    treealg.torch.branched_sig_inverse(tensor, 2, 2, plnar=True)  # type: ignore[call-arg]


def functions_on_arrays_of_jax_give_such_arrays(array: Array, double: Float64) -> None:
    assert_type(treealg.jax.branched_sig(array, 3), "Array")
    assert_type(treealg.jax.branched_log_sig([double, double], 3), "Array")
    assert_type(treealg.jax.branched_sig_length(2, 3), int)
    treealg.jax.branched_sig(None, 3)  # type: ignore[call-overload]


def functions_on_arrays_of_xarray_give_such_arrays(array: DataArray, double: Float64) -> None:
    assert_type(treealg.xarray.branched_sig(array, 3, time="day"), "DataArray")
    assert_type(treealg.xarray.branched_sig_combine(array, double, 2, 1), "DataArray")
    treealg.xarray.branched_sig(array, 3, tme="day")  # type: ignore[call-arg]


def functions_on_arrays_of_dask_give_such_arrays(array: DaskArray, double: Float64) -> None:
    assert_type(treealg.dask.branched_sig(array, 3, time_aug=True), "DaskArray")
    assert_type(treealg.dask.branched_sig_combine(array, double, 2, 1), "DaskArray")
    assert_type(treealg.dask.branched_mmd(array, array, 2, 1).shape, tuple[int, ...])
    treealg.dask.branched_sig(array, 2, time_agu=True)  # type: ignore[call-arg]
    treealg.dask.branched_sig(array, 2, out=double)  # type: ignore[call-arg]
    treealg.dask.brached_sig(array, 2)  # type: ignore[attr-defined]


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


def arguments_are_known(path: Float64, single: Float32, tensor: Tensor) -> None:
    treealg.branched_sig(path, 2, plnar=True)  # type: ignore[call-overload]
    treealg.branched_sig(path, 2, True)  # type: ignore[call-overload]
    treealg.branched_sig(None, 2)  # type: ignore[call-overload]
    treealg.branched_sig_inverse(None, 2, 2)  # type: ignore[type-var]
    treealg.branched_sig_combine(path, tensor, 2, 2)  # type: ignore[type-var]
