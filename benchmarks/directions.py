"""A function with its derivatives in a direction, by its row of the table of operations."""

from __future__ import annotations

from typing import Any

import numpy as np

import treealg

STEP = 2.0**-14


class Directions:
    """Calls of one function, of its backward function, and of their derivatives in a direction.

    Parameters
    ----------
    name : str
        The name of the function, of arrays of one batch.
    batch : int
        How many items.
    dimension, degree : int
        Channels and truncation, of kernels the depth.
    length : int
        Points of paths.
    """

    def __init__(
        self, name: str, batch: int, dimension: int, degree: int, length: int = 20
    ) -> None:
        self.row = treealg.operations[name]
        trees = treealg.branched_sig_length(dimension, degree)
        words = treealg.sig_length(dimension, degree)
        self._sizes = {
            "channels": dimension, "dimension": dimension, "coefficients": trees, "words": words,
            "log_coefficients": trees, "log_words": words,
            "length": length, "length_1": length, "length_2": length,
        }  # fmt: skip
        options = {
            "dimension": dimension, "degree": degree, "depth": degree, "dyadic_order": 0,
            "trees": list(treealg.trees(dimension, degree)[-6:]),
            "words": list(treealg.words(dimension, degree)[-6:]),
        }  # fmt: skip
        self._rng = np.random.default_rng(batch)
        self.given = {
            argument.name: self._numbers((batch, *(self._sizes[axis] for axis in argument.axes)))
            for argument in self.row.arguments
            if argument.role == "input" and not (argument.optional or argument.alternative)
        }
        names = {option.name for option in self.row.options}
        self.options = {key: value for key, value in options.items() if key in names}
        value = self.row.function(**self.given, **self.options)
        self.given_back: dict[str, Any] = {}
        for argument in self.row.backward.arguments:
            if argument.role == "derivs":
                self.given_back[argument.name] = self._numbers(value.shape)
            elif argument.role == "value":
                self.given_back[argument.name] = None
            elif argument.name in self.given:
                self.given_back[argument.name] = self.given[argument.name]
        self._moved = {key: self._numbers(np.shape(x)) for key, x in self._all().items()}

    def _numbers(self, shape: tuple[int, ...]) -> np.ndarray:
        return self._rng.normal(size=shape) / 5

    def _all(self) -> dict[str, Any]:
        return {key: x for key, x in (self.given | self.given_back).items() if x is not None}

    def _along(self, row: Any, given: dict[str, Any]) -> Any:
        tangents = [argument.name for argument in row.arguments if argument.role == "tangent"]
        moved = dict(zip(tangents, map(self._moved.get, row.tangents), strict=True))
        of_nothing = [key for key, own in zip(tangents, row.tangents, strict=True)
                      if given.get(own) is None]  # fmt: skip
        known = row.signature.parameters
        options = {key: value for key, value in self.options.items() if key in known}
        return row.function(**given, **moved | dict.fromkeys(of_nothing), **options)

    def along(self) -> Any:
        """Compute the derivative of the function."""
        return self._along(self.row.jvp, self.given)

    def twice(self) -> Any:
        """Compute that of the backward function."""
        return self._along(self.row.backward.jvp, self.given_back)

    def backward(self) -> Any:
        """Compute the gradient."""
        return self._backward(self.given_back)

    def _backward(self, given: dict[str, Any]) -> Any:
        known = self.row.backward.signature.parameters
        options = {key: value for key, value in self.options.items() if key in known}
        return self.row.backward.function(**given, **options)

    def difference(self) -> Any:
        """Compute the derivative of the function by a central difference."""
        ends = [self.row.function(**self._at(sign, self.given), **self.options)
                for sign in (1, -1)]  # fmt: skip
        return self._between(*ends)

    def difference_of_gradients(self) -> Any:
        """Compute that of the backward function."""
        return self._between(*(self._backward(self._at(sign, self.given_back)) for sign in (1, -1)))

    def _at(self, sign: int, given: dict[str, Any]) -> dict[str, Any]:
        moved = {key: x + sign * STEP * self._moved[key] for key, x in given.items()
                 if x is not None}  # fmt: skip
        return given | moved

    def _between(self, one: Any, other: Any) -> Any:
        if isinstance(one, tuple):
            return tuple(map(self._between, one, other))
        return None if one is None else (one - other) / (2 * STEP)
