"""The cases of all operations on tensors."""

import numpy as np
import torch

import treealg.torch


def on_tensors(case, batch=(), dtype=np.float64, seed=0):
    """Return the arguments of a case, every array a tensor."""
    given = case.arguments(batch, dtype, seed)
    return {
        name: torch.from_numpy(x) if isinstance(x, np.ndarray) else x for name, x in given.items()
    }


def tensors_of(case, given):
    """Return the arguments that have derivatives, by name."""
    return {
        argument.name: given[argument.name]
        for argument in case.row.arguments
        if isinstance(given.get(argument.name), torch.Tensor)
        and argument.name not in ("lengths", "windows", "times")
    }


def function_of(case):
    """Return the function on tensors."""
    return getattr(treealg.torch, case.name)


def as_list(results):
    """Return results as a list; None stays."""
    return list(results) if isinstance(results, (tuple, list)) else [results]


def without_none(results):
    """Return results as a tuple of those that are there."""
    return tuple(x for x in as_list(results) if x is not None)


def has_gradient(case):
    """Tell whether a case asks for nothing that has no gradient."""
    given = on_tensors(case)
    values = [given.get(name) for name in case.row.without_gradient]
    return all(value is None or value is False for value in values)
