"""Every public name is documented: sections, parameters, and the errors that it raises."""

import doctest
import importlib
import inspect
import re
from functools import cache

import pytest

import treealg
import treealg.aeon
import treealg.cli
import treealg.codegen
import treealg.demo
import treealg.files
import treealg.frames
import treealg.pictures
import treealg.sklearn
import treealg.sktime
import treealg.symbolic
import treealg.symbolic.bseries
import treealg.symbolic.display
import treealg.tables
import treealg.verification
from treealg.frameworks.documentation import on_digits

from .raised import Source

FACES = (
    treealg,
    treealg.symbolic,
    treealg.symbolic.bseries,
    treealg.symbolic.display,
    treealg.tables,
    treealg.codegen,
    treealg.files,
    treealg.frames,
    treealg.pictures,
    treealg.aeon,
    treealg.sklearn,
    treealg.sktime,
    treealg.verification,
    treealg.demo,
    treealg.cli,
)

# The sections of numpydoc that are used here, in its order.
SECTIONS = (
    "",
    "Parameters",
    "Attributes",
    "Returns",
    "Yields",
    "Raises",
    "Warns",
    "See Also",
    "Notes",
    "References",
    "Examples",
)


def sections(text):
    """Split a numpydoc docstring into its sections, the summary under the empty name."""
    found, name = {"": []}, ""
    lines = inspect.cleandoc(text).split("\n")
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if re.fullmatch(r"-{3,}", below) and len(below) == len(line):
            name = line
            found[name] = []
        elif not (found[name] == [] and re.fullmatch(r"-{3,}", line)):
            found[name].append(line)
    return found


def documented_parameters(lines):
    """Return the names that stand at the left margin of a section."""
    names = []
    for line in lines:
        if line and not line[0].isspace():
            head = line.split(":")[0]
            names += [name.strip().lstrip("*") for name in head.split(",")]
    return names


def public_names():
    # A constant carries no docstring of its own; it is documented where it is defined.
    return [
        pytest.param(getattr(face, name), id=f"{face.__name__}.{name}")
        for face in FACES
        for name in face.__all__
        if not isinstance(getattr(face, name), (str, int, float, tuple))
    ]


def public_functions():
    cases = {}
    for face in FACES:
        for name in face.__all__:
            value = getattr(face, name)
            if inspect.isfunction(value):
                cases.setdefault(value, f"{face.__name__}.{name}")
            elif inspect.isclass(value) and value.__module__.startswith("treealg"):
                for member, function in vars(value).items():
                    raw = getattr(function, "__func__", function)
                    if inspect.isfunction(raw) and not member.startswith("_"):
                        cases.setdefault(raw, f"{face.__name__}.{name}.{member}")
    return [pytest.param(function, id=name) for function, name in cases.items()]


def test_the_reader_of_docstrings_sees_sections_and_parameters():
    found = sections(
        """Sum.

        Parameters
        ----------
        x, y : int
            Numbers.
        *rest : int
            More.

        Raises
        ------
        ValueError
            Never.
        """
    )
    assert found[""] == ["Sum.", ""]
    assert documented_parameters(found["Parameters"]) == ["x", "y", "rest"]
    assert list(found) == ["", "Parameters", "Raises"]


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__)
def test_public_face_lists_existing_names_once(face):
    assert len(face.__all__) == len(set(face.__all__))
    assert [name for name in face.__all__ if not hasattr(face, name)] == []


@pytest.mark.parametrize("value", public_names())
def test_public_name_is_documented(value):
    documented = inspect.getdoc(value)
    assert documented
    assert len(documented.split("\n")[0]) > 10


@pytest.mark.parametrize("value", [*public_names(), *public_functions()])
def test_sections_are_those_of_numpydoc_in_its_order(value):
    found = [*sections(inspect.getdoc(value))]
    assert found == [name for name in SECTIONS if name in found]


@pytest.mark.parametrize("function", public_functions())
def test_public_function_documents_parameters_and_result(function):
    found = sections(function.__doc__ or "")
    signature = inspect.signature(function)
    names = [name for name in signature.parameters if name not in ("self", "cls")]
    assert sorted(documented_parameters(found.get("Parameters", []))) == sorted(names)
    if signature.return_annotation not in (None, "None"):
        assert "Returns" in found or "Yields" in found
    # A section without an entry says nothing.
    assert documented_parameters(found.get("Raises", ["None"])) != []


