"""Elements and tensors: exact arithmetic, keys, linear maps."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import Element, Forest, OrderedForest, PlanarTree, Tensor, Tree, bck, mkw

B = Tree()
L2 = Tree([B])


def test_terms_are_collected_and_zeros_dropped():
    x = Element([(B, 1), (Forest([B]), 2), (L2, 1), (L2, -1)])
    assert dict(x.items()) == {Forest([B]): 3}
    assert (len(x), bool(x), list(x)) == (1, True, [Forest([B])])
    assert not Element()
    assert x - x == Element()
    assert x[L2] == 0
    assert B in x
    assert L2 not in x


def test_arithmetic_is_exact_and_integers_stay_integers():
    x = 2 * Element({B: 3}) + Element({L2: 1}) * -1
    assert {str(key): value for key, value in x.items()} == {"0": 6, "0[0]": -1}
    assert all(type(value) is int for _, value in x.items())
    half = x / 4
    assert half[B] == Fraction(3, 2)
    assert type(half[L2]) is Fraction
    assert half * 4 == x
    assert -x + x == Element()
    assert +x is x
    assert (x / Fraction(1, 2))[B] == 12


def test_symbolic_coefficients_cancel_and_substitute():
    a, b = sympy.symbols("a b")
    x = a * Element({B: 1}) + Element({B: b, L2: a})
    assert x[B] == a + b
    assert (x - a * Element({B: 1}))[B] == b
    assert x.map_coefficients(lambda value: value.subs({a: 1, b: -1})) == Element({L2: 1})
    product = mkw.product(Element({PlanarTree(): a}), Element({PlanarTree(): a}))
    assert product[OrderedForest([PlanarTree(), PlanarTree()])] == 2 * a**2


def test_numpy_scalars_multiply_elements_from_either_side():
    x = Element({B: 2})
    assert np.int64(3) * x == x * np.int64(3) == Element({B: 6})
    assert isinstance(np.float64(0.5) * x, Element)


def test_equality_and_hash_follow_terms_and_type():
    x, y = Element({B: 1, L2: 2}), Element([(L2, 2), (B, 1)])
    assert x == y
    assert hash(x) == hash(y)
    assert x != Element({B: 1})
    assert Element() != Tensor()
    assert Element({B: 1}) != B


@pytest.mark.parametrize(
    ("element", "text"),
    [
        (Element(), "0"),
        (Element({B: 1}), "(0)"),
        (Element({B: -1, Forest(): 2}), "-(0) + 2 (∅)"),
        (Element({B: Fraction(-1, 2), L2: -3}), "-1/2 (0) - 3 (0[0])"),
        (Element({B: sympy.Symbol("a") - 1}), "(a - 1) (0)"),
        (Element({B: -sympy.Symbol("a")}), "-a (0)"),
        (Tensor({(Forest(), B): -1, (B, L2): 2}), "-(∅)⊗(0) + 2 (0)⊗(0[0])"),
    ],
)
def test_text_of_sums(element, text):
    assert str(element) == text
    assert repr(element) == f"<{type(element).__name__} {text}>"


def test_bad_terms_are_refused():
    for terms in (3, "ab", [B], [(B, 1, 2)], [[B, 1]]):
        with pytest.raises(InvalidTypeError):
            Element(terms)
    with pytest.raises(InvalidTypeError, match="key of an element"):
        Element({"0": 1})
    with pytest.raises(InvalidTypeError, match="tuple of basis elements"):
        Tensor({Forest(): 1})
    with pytest.raises(InvalidValueError, match="number of slots"):
        Tensor({(B, B): 1, (B,): 1})


@pytest.mark.parametrize("factor", ["2", None, [2], (2,), {}])
def test_what_is_not_a_coefficient_is_refused(factor):
    with pytest.raises(InvalidTypeError, match="coefficient"):
        Element({B: 1}) * factor
    with pytest.raises(InvalidTypeError, match="coefficient"):
        factor * Element({B: 1})


def test_products_of_elements_and_mixed_sums_are_refused():
    x = Element({B: 1})
    with pytest.raises(InvalidTypeError, match=r"bck\.product"):
        x * x
    with pytest.raises(TypeError):
        x + 1
    with pytest.raises(TypeError):
        x + bck.coproduct(B)
    with pytest.raises(InvalidValueError, match="divide"):
        x / 0


def test_linear_maps_apply_to_elements_and_slots():
    x = Element({PlanarTree([PlanarTree(), PlanarTree([PlanarTree()])]): 1,
                 PlanarTree([PlanarTree([PlanarTree()]), PlanarTree()]): 2})  # fmt: skip
    forget = x.apply(lambda forest: Element({forest.forget_order(): 1}))
    assert forget == Element({Tree([B, L2]): 3})
    with pytest.raises(InvalidTypeError, match="must return"):
        x.apply(lambda forest: forest)
    tensor = bck.coproduct(L2)
    assert tensor.slots == 2
    assert tensor.apply(1, bck.antipode) == tensor - 2 * Tensor({(B, B): 1}) - 2 * Tensor(
        {(Forest(), L2): 1}
    ) + Tensor({(Forest(), Forest([B, B])): 1})
    assert tensor.permute((1, 0)).permute((1, 0)) == tensor
    with pytest.raises(InvalidValueError, match="slot must be"):
        tensor.apply(2, bck.antipode)
    with pytest.raises(InvalidValueError, match="permutation"):
        tensor.permute((0, 0))
