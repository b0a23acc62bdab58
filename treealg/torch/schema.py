"""What an operator of PyTorch is declared as."""

from __future__ import annotations

from treealg.frameworks.options import may_be_none, option_type
from treealg.numeric.operations.operation import Operation

__all__ = ["schema"]


def schema(row: Operation) -> str:
    """Return the schema of the operator of a row.

    Examples
    --------
    >>> import treealg
    >>> schema(treealg.operations["branched_sig_inverse"])[:58]
    'branched_sig_inverse(Tensor bsig, int dimension, int degre'
    >>> schema(treealg.operations["branched_sig_combine_backprop"])[-11:]
    '-> Tensor[]'
    """
    tensors = [
        f"Tensor{'?' if argument.optional or argument.alternative == 'flag' else ''} "
        f"{argument.name}"
        for argument in row.arguments
    ]
    options = [
        f"{option_type(option).__name__}{'?' if may_be_none(option) else ''} {option.name}"
        for option in row.options
    ]
    results = "Tensor[]" if len(row.gradients) > 1 else "Tensor"
    return f"{row.name}({', '.join(tensors + options)}) -> {results}"