# How deep calls are followed for what has to be documented. Deeper down arguments are mostly made
# by the library itself, and what is wrong with those cannot happen.
DEPTH = 2

# What calls less deep would raise, were it not that their arguments are right.
NEVER = {
    "numeric.streams.interval.BranchedSigStream.pop_front": {"InvalidTypeError"},
    "numeric.word_indices.is_lyndon": {"InvalidValueError"},
    "symbolic.bseries.elementary.evaluate_series": {"AbsentKeyError"},
    "symbolic.bseries.elementary.expand_series": {"AbsentKeyError"},
    "symbolic.bseries.geometry.symplectic_order": {"AbsentKeyError"},
    "symbolic.bseries.runge_kutta.RungeKutta.adjoint": {"InvalidTypeError"},
    "symbolic.display.table.TreeTable.to_latex": {"InvalidValueError"},
}

# What is raised where the reader of the source does not see it.
UNSEEN = {
    # Arrays on a GPU: treealg.cuda is reached by name.
    "numeric.paths.gradients.branched_log_sig_backprop": {"MissingDependencyError"},
    "numeric.paths.gradients.branched_sig_backprop": {"MissingDependencyError"},
    "numeric.paths.signature.branched_log_sig": {"MissingDependencyError"},
    "numeric.paths.signature.branched_sig": {"MissingDependencyError"},
    "numeric.vectors.group.branched_sig_combine": {"MissingDependencyError"},
    "numeric.vectors.group.branched_sig_combine_backprop": {"MissingDependencyError"},
    "numeric.vectors.logarithm.branched_sig_to_log_sig": {"MissingDependencyError"},
    "numeric.vectors.logarithm.branched_sig_to_log_sig_backprop": {"MissingDependencyError"},
    # Labels: children are sorted.
    "symbolic.trees.forests.OrderedForest.forget_order": {"InvalidValueError"},
    "symbolic.trees.trees.PlanarTree.forget_order": {"InvalidValueError"},
    # Python and the system.
    "cli.main.main": {"SystemExit"},
    "tables.cache.clear_cache": {"OSError"},
    "verification.run.verify": {"OSError"},
}


@cache
def source():
    return Source.of_package()


def qualified(function):
    return f"{function.__module__}.{function.__qualname__}"


def documented_errors(function):
    return set(documented_parameters(sections(function.__doc__ or "").get("Raises", [])))


def written_functions():
    """Return the functions that stand in the source, and are not made from others."""
    made = {row.jvp.function for row in treealg.operations.values() if row.jvp}
    return [case for case in public_functions() if case.values[0] not in made]


@pytest.mark.parametrize("function", written_functions())
def test_what_a_public_function_raises_is_documented(function):
    name = qualified(function)
    undocumented = source().raised(name, DEPTH) - documented_errors(function)
    assert undocumented == NEVER.get(name.removeprefix("treealg."), set())


@pytest.mark.parametrize(
    "row", [x for x in treealg.operations.values() if x.jvp], ids=lambda x: x.name
)
def test_a_derivative_raises_what_its_function_raises_but_for_gpus(row):
    errors = documented_errors(row.function) - {"MissingDependencyError"}
    assert documented_errors(row.jvp.function) == errors
    text = inspect.getdoc(row.jvp.function)
    assert "in a direction" in text.split("\n")[0]
    found = sections(text)
    assert {"References", "Examples"} <= found.keys()
    parser = doctest.DocTestParser()
    case = parser.get_doctest("\n".join(found["Examples"]), {}, row.jvp.name, None, None)
    assert case.examples
    assert doctest.DocTestRunner(verbose=False).run(case).failed == 0


@pytest.mark.parametrize("function", written_functions())
def test_what_a_public_function_documents_can_be_raised(function):
    name = qualified(function)
    unseen = documented_errors(function) - source().reachable()[name]
    assert unseen == UNSEEN.get(name.removeprefix("treealg."), set())


def test_exceptions_from_the_rule_are_of_public_functions():
    names = {qualified(case.values[0]).removeprefix("treealg.") for case in public_functions()}
    assert {*NEVER, *UNSEEN} <= names


