"""What an operator of PyTorch is declared as."""

from __future__ import annotations

from treealg.frameworks.options import may_be_none, option_type
from treealg.numeric.operations.operation import Argument, Operation

__all__ = ["schema"]


def schema(row: Operation, *, of_lists: bool = False) -> str:
    """Return the schema of the operator of a row, or of that which takes lists.

    That one takes lists wherever there may be one, of a single array that is none as well, and the
    names of those that are lists; and it returns a list.

    Examples
    --------
    >>> import treealg
    >>> schema(treealg.operations["branched_sig_inverse"])[:58]
    'branched_sig_inverse(Tensor bsig, int dimension, int degre'
    >>> schema(treealg.operations["branched_sig_combine_backprop"])[-11:]
    '-> Tensor[]'
    >>> schema(treealg.operations["bracket_path"], of_lists=True)
    'bracket_path.lists(Tensor[] path, Tensor? lengths, str lists) -> Tensor[]'
    """
    tensors = [f"{_kind(argument, of_lists)} {argument.name}" for argument in row.arguments]
    options = [
        f"{option_type(option).__name__}{'?' if may_be_none(option) else ''} {option.name}"
        for option in row.options
    ]
    if of_lists:
        return f"{row.name}.lists({', '.join([*tensors, *options, 'str lists'])}) -> Tensor[]"
    results = "Tensor[]" if len(row.gradients) > 1 else "Tensor"
    return f"{row.name}({', '.join(tensors + options)}) -> {results}"


def _kind(argument: Argument, of_lists: bool) -> str:
    if of_lists and argument.listed:
        return "Tensor[]"
    return f"Tensor{'?' if argument.optional or argument.alternative == 'flag' else ''}"
