"""Arguments for every operation: small arrays that its row of the table asks for."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

import treealg
from treealg import symbolic
from treealg.frameworks.documentation import with_gradients

D, N, LENGTH = 2, 3, 5
LOGARITHMS = ("log_coefficients",), ("log_words",)
VECTORS = ("coefficients",), ("words",), ("geometric_words",), *LOGARITHMS
OPERATIONS = treealg.operations
FORWARD = {row.backward.name: row for row in OPERATIONS.values() if row.backward}
OF_JVP = {row.jvp.name: row for row in OPERATIONS.values() if row.jvp}
TREES = [((0,), 1), ((0,), (1,), 1), (1,)]
WORDS = [(0, 1), (1, 0, 1), (1,)]

# What a function may be asked to do beside the plain thing, where its parameters know of it.
# Not parameters, or not everywhere: whether vectors have a `scalar` in front, how many `levels` a
# correction has and how many axes, how many `points` a path, whether the forward `value` is given
# to a gradient.
VARIANTS = {
    "plain": {},
    "planar": {"planar": True},
    "lyndon": {"planar": True, "method": 1},
    "brackets": {"planar": True, "method": 2},
    "lyndon_words": {"method": 1},
    "word_brackets": {"method": 2},
    "scalar": {"scalar": True},
    "planar_scalar": {"planar": True, "scalar": True},
    "time": {"time_aug": True, "end_time": 0.5},
    "lead_lag": {"lead_lag": True, "degree": 2},
    "lead_lag_time": {"lead_lag": True, "time_aug": True, "scalar": True, "degree": 2},
    "corrected": {"correction": ..., "levels": 2},
    "corrected_time": {"correction": ..., "levels": 3, "planar": True, "time_aug": True},
    "corrected_alike": {"correction": ..., "levels": 2, "axes": 1},
    "corrected_by_segment": {"correction": ..., "levels": 2, "axes": 2, "planar": True},
    "corrected_by_nothing": {"correction": ..., "levels": 1},
    "prefixes": {"stream": True},
    "prefixes_from_origin": {"stream": True, "lead_lag": True, "basepoint": True, "degree": 2},
    "basepoint": {"basepoint": ..., "scalar": True},
    "one_basepoint": {"basepoint": ..., "axes": 1},
    "ended": {"lengths": ...},
    "ragged": {"lengths": ..., "time_aug": True},
    "ragged_prefixes": {"lengths": ..., "stream": True, "correction": ..., "levels": 2},
    "windows": {"windows": ..., "time_aug": True, "scalar": True},
    "corrected_windows": {"windows": ..., "correction": ..., "levels": 2, "basepoint": True},
    "times": {"times": ..., "time_aug": True, "windows": ...},
    "times_stream": {"times": ..., "time_aug": True, "stream": True},
    "times_lead_lag": {
        "times": ...,
        "time_aug": True,
        "lead_lag": True,
        "stream": True,
        "degree": 2,
    },
    "times_alone": {"times": ..., "time_aug": True, "lengths": ...},
    "filled": {"missing": "linear", "lead_lag": True, "degree": 2},
    "prepended": {"prepend": True},
    "exponential_kernel": {"static_kernel": treealg.RBFKernel(0.8)},
    "scaled_kernel": {"static_kernel": treealg.ScaledLinearKernel(0.5), "dyadic_order": (1, 0)},
    "extrapolated": {"rule": "romberg", "depth": 1},
    "pairs_from_origin": {"basepoint": True, "return_grid": True, "lead_lag": True},
    "pairs_from_a_point": {"basepoint": [0.5] * D, "normalize": True},
    "pairs_of_times": {
        "times1": [0, 0.1, 0.1, 0.25, 0.5],
        "times2": [0, 0.25, 0.5, 0.5, 0.75, 1],
        "time_aug": True,
    },
    "pairs_of_windows": {
        "windows1": [[0, 3], [1, 5], [2, 3], [0, 2]],
        "windows2": [[0, 4], [2, 6], [1, 3], [4, 5]],
        "time_aug": True,
    },
    "windows_beside": {"windows2": [[0, 4], [2, 6]], "lead_lag": True, "normalize": True},
    "windows_of_origin": {"windows1": [[0, 6], [3, 5]], "basepoint": True, "dyadic_order": (1, 0)},
    "grid": {"return_grid": True, "time_aug": True, "dyadic_order": (0, 1)},
    "grid_lead_lag": {"return_grid": True, "lead_lag": True},
    "normalized": {"normalize": True},
    "biased": {"unbiased": False, "dyadic_order": (1, 0)},
    "regularised": {"lam": 0.25, "time_aug": True, "normalize": True},
    "cross_alone": {"lam": 0},
    "right_only": {"left_deriv": False},
    "with_value": {"value": ..., "scalar": True},
    "one_step": {"dt": 0.25},
    "to_backward": {"target": "backward", "scalar": True},
    "planar_to_ito": {"source": "stratonovich", "target": "ito", "planar": True},
    "jumps": {"jump_moments": ..., "end_time": 0.5},
    "ito": {"lift": "ito", "scalar": True},
    "ito_planar": {"lift": "ito", "planar": True, "end_time": 2.0},
    "backward_jumps": {"lift": "backward", "jump_moments": ...},
    "backward_planar_jumps": {"lift": "backward", "jump_moments": ..., "planar": True},
    "one_tree": {"trees": ((0,), 1)},
    "gram": {"gram": True, "stream": True},
    "planar_gram": {"gram": True, "planar": True},
    "one_word": {"words": (0, 1)},
    "with_prefixes": {"words": [(0, 1, 1), (), (0, 1)], "prefixes": True},
    "degree_0": {"degree": 0},
    "degree_0_brackets": {"degree": 0, "planar": True, "method": 2},
    "degree_0_lyndon_words": {"degree": 0, "method": 1},
    "lyndon_of_scalar": {"planar": True, "method": 1, "scalar": True},
    "lyndon_words_of_scalar": {"method": 1, "scalar": True},
    "degree_0_scalar": {"degree": 0, "scalar": True, "planar": True},
    "one_point": {"points": 1},
    "weighted": {"weights": (1, 2)},
    "weighted_planar": {"weights": (2, 1), "planar": True, "scalar": True},
    "weighted_lyndon": {"weights": (1, 2), "planar": True, "method": 1},
    "weighted_word_brackets": {"weights": (2, 1), "method": 2},
    "weighted_time": {"weights": (1, 1, 2), "time_aug": True, "end_time": 0.5},
    "weighted_prefixes": {
        "weights": (1, 3, 2, 1, 2),
        "stream": True,
        "lead_lag": True,
        "time_aug": True,
    },
    "weighted_alike": {"weights": (2, 2), "degree": 5},
}
# Of Lyndon coordinates none has a scalar; these functions take it from a signature that has one.
TO_LYNDON = "branched_sig_to_log_sig", "sig_to_log_sig"
NOT_PARAMETERS = {"degree", "scalar", "levels", "points", "value", "axes"}


@dataclass(frozen=True)
class Case:
    """An operation and a variant of what it is asked to do."""

    name: str
    variant: str
    points: int | None = None
    degree: int | None = None

    def __repr__(self):
        sizes = (f"-{size}" for size in (self.points, self.degree) if size)
        return f"{self.name}-{self.variant}" + "".join(sizes)

    @property
    def row(self):
        return OPERATIONS[self.name]

    @property
    def asked(self):
        return VARIANTS[self.variant] | ({"degree": self.degree} if self.degree else {})

    @property
    def forward(self):
        """The same case of the function whose gradient this is."""
        return Case(FORWARD[self.name].name, self.variant, self.points, self.degree)

    @property
    def differentiated(self):
        """The same case of the function whose derivative in a direction this is."""
        return Case(OF_JVP[self.name].name, self.variant, self.points, self.degree)

    def is_known(self):
        """Tell whether the variant makes sense for the operation."""
        row, asked = self.row, self.asked
        names = set(row.signature.parameters)
        axes = {axis for argument in row.arguments for axis in argument.axes}
        vectors = {axis for (axis,) in VECTORS} & axes
        if not asked.keys() - NOT_PARAMETERS <= names | ({"end_time"} & asked.keys()):
            return False
        options = {option.name for option in row.options}
        return not (
            any(asked[name] is ... for name in options & asked.keys())
            or ("value" in asked and all(a.role != "value" for a in row.arguments))
            or ("points" in asked and not {"length", "length_1"} & axes)
            or ("scalar" in asked and not vectors and "scalar_term" not in names)
            or any(a.name in asked and asked[a.name] is not ... for a in row.arguments if a.axes)
            or (asked.get("method") and "planar" in names - asked.keys())
            or (asked.get("degree") == 0 and "degree" not in names)
            # A translation has zeros, which tests of any values do not know of.
            or ("translation" in names and len({*asked.get("weights", ())}) > 1)
            or (self.variant.endswith("_of_scalar") and not self.name.startswith(TO_LYNDON))
        )

    def sizes(self):
        """Return the lengths of the axes of items, by name."""
        asked = self.asked
        planar, method = asked.get("planar", False), asked.get("method", 0)
        names = self.row.signature.parameters
        degree = asked.get("degree", N) if "degree" in names else N
        length = self.points or asked.get("points", LENGTH)
        dimension = D
        if "dimension" in names:
            dimension = D * (1 + asked.get("lead_lag", False)) + asked.get("time_aug", False)
        scalar = int(asked.get("scalar", False))
        weights = asked.get("weights")
        if weights is not None and len(weights) != dimension:
            weights = None  # of a path that is transformed
        weighted = {"planar": planar, "weights": weights}
        trees = treealg.branched_sig_length(dimension, degree, **weighted)
        lyndon = trees
        if planar:
            lyndon = treealg.branched_log_sig_length(dimension, degree, method=1, **weighted)
        words = sum(dimension**k for k in range(1, degree + 1))
        lyndon_words = sum(
            1 for k in range(1, degree + 1) for _ in symbolic.lyndon_words(k, dimension)
        )
        if weights is not None:
            words = treealg.sig_length(dimension, degree, weights=weights)
            lyndon_words = treealg.log_sig_length(dimension, degree, weights=weights, method=1)
        is_lift = any(argument.name == "lift" for argument in self.row.arguments)
        return {
            "length": length,
            "length_1": length,
            "length_2": length + 1 if length > 1 else 1,
            "paths_1": 3,
            "paths_2": 2,
            "channels": D,
            "dimension": D,
            "coefficients": trees + (0 if is_lift else scalar),
            "log_coefficients": lyndon if method else trees + scalar,
            "words": words + scalar,
            "log_words": lyndon_words if method else words + scalar,
            "segments": length - 1 + ("basepoint" in asked),
            "geometric_words": treealg.geometric_sig_length(dimension, degree, **weighted) + scalar,
            "moments": words,
            "moved": treealg.branched_sig_length(dimension, 2, **weighted),
            "columns": sum(D**k for k in range(2, asked.get("levels", 1) + 1)),
        }

    def options(self):
        """Return what is no array."""
        names = [option.name for option in self.row.options]
        planar = self.asked.get("planar", False)
        given = {
            "dimension": D,
            "degree": N,
            "depth": 2,
            "dyadic_order": 1,
            "trees": [(tree,) for tree in self._light(TREES)] if planar else self._light(TREES),
            "words": self._light(WORDS),
            "right_deriv": True,
            "scalar_term": self.asked.get("scalar", False),
        } | self.asked
        return {name: given[name] for name in names if name in given}

    def _light(self, elements):
        """Return the elements that are in the basis by weight."""
        weights, has_degree = self.asked.get("weights"), "degree" in self.row.signature.parameters
        degree = self.asked.get("degree", N) if has_degree else N

        def weight(x):
            return weights[x] if isinstance(x, int) else sum(map(weight, x))

        return elements if weights is None else [x for x in elements if weight(x) <= degree]

    def arguments(self, batch=(), dtype=np.float64, seed=0):
        """Return every argument by name; those that broadcast may have batches of their own."""
        rng = np.random.default_rng([seed, len(self.name), len(self.variant)])
        if self.name in OF_JVP:
            return self._with_tangents(self.differentiated.arguments(batch, dtype, seed), rng)
        asked, sizes, options = self.asked, self.sizes(), self.options()
        batches = batch if isinstance(batch, list) else [batch, batch]
        is_product = any(argument.batch == "product" for argument in self.row.arguments)
        common = () if is_product else np.broadcast_shapes(*batches)
        given = {}
        for place, argument in enumerate(a for a in self.row.arguments if a.role == "input"):
            shape = batches[place % 2] if argument.batch in ("broadcast", "product") else common
            is_left_out = argument.optional or argument.alternative == "flag"
            wanted = asked.get(argument.name, None if is_left_out else ...)
            if wanted is ... and argument.name == "lengths":
                wanted = rng.integers(1 if common else 2, sizes["length"] + 1, common)
            elif wanted is ... and argument.name == "times":
                wanted = np.cumsum(rng.uniform(size=(*common, sizes["length"])), axis=-1)
            elif wanted is ... and argument.name == "windows":
                last = sizes["length"] - 1
                starts = rng.integers(0, max(last, 1), 3)
                ends = rng.integers(np.minimum(starts + 1, last), last, endpoint=True)
                wanted = np.stack([starts, ends + 1], axis=1)
            elif wanted is ...:
                wanted = _numbers(rng, shape, argument, sizes, dtype, asked)
            if wanted is not None:
                given[argument.name] = wanted
        if self.name in FORWARD:
            self._add_what_came_back(given, options, common, dtype, rng)
        return {name: given[name] for name in self.row.signature.parameters if name in given} | (
            options
        )

    def _with_tangents(self, given, rng):
        """Add the tangents of arguments, also of the scalars in front of them, which have none."""
        names = iter(self.row.tangents)
        for argument in self.row.arguments:
            if argument.role == "tangent":
                value = given.get(next(names))
                if isinstance(value, np.ndarray):
                    tangent = rng.normal(size=value.shape)
                    given[argument.name] = np.asarray(tangent, value.dtype)
        return {name: given[name] for name in self.row.signature.parameters if name in given}

    def _add_what_came_back(self, given, options, common, dtype, rng):
        """Add derivatives and the forward value to the arguments of a backward function."""
        forward = self.forward
        if all(argument.role == "derivs" for argument in self.row.arguments):  # of a linear map
            given["derivs"] = _numbers(rng, common, self.row.arguments[0], self.sizes(), dtype, {})
            return
        known = forward.row.signature.parameters
        value = forward.row.function(
            **given, **{name: x for name, x in options.items() if name in known}
        )
        for argument in self.row.arguments:
            if argument.role == "value":
                given[argument.name] = value if "value" in self.asked else None
            elif argument.role == "derivs":
                given[argument.name] = np.asarray(rng.normal(size=np.shape(value)), dtype)


def _numbers(rng, batch, argument, sizes, dtype, asked):
    """Return an array for an argument, with the scalar that belongs in front of a vector."""
    shape = (*batch, *(sizes[axis] for axis in argument.axes))
    if argument.batch == "shared" and "axes" in asked:
        shape = shape[-asked["axes"] :]
    if np.issubdtype(dtype, np.integer):
        array = rng.integers(0, 4, shape).astype(dtype)
    else:
        # Kernels grow like the exponential of an exponential.
        scale = 0.2 if {"length_1", "length_2"} & set(argument.axes) else 0.5
        array = (scale * rng.normal(size=shape)).astype(dtype)
    if asked.get("scalar") and argument.axes in VECTORS:
        array[..., 0] = argument.axes not in LOGARITHMS
    return array


CASES = [
    case for name in OPERATIONS for variant in VARIANTS if (case := Case(name, variant)).is_known()
]

# One case of each way that arrays take through a function.
WAYS = (
    "plain",
    "planar_scalar",
    "brackets",
    "word_brackets",
    "corrected",
    "basepoint",
    "ragged",
    "grid",
)


def is_without_gradient(row):
    """Tell whether a function has no gradient, nor one of second order."""
    return not with_gradients(row)


def each_case(cases, *variants):
    """Run a test on cases, those of some variants if any are named."""
    chosen = [case for case in cases if not variants or case.variant in variants]
    return pytest.mark.parametrize("case", chosen, ids=repr)


@dataclass(frozen=True)
class Planted(Case):
    """A case whose function has an error, made by wrapping it."""

    error: Callable = None

    @property
    def row(self):
        row = super().row
        return replace(row, function=functools.wraps(row.function)(self.error(row.function)))


def call(case, arguments):
    """Return the results as a list; None stays."""
    result = case.row.function(**arguments)
    return list(result) if isinstance(result, tuple) else [result]


def arrays_of(case, arguments):
    """Return the arguments that are arrays, integers apart, by name."""
    return {
        argument.name: arguments[argument.name]
        for argument in case.row.arguments
        if isinstance(arguments.get(argument.name), np.ndarray)
        and argument.name not in ("lengths", "windows", "times")
    }


def scalar_slots(case, name, array):
    """Return the scalars in front of the vectors of an argument that is an input, or None."""
    (argument,) = (argument for argument in case.row.arguments if argument.name == name)
    is_there = case.asked.get("scalar") and argument.axes in VECTORS and argument.role == "input"
    return array[..., :1] if is_there else None


def map_arrays(case, arguments, change):
    """Return the arguments with every array changed."""
    return arguments | {name: change(x) for name, x in arrays_of(case, arguments).items()}


def assert_close(got, want, dtype=np.float64, factor=50):
    """Assert that results agree to rounding: in kind, shape and dtype, and in values."""
    assert len(got) == len(want)
    for one, other in zip(got, want, strict=True):
        assert type(one) is type(other)
        if other is None:
            continue
        assert one.shape == other.shape
        assert one.dtype == other.dtype
        scale = float(np.abs(other).max(initial=0, where=np.isfinite(other)))
        tolerance = factor * float(np.finfo(dtype).eps)
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance * max(scale, 1))