READ = {
    "treealg.errors": "class InvalidValueError(ValueError): ...",
    "treealg.face": "",
    "treealg.room": """
from treealg.errors import InvalidValueError, InvalidTypeError
def check(x): raise InvalidValueError("no")
def made() -> InvalidTypeError: ...
class Base:
    other: "Other"
    def run(self): ...
    def here(self): self.run()
class Sub(Base):
    def run(self): check(1)
class Other:
    def __init__(self): raise OSError
    @property
    def size(self): raise MemoryError
    def __add__(self, x): raise KeyError
    @classmethod
    def build(cls) -> Self: return cls()
value = Other()
""",
    "treealg.user": """
import treealg.room as r
from treealg.face import check as checked
from treealg.room import Base, Other, made, value
def direct(): raise OSError
def by_name(): checked(1)
def by_module(): r.check(1)
def handed_over(): map(r.check, [1])
def by_maker(): raise made()
def overridden(x: Base): x.run()
def inherited(x: Base): x.here()
def attribute(x: Base): return x.other.size
def operator(x: Base): return x.other + 1
def constructor(): return Other()
def returned(): return Other.build().size
def of_a_value(): return value.size
def inside():
    from treealg.room import check
    def inner(): check(1)
    return inner
def caught():
    try: r.check(1)
    except ValueError: pass
def passed_on():
    try: r.check(1)
    except ValueError: raise
def suppressed():
    with suppress(ValueError): r.check(1)
def other_error():
    try: r.check(1)
    except ValueError as error: raise OSError from error
""",
}


@pytest.mark.parametrize(
    ("name", "raised"),
    [
        ("direct", {"OSError"}),
        ("by_name", {"InvalidValueError"}),
        ("by_module", {"InvalidValueError"}),
        ("handed_over", {"InvalidValueError"}),
        ("by_maker", {"InvalidTypeError"}),
        ("overridden", {"InvalidValueError"}),
        ("inherited", {"InvalidValueError"}),
        ("attribute", {"MemoryError"}),
        ("operator", {"KeyError"}),
        ("constructor", {"OSError"}),
        ("returned", {"OSError", "MemoryError"}),
        ("of_a_value", {"MemoryError"}),
        ("inside", {"InvalidValueError"}),
        ("caught", set()),
        ("passed_on", {"InvalidValueError"}),
        ("suppressed", set()),
        ("other_error", {"OSError"}),
    ],
)
def test_the_reader_of_raises_follows_calls(name, raised):
    read = Source(READ, {"treealg.face": {"check": "treealg.room"}})
    assert read.reachable()[f"treealg.user.{name}"] == raised


LOGARITHMS = (
    "branched_log_sig",
    "branched_log_sig_coef",
    "branched_sig_to_log_sig",
    "log_sig",
    "log_sig_coef",
    "sig_to_log_sig",
)


def doors_of_logarithms():
    names = {name for name in treealg.operations if re.fullmatch(r"(.*_)?log_sig(_coef)?", name)}
    # A straight line and a law of increments have no terms that cancel.
    no_paths = {"linear_log_sig", "linear_branched_log_sig", "expected_branched_log_sig"}
    assert names - no_paths == set(LOGARITHMS)
    for package in ("treealg", "treealg.torch", "treealg.jax", "treealg.dask", "treealg.xarray"):
        yield from ((package, name) for name in LOGARITHMS)
    for package in ("treealg.sklearn", "treealg.sktime", "treealg.aeon"):
        yield package, "LogSignatureTransformer"
        yield package, "BranchedLogSignatureTransformer"
    yield "treealg.torch", "LogSignature"
    yield "treealg.torch", "BranchedLogSignature"


@pytest.mark.parametrize(("package", "name"), [*doors_of_logarithms()])
def test_every_door_says_the_same_of_the_digits_that_logarithms_lose(package, name):
    pytest.importorskip(package.rpartition(".")[2])
    said = on_digits(inspect.getdoc(treealg.log_sig))
    found = on_digits(inspect.getdoc(getattr(importlib.import_module(package), name)))
    assert [text.split() for text in found] == [said[0].split()]


def test_the_reader_of_raises_stops_where_it_is_told_to():
    read = Source(READ, {"treealg.face": {"check": "treealg.room"}})
    assert read.raised("treealg.user.inherited", 1) == set()
    assert read.raised("treealg.user.inherited", 2) == set()
    assert read.raised("treealg.user.inherited", 3) == {"InvalidValueError"}
    assert read.raised("treealg.user.constructor", 3) == set()
