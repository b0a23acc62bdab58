"""Every public function of `treealg.tables` and `treealg.codegen` checks its arguments first."""

import inspect
import math
import signal
from contextlib import contextmanager, suppress

import numpy as np
import pytest

from treealg import codegen, tables
from treealg.errors import TreeAlgError
from treealg.symbolic import Tree

LAYOUT = tables.words(2, 2)
PHI = tables.arborification(2, 2)
SIZE = codegen.map_size("sig", 2, 2)

#: What is right for an argument of this name, wherever it stands.
RIGHT = {
    "backward": True,
    "bound": 100,
    "channels": 1,
    "columns": np.arange(6),
    "cse": False,
    "degree": 2,
    "dimension": 2,
    "disk_too": False,
    "dtype": "float64",
    "elements": [Tree.from_tuple((0,))],
    "language": "c",
    "layout": LAYOUT,
    "levels": 1,
    "lift": "ito",
    "longest": 1,
    "map": "sig",
    "method": 1,
    "n_cols": 6,
    "name": "sig",
    "nodes": 2,
    "order": 1,
    "path": "no folder/table",
    "planar": True,
    "program": codegen.build_program(codegen.map_size("log", 1, 2)),
    "rows": np.array([0, 1]),
    "size": SIZE,
    "table": PHI,
    "tree": Tree.from_tuple((0,)),
    "weights": (1, 2),
    "words": LAYOUT,
}
#: Where an argument of that name is another.
RIGHT_OF = {
    ("build_program", "size"): codegen.map_size("log", 1, 2),
    ("closure", "planar"): False,
    ("formula", "planar"): False,
    ("generate", "method"): 0,
    ("generate_source", "method"): 0,
    ("light_words", "weights"): np.array([1, 2]),
    ("map_size", "method"): 0,
    ("restricted_translation", "table"): tables.translation(2, 2, planar=True, order=2),
}
ODD = {
    "None": None,
    "text": "x",
    "half": 1.5,
    "flag": True,
    "negative": -1,
    "huge": 10**20,
    "nan": math.nan,
    "list": [],
    "dict": {},
    "object": object(),
    "float": np.float64(2),
    "array": np.array([1.5, 2.5]),
    "halves": (1.5, 2),
    "flags": (True, 2),
    "zeros": (0, 1),
    "negatives": [-1, 1],
    "huge ones": (10**20, 1),
    "pairs": [[1, 2], [1, 2]],
}
#: What may be right, by the first words of an annotation, beside what is refused.
ALLOWED = {
    "int": {"huge"},
    "int | None": {"huge", "None"},
    "bool": {"flag"},
    "bool | None": {"flag", "None"},
    "tuple[int, ...]": {"huge ones"},
    "IntArray": {"zeros", "list"},
    "IntArray | None": {"zeros", "list", "None"},
}


def functions():
    for face in (tables, codegen):
        for name in face.__all__:
            function = getattr(face, name)
            if inspect.isroutine(function) or hasattr(function, "cache_info"):
                yield name, function


def arguments():
    for name, function in functions():
        for argument, parameter in inspect.signature(function).parameters.items():
            yield name, function, argument, parameter.annotation


CASES = [
    pytest.param(name, function, argument, annotation, value, odd in ALLOWED.get(annotation, ODD))
    for name, function, argument, annotation in arguments()
    for odd, value in ODD.items()
]
#: The same in the numbers of NumPy, and lists where tuples or arrays are meant.
NUMPY = [
    pytest.param(name, function, argument, value, other, id=f"{name}-{argument}")
    for name, function, argument, annotation in arguments()
    if annotation.startswith(("int", "tuple[int", "IntArray"))
    for value in [RIGHT_OF.get((name, argument), RIGHT[argument])]
    for other in [np.int64(value) if annotation.startswith("int") else list(value)]
]


def right(name, function):
    parameters = inspect.signature(function).parameters
    given = {each: RIGHT_OF.get((name, each), RIGHT.get(each)) for each in parameters}
    positional = [given.pop(each) for each, parameter in parameters.items() if parameter.kind != 3]
    return positional, given


@contextmanager
def at_most(seconds):
    def refuse(*_):
        raise TimeoutError(f"more than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, refuse)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def call(name, function, argument, value):
    parameters = list(inspect.signature(function).parameters)
    positional, given = right(name, function)
    if argument in given:
        given[argument] = value
    else:
        positional[parameters.index(argument)] = value
    with at_most(2):
        return function(*positional, **given)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "function"),
    [case for case in functions() if "path" not in inspect.signature(case[1]).parameters],
)
def test_right_arguments_are_taken(name, function):
    positional, given = right(name, function)
    assert (function(*positional, **given) is None) == (name == "clear_cache")


@pytest.mark.parametrize(("name", "function", "argument", "annotation", "value", "may_pass"), CASES)
def test_odd_arguments_are_refused_at_once(name, function, argument, annotation, value, may_pass):
    """Whatever is given, there is a `TreeAlgError` or a result, and no result of what is wrong."""
    expected = pytest.raises(TreeAlgError, match=r"must|has|is not")
    with suppress(TreeAlgError) if may_pass else expected:
        call(name, function, argument, value)


@pytest.mark.parametrize(("name", "function", "argument", "value", "other"), NUMPY)
def test_integers_of_numpy_and_lists_of_them_are_taken(name, function, argument, value, other):
    assert type(call(name, function, argument, other)) is type(
        call(name, function, argument, value)
    )


def test_the_cases_are_whole():
    assert {argument for _, _, argument, _ in arguments()} <= set(RIGHT)
    assert len(CASES) > 1000
