"""Lengths and names with the options of a function are those of the columns of its results."""

import inspect
from itertools import product

import numpy as np
import pytest

import treealg
from treealg.numeric.columns import COLUMNS

from .cases import CASES, OPERATIONS, Case, D, each_case

# Where there is no option `scalar_term`, results have a scalar if arguments have one.
NAMED = [
    case
    for case in CASES
    if not case.row.name.endswith(("_backprop", "_backprop_jvp"))
    and ("scalar" not in case.asked or "scalar_term" in case.row.signature.parameters)
]
OF_PATHS = ("branched_sig", "branched_log_sig", "sig", "log_sig")
FORMS = {
    "time_aug": (None, True),
    "lead_lag": (None, True),
    "planar": (None, True),
    "scalar_term": (None, True),
    "method": (None, 0, 1, 2),
    "weights": (None, (2, 1, 1, 2, 3)),
}


def columns_of(case, arguments):
    """Yield the kinds of columns of the results of a case, and how many there are."""
    found = case.row.result(**arguments)
    for item in found if isinstance(found, tuple) else (found,):
        if item is not None and item.axes[-1:] and item.axes[-1] in COLUMNS:
            yield COLUMNS[item.axes[-1]], item.shape[-1]


@each_case([case for case in NAMED if [*columns_of(case, case.arguments())]])
def test_as_many_columns_are_counted_and_named_as_results_have(case):
    arguments = case.arguments()
    for columns, count in columns_of(case, arguments):
        options = columns.options({x: y for x, y in arguments.items() if y is not None})
        sizes = arguments.get("dimension", D), arguments["degree"]
        assert columns.length(*sizes, **options) == count
        assert len(set(columns.names(*sizes, **options))) == count


def of_path(name):
    (argument,) = (x for x in OPERATIONS[name].arguments if x.name == "path")
    assert argument.axes == ("length", "channels")
    ((columns, _),) = columns_of(Case(name, "plain"), {"path": np.zeros((3, D)), "degree": 3})
    return columns


def combinations(name):
    taken = inspect.signature(getattr(treealg, name)).parameters.keys() & FORMS
    for values in product(*(FORMS[option] for option in sorted(taken))):
        options = {x: y for x, y in zip(sorted(taken), values, strict=True) if y is not None}
        channels = D * (1 + options.get("lead_lag", False)) + options.get("time_aug", False)
        if "weights" in options:
            options["weights"] = options["weights"][:channels]
        yield pytest.param(name, options, id=f"{name}-{options}")


def outcome(call):
    """Return a number, or why there is none."""
    try:
        return call()
    except treealg.InvalidValueError as refusal:
        return str(refusal)


@pytest.mark.parametrize(
    ("name", "options"), [case for name in OF_PATHS for case in combinations(name)]
)
def test_every_combination_of_options_is_that_of_the_function(name, options):
    path, columns = np.zeros((3, D)), of_path(name)
    count = outcome(lambda: getattr(treealg, name)(path, 3, **options).shape[-1])
    assert outcome(lambda: columns.length(D, 3, **options)) == count
    assert outcome(lambda: len(columns.names(D, 3, **options))) == count


@pytest.mark.parametrize("name", OF_PATHS)
def test_options_and_defaults_are_those_of_the_function(name):
    of_function = OPERATIONS[name].signature.parameters
    for function in of_path(name):
        for option, parameter in inspect.signature(function).parameters.items():
            if option not in ("dimension", "channels"):
                assert parameter.default == of_function[option].default
    length, names = map(inspect.signature, of_path(name))
    assert names.parameters.keys() - length.parameters.keys() == {"channels"}
    assert of_function.keys() & FORMS == length.parameters.keys() - {"dimension", "degree"}


@pytest.mark.parametrize("planar", [False, True])
def test_words_of_trees_are_listed_in_step_with_results(planar):
    signature = treealg.branched_sig(np.zeros((3, D)), 3, planar=planar)
    found = treealg.branched_sig_to_geometric(signature, D, 3, planar=planar)
    assert treealg.geometric_sig_length(D, 3, planar=planar) == found.shape[-1]
    assert len(treealg.geometric_sig_words(D, 3, planar=planar)) == found.shape[-1]
