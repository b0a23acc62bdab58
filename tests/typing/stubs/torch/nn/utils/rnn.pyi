"""Sequences of different lengths."""

from torch import Tensor

def pad_sequence(sequences: list[Tensor], batch_first: bool = ...) -> Tensor: ...
