"""Options are keyword-only, in every public package: flags always, and what may be left out."""

import importlib
import inspect
from dataclasses import is_dataclass

import pytest

from treealg import tables
from treealg._lazy import public_names
from treealg.symbolic import count_trees, enumerate_trees, quasi_shuffle

from .test_faces import FACES

#: What a call is of, although it may be left out: no option, in the place where it is read aloud.
NO_OPTIONS = {
    "bracket": "of a quasi-shuffle algebra",
    "children": "of a tree",
    "colours": "how many labels, as `dimension` says elsewhere",
    "covariance": "of a law, behind its drift",
    "degree": "up to which, the first parameter of a transformer",
    "depth": "as the degree, of kernels",
    "dimension": "how many labels",
    "dyadic_order": "behind the depth",
    "kind": "of the methods listed, the one thing that may be asked",
    "label": "of a tree or a root",
    "limit": "up to which order, as `degree`",
    "name": "of a method, behind its tableau",
    "names": "of the coefficients drawn, behind these",
    "terms": "of a sum",
    "titles": "of what is drawn, behind it",
    "trees": "of a forest",
    "z": "where a function is taken",
}


def is_record(function):
    """Tell whether a class is a list of its fields, which has no options."""
    return is_dataclass(function) or (
        inspect.isclass(function) and issubclass(function, tuple) and hasattr(function, "_fields")
    )


def methods(cls):
    for name in vars(cls):
        value = inspect.getattr_static(cls, name)
        value = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
        if not name.startswith("_") and inspect.isfunction(value):
            yield f"{cls.__name__}.{name}", value


def callables():
    """Return every public function, class that is called, and method, by its place."""
    found = {}
    for face in FACES:
        module = importlib.import_module(face)
        for name in public_names(face):
            value = getattr(module, name)
            if inspect.ismodule(value) or not callable(value):
                continue
            if inspect.isclass(value):
                found |= {f"{face}.{place}": method for place, method in methods(value)}
            is_error = inspect.isclass(value) and issubclass(value, Exception)
            if not (is_error or is_record(value)):
                found[f"{face}.{name}"] = value
    return found


CALLABLES = callables()


def positional(function):
    """Return the parameters that may be given by their place."""
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            yield parameter


def options_by_place(function):
    """Return the options that may be given by their place: none, where all is well."""
    return [
        parameter.name
        for parameter in positional(function)
        if isinstance(parameter.default, bool)
        or str(parameter.annotation).startswith("bool")
        or (parameter.default is not parameter.empty and parameter.name not in NO_OPTIONS)
    ]


@pytest.mark.parametrize("place", CALLABLES)
def test_options_are_keyword_only(place):
    assert options_by_place(CALLABLES[place]) == []


def test_what_is_no_option_is_somewhere_a_parameter_by_its_place():
    found = {
        parameter.name
        for function in CALLABLES.values()
        for parameter in positional(function)
        if parameter.default is not parameter.empty
    }
    assert found == set(NO_OPTIONS)


def test_an_option_by_its_place_is_found():
    def flagged(dimension: int, planar: "bool") -> None: ...

    def tuned(dimension=1, rule="trapezoid", *, planar=False) -> None: ...

    assert options_by_place(flagged) == ["planar"]
    assert options_by_place(tuned) == ["rule"]


@pytest.mark.parametrize(
    "call",
    [
        lambda: tables.convolution(2, 3, True),
        lambda: tables.basis_length(2, 3, True),
        lambda: tables.lyndon(2, 2, 1, True),
        lambda: tables.weighted_length((1, 2), 3, True),
        lambda: tables.words(2, 3, 2),
        lambda: enumerate_trees(2, 1, True),
        lambda: count_trees(3, 2, True),
        lambda: quasi_shuffle(None, len),
    ],
)
def test_python_refuses_options_by_their_place(call):
    with pytest.raises(TypeError, match="positional argument"):
        call()
