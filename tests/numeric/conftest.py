"""Oracles of the array face: published exact values, and the exact logarithm by its definition.

Every test believes that there are four processors, as threads beyond those that there are would be
cut off, and a call on two of them compared with itself.
"""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from treealg import checks
from treealg.symbolic import Forest, bck, enumerate_forests, enumerate_trees, mkw

DATA = Path(__file__).parent.parent / "data" / "exact_signatures.json"


@pytest.fixture(autouse=True)
def four_processors(monkeypatch):
    monkeypatch.setattr(checks, "available_processors", lambda: 4)


class Machine:
    """A file system with control groups, and a process in it."""

    def __init__(self, folder):
        self.folder = folder
        self.process = folder / "proc"
        self.process.mkdir()
        (self.process / "mountinfo").write_text("24 1 8:1 / / rw - ext4 /dev/sda rw\nnonsense\n")

    def mount(self, kind, root="/", name="cgroup", options="rw"):
        place = self.folder / name
        place.mkdir()
        shown = str(place).replace(" ", r"\040")
        with open(self.process / "mountinfo", "a") as file:
            file.write(f"30 24 0:26 {root} {shown} rw shared:4 - {kind} cgroup {options}\n")
        return place

    def belongs(self, *lines):
        (self.process / "cgroup").write_text("".join(f"{line}\n" for line in lines))


@pytest.fixture
def machine(tmp_path):
    """Return a machine without control groups."""
    return Machine(tmp_path)


class Case:
    """One rational path with its exact signature and log-signature, as floats and as fractions."""

    def __init__(self, entry):
        self.planar = entry["planar"]
        self.dimension = entry["dimension"]
        self.degree = entry["degree"]
        self.path = self.floats([x for point in entry["path"] for x in point])
        self.path = self.path.reshape(-1, self.dimension)
        self.sig = self.floats(entry["branched_sig"])
        self.log = self.floats(entry["branched_log_sig"])

    @staticmethod
    def floats(texts):
        return np.array([float(Fraction(text)) for text in texts])

    def __repr__(self):
        kind = "planar" if self.planar else "nonplanar"
        return f"{kind}-d{self.dimension}-N{self.degree}"


CASES = [Case(entry) for entry in json.loads(DATA.read_text())["cases"]]


@pytest.fixture(params=CASES, ids=repr)
def case(request):
    return request.param


class Dual:
    """A fraction and its derivative in one direction."""

    def __init__(self, value, slope=0):
        self.value, self.slope = Fraction(value), Fraction(slope)

    def __add__(self, other):
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other):
        if not isinstance(other, Dual):
            return Dual(self.value * other, self.slope * other)
        slope = self.value * other.slope + self.slope * other.value
        return Dual(self.value * other.value, slope)

    __rmul__ = __mul__


def _proper_coproducts(dimension, degree, planar):
    """Return the basis, and for each element its proper (coefficient, pruned, trunk) terms."""
    basis = [
        x if planar else Forest([x])
        for order in range(1, degree + 1)
        for x in (enumerate_forests if planar else enumerate_trees)(order, dimension, planar=planar)
    ]
    terms = {}
    for x in basis:
        delta = mkw.coproduct(x) if planar else bck.coproduct(x.trees[0])
        terms[x] = [(c, p, t) for (p, t), c in delta.items() if p.order and t.order]
    return basis, terms


class ExactLogarithm:
    """log_* X as the alternating sum of convolution powers of X minus the counit."""

    def __init__(self, dimension, degree, planar):
        self.degree, self.planar = degree, planar
        self.basis, self.terms = _proper_coproducts(dimension, degree, planar)

    def __call__(self, values):
        """Map a list over the basis, of fractions or duals, to the list of logarithms."""
        x = dict(zip(self.basis, values, strict=True))
        power, total = x, dict(x)
        for n in range(2, self.degree + 1):
            power = {
                element: self._sum(
                    c * (self._pruned(x, pruned) * power[trunk]) for c, pruned, trunk in terms
                )
                for element, terms in self.terms.items()
            }
            for element, value in power.items():
                total[element] = total[element] + Fraction((-1) ** (n - 1), n) * value
        return [total[element] for element in self.basis]

    def _pruned(self, x, forest):
        if self.planar:
            return x[forest]
        product = Dual(1)
        for tree in forest.trees:
            product = product * x[Forest([tree])]
        return product

    @staticmethod
    def _sum(duals):
        total = Dual(0)
        for dual in duals:
            total = total + dual
        return total

    def values(self, numbers):
        """Return the logarithm of a vector of floats, correctly rounded."""
        return np.array([float(d.value) for d in self([Dual(v) for v in numbers])])

    def pullback(self, numbers, weights, directions):
        """Return some coordinates of the gradient of the weighted sum of the logarithm."""
        weights = [Fraction(w) for w in weights]
        gradient = []
        for direction in directions:
            duals = [Dual(v, int(i == direction)) for i, v in enumerate(numbers)]
            slopes = [d.slope for d in self(duals)]
            gradient.append(float(sum(w * s for w, s in zip(weights, slopes, strict=True))))
        return np.array(gradient)

    def is_lyndon(self, forest):
        """Tell whether an ordered forest, as a word over trees, is before its proper suffixes."""
        word = forest.trees
        return all(word < word[cut:] for cut in range(1, len(word)))


_LOGARITHMS = {}


@pytest.fixture
def exact_logarithm():
    """Return a maker of exact logarithms, which are kept, as their coproducts are dear."""

    def make(dimension, degree, planar):
        key = dimension, degree, planar
        if key not in _LOGARITHMS:
            _LOGARITHMS[key] = ExactLogarithm(*key)
        return _LOGARITHMS[key]

    return make
