"""No test is one that cannot fail, or that hangs on what ran before it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "tests").rglob("*.py"))
CHECKS = {"raises", "warns", "fail"}
# What says yes or no and so is nothing when it stands alone.
ANSWERS = {"all", "allclose", "any", "array_equal", "array_equiv", "callable", "hasattr", "isclose"}


def name_of(call):
    """Return the last name of what is called."""
    return getattr(call.func, "attr", None) or getattr(call.func, "id", "")


def functions(tree):
    """Return the functions of a module that are not inside another function, methods included."""
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return found + [f for c in classes for f in functions(c)]


def cases_of(tree):
    return [f for f in functions(tree) if f.name.startswith("test_")]


def asserts(function, helpers):
    """Tell whether a function has a check of its own, or calls one of the helpers, or a check."""
    return any(
        isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and is_check(node, helpers))
        for node in ast.walk(function)
    )


def is_check(call, helpers):
    name = name_of(call)
    return (
        name.startswith("assert_")
        or name in helpers | CHECKS
        # A process that fails, which raises.
        or any(k.arg == "check" and ast.unparse(k.value) == "True" for k in call.keywords)
    )


def without_assertion(tree):
    """Yield tests in which nothing is asserted, neither there nor in a helper of the module."""
    helpers, before = set(), None
    while helpers != before:
        before = helpers
        helpers = {f.name for f in functions(tree) if asserts(f, before)}
    yield from (test for test in cases_of(tree) if test.name not in helpers)


def with_return(tree):
    """Yield what ends a test early; a test that cannot run is skipped."""
    for test in cases_of(tree):
        inner = [
            node
            for function in ast.walk(test)
            if isinstance(function, ast.FunctionDef | ast.Lambda) and function is not test
            for node in ast.walk(function)
        ]
        yield from (
            node for node in ast.walk(test) if isinstance(node, ast.Return) and node not in inner
        )


def dropped(tree):
    """Yield comparisons and answers that nobody looks at, but for those that are to raise."""
    refused = {
        statement
        for node in ast.walk(tree)
        if isinstance(node, ast.With)
        and any(ast.unparse(item).startswith("pytest.raises(") for item in node.items)
        for statement in node.body
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and node not in refused and is_answer(node.value):
            yield node


def is_answer(value):
    if isinstance(value, ast.Call):
        return name_of(value) in ANSWERS or name_of(value).startswith(("is_", "has_", "isin"))
    is_negation = isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
    return is_negation or isinstance(value, ast.Compare | ast.BoolOp)


def always_true(tree):
    """Yield assertions of what is true by its form: constants, displays, generators, x == x."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            test = node.test
            filled = isinstance(test, ast.Tuple | ast.List | ast.Dict | ast.Set | ast.JoinedStr)
            if filled or isinstance(test, ast.Constant | ast.GeneratorExp | ast.Lambda):
                yield node
            elif isinstance(test, ast.Compare):
                sides = [ast.dump(side) for side in (test.left, *test.comparators)]
                if len(set(sides)) == 1:
                    yield node


def shared_generators(tree):
    """Yield generators that live longer than a test, and random numbers without a seed."""
    makers = {"default_rng", "Random", "RandomState", "Generator"}
    for node in tree.body:
        value = getattr(node, "value", None)
        if isinstance(value, ast.Call) and name_of(value) in makers:
            yield node
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            owner = ast.unparse(node.func).rpartition(".")[0]
            unseeded = name_of(node) in makers and not (node.args or node.keywords)
            if unseeded or (owner in {"random", "np.random"} and name_of(node) not in makers):
                yield node


RULES = {
    rule.__name__: rule
    for rule in (without_assertion, with_return, dropped, always_true, shared_generators)
}

PLANTED = {
    "without_assertion": [
        "def test_it():\n    print(1)",
        "def helper(x):\n    return x == 1\ndef test_it():\n    helper(1)",
        "class TestIt:\n    def test_it(self):\n        pass",
    ],
    "with_return": [
        "def test_it(x):\n    if x:\n        return\n    assert x",
        "def test_it():\n    return 1 == 2",
    ],
    "dropped": [
        "def test_it(x):\n    x == 1",
        "def test_it(x):\n    np.allclose(x, 1)",
        "def test_it(x):\n    for y in x:\n        y.is_lyndon()",
        "def test_it(x):\n    all(y > 1 for y in x)",
    ],
    "always_true": [
        "def test_it(x):\n    assert (x == 1, 'message')",
        "def test_it(x):\n    assert (y == 1 for y in x)",
        "def test_it(x):\n    assert f(x) == f(x)",
        "def test_it(x):\n    assert 1",
    ],
    "shared_generators": [
        "RNG = np.random.default_rng(1)",
        "def test_it():\n    assert np.random.default_rng().normal() < 9",
        "def test_it():\n    assert random.random() < 1",
    ],
}
SOUND = """
def helper(x):
    assert x
def outer(x):
    helper(x)
def test_of_helper():
    outer(1)
def test_with_inner_function():
    def double(x):
        return 2 * x
    assert double(1) == 2
def test_refusal():
    with pytest.raises(ValueError):
        is_tree(3)
def test_one_object_is_returned_each_time():
    assert make() is make() is first
def test_own_generator():
    rng = np.random.default_rng(1)
    np.testing.assert_allclose(rng.normal(), 0.3)
"""


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.stem}.{path.stem}")
@pytest.mark.parametrize("rule", RULES)
def test_every_test_can_fail_on_its_own(rule, path):
    tree = ast.parse(path.read_text("utf-8"))
    found = [f"line {node.lineno}: {ast.unparse(node)[:70]}" for node in RULES[rule](tree)]
    assert found == []


@pytest.mark.parametrize(("rule", "text"), [(r, t) for r in PLANTED for t in PLANTED[r]])
def test_each_rule_finds_what_it_forbids(rule, text):
    found = {name: list(rule(ast.parse(text))) for name, rule in RULES.items()}
    assert found[rule]


@pytest.mark.parametrize("rule", RULES)
def test_no_rule_complains_about_sound_tests(rule):
    assert list(RULES[rule](ast.parse(SOUND))) == []
