"""Calls of functions with lists of paths of different lengths."""

import numpy as np

import treealg

LENGTHS = (3, 1, 4)


def drawn(seed, *shape):
    """Return numbers."""
    return np.random.default_rng(seed).normal(size=shape) / 3


PATHS = [drawn(i, n, 2) for i, n in enumerate(LENGTHS)]
OTHERS = [drawn(i, n, 2) for i, n in enumerate((2, 5, 3), 10)]
ROWS = [drawn(i, n - 1, 4) for i, n in enumerate(LENGTHS, 20)]
TIMES = [np.sort(drawn(i, n)) for i, n in enumerate(LENGTHS, 30)]
GAPS = [np.where(drawn(i, *x.shape) < -0.15, np.nan, x) for i, x in enumerate(PATHS, 40)]
TREES = [((0,), 1), (((1,), 0), 0), (1,)]
WORDS = [(0, 1), (1, 0, 1), (0,)]
LAST = {"depth": 2, "dyadic_order": 1}

CALLS = {
    "trees": ("branched_sig", {"path": PATHS, "degree": 3}),
    "planar trees": (
        "branched_sig", {"path": PATHS, "degree": 2, "planar": True, "lead_lag": True},
    ),
    "logarithms": (
        "branched_log_sig", {"path": PATHS, "degree": 3, "planar": True, "method": 2},
    ),
    "words": ("sig", {"path": PATHS, "degree": 3, "scalar_term": True}),
    "logarithms on words": ("log_sig", {"path": PATHS, "degree": 3, "method": 1}),
    "some trees": ("branched_sig_coef", {"path": PATHS, "trees": TREES}),
    "some words": ("sig_coef", {"path": PATHS, "words": WORDS}),
    "some trees of logarithms": ("branched_log_sig_coef", {"path": PATHS, "trees": TREES}),
    "some words of logarithms": ("log_sig_coef", {"path": PATHS, "words": WORDS}),
    "corrections": ("branched_sig", {"path": PATHS, "degree": 2, "correction": ROWS}),
    "corrections by path": (
        "branched_log_sig", {"path": PATHS, "degree": 2, "correction": [ROWS[0][0], *ROWS[1:]]},
    ),
    "one correction": ("branched_sig", {"path": PATHS, "degree": 2, "correction": ROWS[0][0]}),
    "the origin": ("branched_sig", {"path": PATHS, "degree": 2, "basepoint": True}),
    "base points": ("sig", {"path": PATHS, "degree": 2, "basepoint": drawn(50, 3, 2)}),
    "prefixes": ("branched_sig", {"path": PATHS, "degree": 2, "stream": True}),
    "windows": (
        "branched_sig", {"path": PATHS, "degree": 2, "basepoint": True,
                         "windows": np.array([[0, 2], [1, 2]])},
    ),
    "times": ("branched_sig", {"path": PATHS, "degree": 2, "time_aug": True, "times": TIMES}),
    "gaps": ("branched_sig", {"path": GAPS, "degree": 2, "missing": "linear",
                              "basepoint": np.zeros(2)}),
    "weights": (
        "branched_sig", {"path": PATHS, "degree": 2, "time_aug": True, "weights": (1, 1, 2)},
    ),
    "transforms": ("transform_path", {"path": PATHS, "time_aug": True, "lead_lag": True}),
    "transforms with a point": ("transform_path", {"path": PATHS, "basepoint": np.ones(2)}),
    "brackets": ("bracket_path", {"path": PATHS}),
    "pairs": ("branched_sig_kernel", {"path1": PATHS, "path2": OTHERS, **LAST}),
    "all pairs": (
        "branched_sig_kernel_gram",
        {"path1": PATHS, "path2": OTHERS[:2], "normalize": True, "time_aug": True, **LAST},
    ),
    "a list and an array": (
        "branched_sig_kernel_gram", {"path1": PATHS, "path2": np.ones((2, 3, 2)), **LAST},
    ),
    "times of pairs": (
        "branched_sig_kernel_gram",
        {"path1": PATHS, "path2": PATHS, "time_aug": True,
         "times1": [x.tolist() for x in TIMES], "times2": [x.tolist() for x in TIMES], **LAST},
    ),
    "a distance": ("branched_mmd", {"x": PATHS, "y": OTHERS[:2], **LAST}),
    "scores": ("branched_scoring_rule", {"x": PATHS, "y": OTHERS, **LAST}),
    "an expected score": ("expected_branched_scoring_rule", {"x": PATHS, "y": OTHERS, **LAST}),
}  # fmt: skip
"""The name of a function and its arguments."""


def as_lists(values, made):
    """Return arguments of which arrays are those of a framework, in lists, too."""
    found = {}
    for name, value in values.items():
        if isinstance(value, np.ndarray):
            found[name] = made(value)
        elif isinstance(value, list) and isinstance(value[0], np.ndarray):
            found[name] = [made(x) for x in value]
        else:
            found[name] = value
    return found


def arrays_of(name, values):
    """Return the arguments that have derivatives, by name: arrays, and lists of these."""
    arguments = treealg.operations[name].arguments
    there = [x.name for x in arguments if x.differentiable and x.name in values]
    return {x: values[x] for x in there if isinstance(values[x], (list, np.ndarray))}


def one_by_one(values):
    """Return arrays and those of lists, one after the other."""
    return [
        x
        for value in values
        for x in (value if isinstance(value, (list, tuple)) else [value])
        if x is not None
    ]


def again(values, pieces):
    """Return arguments with other arrays in the places of theirs, in the order of `one_by_one`."""
    pieces = iter(pieces)
    return {
        name: [next(pieces) for _ in value] if isinstance(value, list) else next(pieces)
        for name, value in values.items()
    }
