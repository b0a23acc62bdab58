"""Statements without loops: sums of products, and the derivatives that are added to them."""

import random
import re
from fractions import Fraction

import pytest

from treealg.codegen.lines import CHAIN, Lines, sum_text


class Dual:
    """A number with a tangent."""

    def __init__(self, value, tangent=0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        return Dual(self.value + other.value, self.tangent + other.tangent)

    def __sub__(self, other):
        return self + other * -1

    def __neg__(self):
        return self * -1

    def __mul__(self, other):
        if not isinstance(other, Dual):
            return Dual(self.value * other, self.tangent * other)
        return Dual(
            self.value * other.value, self.value * other.tangent + self.tangent * other.value
        )

    __rmul__ = __mul__


def exact(text):
    """Return a sum as it is printed, with fractions for its coefficients."""
    return re.sub(r"\(REAL\)([0-9.]+)", r"F(\1)", text)


def values_of(lines, wanted, given):
    """Return names with their values, from statements as they are printed."""
    names = dict(given)
    for line in lines.text(wanted):
        name, text = line.removeprefix("const vec ").rstrip(";").split(" = ")
        names[name] = eval(exact(text), {"F": Fraction}, names)
    return names


def drawn(seed):
    """Return some statements, of a few names, with squares and products that come again."""
    generator, lines = random.Random(seed), Lines()
    names = ["a", "b", "c"]
    for _ in range(12):
        names.append(
            lines.sum(
                (generator.choice([-1.0, 0.5, 1.0, 3.0]), *generator.choices(names, k=2))
                if generator.random() < 0.8
                else (2.0, generator.choice(names), "")
                for _ in range(generator.randint(1, 4))
            )
        )
    return lines, names


def test_equal_sums_are_one_statement():
    lines = Lines()
    first, again = (lines.sum([(2.0, "a", "b"), (0.0, "a", "a")]) for _ in range(2))
    assert (first, list(lines.text([again]))) == (again, ["const vec v0 = (REAL)2.0 * a * b;"])


@pytest.mark.parametrize(
    ("terms", "name"), [([], ""), ([(0.0, "a", "b"), (1.0, "", "b")], ""), ([(1.0, "a", "")], "a")]
)
def test_what_is_no_sum_is_no_statement(terms, name):
    lines = Lines()
    assert lines.sum(terms) == name
    assert list(lines.text([name])) == []


def test_only_what_is_needed_is_printed():
    lines = Lines()
    lines.sum([(1.0, "a", "a")])
    wanted = lines.sum([(1.0, "b", "b")])
    assert list(lines.text([wanted])) == ["const vec v1 = b * b;"]


def test_what_is_written_before_is_left_out_and_has_its_other_name():
    lines = Lines()
    square = lines.sum([(1.0, "a", "a")])
    fourth = lines.sum([(1.0, square, square)])
    assert list(lines.text([fourth], {square: "l[0]"})) == ["const vec v1 = l[0] * l[0];"]


@pytest.mark.parametrize("count", [1, CHAIN, CHAIN + 1, 3 * CHAIN])
def test_long_sums_are_sums_of_short_ones(count):
    terms = [(-1.0 if k % 3 else 2.0, f"a{k}", "b") for k in range(count)]
    text = sum_text(terms)
    names = {f"a{k}": Fraction(k * k + 1, 7) for k in range(count)} | {"b": Fraction(5)}
    found = eval(exact(text), {"F": Fraction}, names)
    assert found == sum(Fraction(c) * names[a] * 5 for c, a, _ in terms)
    assert max(part.count("a") for part in text.split(")")) <= CHAIN


@pytest.mark.parametrize("seed", range(20))
def test_the_adjoint_is_the_transposed_derivative(seed):
    lines, names = drawn(seed)
    outputs = names[-4:]
    generator = random.Random(seed)
    point = {name: Fraction(generator.randint(-5, 5), 2) for name in "abc"}
    tangent = {name: Fraction(generator.randint(-5, 5), 3) for name in "abc"}
    cotangent = {name: Fraction(generator.randint(-5, 5)) for name in dict.fromkeys(outputs)}
    moved = {name: Dual(point[name], tangent[name]) for name in "abc"}
    forward = values_of(lines, outputs, moved)
    want = sum(forward[name].tangent * d for name, d in cotangent.items())

    back = lines.adjoint({name: [(1.0, f"d_{name}", "")] for name in cotangent})
    given = point | {f"d_{name}": d for name, d in cotangent.items()}
    wanted = [back[name] for name in "abc" if back.get(name)]
    found = values_of(lines, wanted, given)
    got = sum(found[back[name]] * tangent[name] for name in "abc" if back.get(name))
    assert got == want
