"""Every public name is documented: sections, parameters, and the errors that it raises."""

import ast
import inspect
import re
import textwrap

import pytest

import treealg
import treealg.cli
import treealg.codegen
import treealg.demo
import treealg.symbolic
import treealg.symbolic.bseries
import treealg.symbolic.display
import treealg.tables
import treealg.verification

FACES = (
    treealg,
    treealg.symbolic,
    treealg.symbolic.bseries,
    treealg.symbolic.display,
    treealg.tables,
    treealg.codegen,
    treealg.verification,
    treealg.demo,
    treealg.cli,
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


def raised_classes(function):
    """Return the names of the exceptions that the statements of a function raise."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    raised = (node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise))
    calls = (value.func if isinstance(value, ast.Call) else value for value in raised)
    names = (call.id for call in calls if isinstance(call, ast.Name))
    return {name for name in names if name.endswith(("Error", "Exception"))}


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


@pytest.mark.parametrize("function", public_functions())
def test_public_function_documents_parameters_result_and_errors(function):
    found = sections(function.__doc__ or "")
    signature = inspect.signature(function)
    names = [name for name in signature.parameters if name not in ("self", "cls")]
    assert sorted(documented_parameters(found.get("Parameters", []))) == sorted(names)
    if signature.return_annotation not in (None, "None"):
        assert "Returns" in found or "Yields" in found
    # A section without an entry says nothing.
    assert documented_parameters(found.get("Raises", ["None"])) != []
    assert raised_classes(function) <= set(documented_parameters(found.get("Raises", [])))
