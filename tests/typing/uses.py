"""Right and wrong uses of treealg, for type checkers: `mypy` and `basedpyright` read this file.

Every wrong use is ignored by name, and an ignored line without an error is an error.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, assert_type

import numpy as np
import numpy.typing as npt

import treealg
import treealg.dask
import treealg.jax
import treealg.sklearn
import treealg.torch
import treealg.xarray
from treealg.symbolic import Element, Tree

if TYPE_CHECKING:
    from dask.array import Array as DaskArray
    from jax import Array
    from pandas import DataFrame, DatetimeIndex, Series
    from polars import DataFrame as Frame, Series as Column
    from torch import Tensor
    from xarray import DataArray

Float64 = npt.NDArray[np.float64]


def arrays_of_others_give_arrays_of_their_kind(tensor: Tensor, array: Array) -> None:
    assert_type(treealg.branched_sig(tensor, 3), "Tensor")
    assert_type(treealg.branched_sig(array, 3), "Array")
    assert_type(treealg.branched_log_sig([tensor, tensor], 3), "Tensor")
    assert_type(treealg.branched_sig_combine(tensor, tensor, 2, 1), "Tensor")
    assert_type(treealg.branched_sig_combine_backprop(array, array, array, 2, 1)[0], "Array")
    assert_type(treealg.branched_mmd([tensor, tensor], tensor, 2, 1), "Tensor")
    treealg.branched_mmd(tensor, tensor, 2, 1, lengths1=tensor, basepoint=tensor)
    assert_type(
        treealg.branched_mmd_backprop(tensor, [tensor], [tensor], 2, 1),
        "tuple[list[Tensor] | None, list[Tensor] | None]",
    )


def a_correction_gives_a_pair(tensor: Tensor) -> None:
    assert_type(treealg.branched_log_sig_backprop(tensor, tensor, 3), "Tensor")
    assert_type(
        treealg.branched_sig_coef_backprop(tensor, Tree(), None, tensor, correction=tensor),
        "tuple[Tensor, Tensor]",
    )


def tables_give_arrays(
    table: DataFrame, column: Series, frame: Frame, numbers: Column, index: DatetimeIndex
) -> None:
    assert_type(treealg.branched_sig(table, 2), Float64)
    assert_type(treealg.branched_sig(frame, 2), Float64)
    assert_type(treealg.branched_sig([table, table], 2), Float64)
    assert_type(treealg.branched_sig([frame, frame], 2), Float64)
    assert_type(treealg.branched_sig_combine(column, numbers, 2, 1), Float64)
    assert_type(treealg.branched_sig_kernel(table, frame, 2, 1), Float64)
    treealg.branched_sig(frame, 2, basepoint=numbers)
    treealg.branched_sig_kernel(frame, frame, 2, 1, basepoint=numbers, lengths1=column)
    treealg.branched_sig(index, 2)  # type: ignore[call-overload]


def times_are_columns(
    path: Float64, column: Series, numbers: Column, index: DatetimeIndex, array: DataArray
) -> None:
    treealg.sig(path, 2, time_aug=True, times=column)
    treealg.sig(path, 2, time_aug=True, times=numbers)
    treealg.sig(path, 2, time_aug=True, times=index)
    treealg.sig([path, path], 2, time_aug=True, times=[column, column])
    treealg.sig([path, path], 2, time_aug=True, times=[numbers, numbers])
    treealg.branched_mmd(path, path, 2, 1, time_aug=True, times1=column, times2=index)
    treealg.xarray.sig(array, 2, time_aug=True, times=column)
    treealg.xarray.sig(array, 2, time_aug=True, times=[datetime(2026, 1, 5)])
    treealg.xarray.sig(array, 2, time_aug=True, times="2026")  # type: ignore[arg-type]


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


def estimators_give_arrays(paths: Float64) -> None:
    transformer = treealg.sklearn.BranchedSignatureTransformer(2)
    transformer.fit_transform(paths).shap  # type: ignore[union-attr]
    transformer.fit(paths).transform(paths).shap  # type: ignore[union-attr]
    kernel = treealg.sklearn.BranchedKernel()
    assert_type(kernel(paths), npt.NDArray[np.floating[Any]])
    assert_type(kernel(paths, eval_gradient=True)[1], npt.NDArray[np.floating[Any]])
    assert_type(kernel.diag(paths), npt.NDArray[np.floating[Any]])


def sums_of_trees_are_elements(tree: Tree) -> None:
    assert_type(2 * tree, Element)
    assert_type(tree + tree, Element)
    assert_type(-tree / 2 - tree, Element)
    assert_type(treealg.tree_to_idx(2 * tree, 1, 1), int)


def arguments_are_known(path: Float64, tensor: Tensor, array: Array) -> None:
    treealg.branched_sig_combine(path, tensor, 2, 2)  # type: ignore[call-overload]
    treealg.branched_sig_combine(tensor, [1.0, 2.0], 2, 1)  # type: ignore[call-overload]
    treealg.branched_sig(tensor, 2, correction=path)  # type: ignore[call-overload]
    treealg.branched_sig(array, 2, plnar=True)  # type: ignore[call-overload]
