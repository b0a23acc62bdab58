"""Functions between vectors on words against the exact tensor algebra, and with trees."""

from fractions import Fraction

import numpy as np
import pytest

import treealg
from treealg import symbolic

from ..support import Tensors, dyadic

SIZES = [(1, 5), (2, 4), (3, 3), (4, 1)]


def exact(values):
    return [Fraction(value) for value in values]


def assert_close(found, want):
    scale = 256 * np.finfo(float).eps * max(1, np.abs(want).max(initial=0))
    np.testing.assert_allclose(found, want, rtol=0, atol=scale)


def lie_element(algebra, coefficients):
    """Return the sum of standard bracketings with some coefficients."""
    total = symbolic.Element({})
    chosen = treealg.lyndon_words(algebra.dimension, algebra.degree)
    for word, value in zip(chosen, coefficients, strict=True):
        total = total + Fraction(value) * symbolic.lyndon_bracketing(word)
    return total


@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_products_are_those_of_the_tensor_algebra(dimension, degree):
    algebra = Tensors(dimension, degree)
    x, y = dyadic(1, 2, len(algebra.words))
    product = algebra.product(algebra.element(exact(x), 1), algebra.element(exact(y), 1))
    found = treealg.sig_combine(x, y, dimension, degree)
    assert_close(found, algebra.vector(product))


@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_the_inverse_is_one_from_both_sides_for_any_functional(dimension, degree):
    algebra = Tensors(dimension, degree)
    (x,) = dyadic(2, 1, len(algebra.words))
    rest = algebra.element([-value for value in exact(x)])
    inverse = algebra.vector(algebra.series(rest, lambda n: 1))
    found = treealg.sig_inverse(x, dimension, degree)
    assert_close(found, inverse)
    for factors in ((x, found), (found, x)):
        product = treealg.sig_combine(*factors, dimension, degree)
        np.testing.assert_allclose(product, 0, rtol=0, atol=1e-12 * max(1, np.abs(found).max()))


@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_the_inverse_of_a_path_is_the_antipode(dimension, degree):
    path = dyadic(3, 6, dimension) / 2
    signature = treealg.sig(path, degree)
    want = [
        (-1) ** len(word) * signature[treealg.word_to_idx(word[::-1], dimension)]
        for word in treealg.words(dimension, degree)[1:]
    ]
    np.testing.assert_allclose(
        treealg.sig_inverse(signature, dimension, degree), want, rtol=1e-12, atol=1e-12
    )
    np.testing.assert_allclose(treealg.sig(path[::-1], degree), want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_logarithm_and_exponential_are_those_of_the_tensor_algebra(dimension, degree):
    algebra = Tensors(dimension, degree)
    (x,) = dyadic(4, 1, len(algebra.words))
    logarithm = algebra.vector(algebra.log(algebra.element(exact(x), 1)))
    assert_close(treealg.sig_to_log_sig(x, dimension, degree), logarithm)
    exponential = algebra.vector(algebra.exp(algebra.element(exact(x))))
    assert_close(treealg.log_sig_to_sig(x, dimension, degree), exponential)


@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_lie_elements_are_known_by_their_coordinates(dimension, degree):
    algebra = Tensors(dimension, degree)
    (brackets,) = dyadic(5, 1, treealg.log_sig_length(dimension, degree, method=2))
    element = lie_element(algebra, brackets)
    expanded = algebra.vector(element)
    signature = algebra.vector(algebra.exp(element))
    places = [
        treealg.word_to_idx(word, dimension) for word in treealg.lyndon_words(dimension, degree)
    ]
    for method, coordinates in ((0, expanded), (1, expanded[places]), (2, brackets)):
        size = (dimension, degree)
        assert_close(treealg.log_sig_to_sig(coordinates, *size, method=method), signature)
        found = treealg.sig_to_log_sig(signature, *size, method=method)
        np.testing.assert_allclose(found, coordinates, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("method", [0, 1, 2])
@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_log_sig_combine_is_the_logarithm_of_joined_paths(dimension, degree, method):
    path = dyadic(6, 7, dimension) / 4
    size, options = (dimension, degree), {"method": method}
    first, second = (treealg.log_sig(piece, degree, **options) for piece in (path[:4], path[3:]))
    found = treealg.log_sig_combine(first, second, *size, **options)
    want = treealg.log_sig(path, degree, **options)
    np.testing.assert_allclose(found, want, rtol=1e-12, atol=1e-12)
    last = path[-1] - path[-2]
    shorter = treealg.log_sig(path[:-1], degree, **options)
    found = treealg.log_sig_join(shorter, last, *size, **options)
    np.testing.assert_allclose(found, want, rtol=1e-12, atol=1e-12)
    later = treealg.log_sig(path[1:], degree, **options)
    found = treealg.log_sig_join(later, path[1] - path[0], *size, prepend=True, **options)
    np.testing.assert_allclose(found, want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_a_linear_piece_is_the_exponential_of_its_step(dimension, degree):
    algebra = Tensors(dimension, degree)
    (step,) = dyadic(7, 1, dimension)
    want = algebra.vector(algebra.exp(algebra.segment(exact(step))))
    assert_close(treealg.linear_sig(step, dimension, degree), want)
    for method in (0, 1, 2):
        piece = treealg.linear_log_sig(step, dimension, degree, method=method)
        found = treealg.log_sig_to_sig(piece, dimension, degree, method=method)
        assert_close(found, want)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("dimension", "degree"), [(1, 4), (2, 3), (3, 2)])
def test_words_go_to_trees_as_groups(dimension, degree, planar):
    size, kind = (dimension, degree), {"planar": planar}
    x, y = (treealg.sig(path, degree) for path in dyadic(8, 2, 5, dimension) / 4)

    def branched(words):
        return treealg.sig_to_branched_sig(words, *size, **kind)

    pairs = [
        (treealg.sig_combine(x, y, *size), treealg.branched_sig_combine, (x, y)),
        (treealg.sig_inverse(x, *size), treealg.branched_sig_inverse, (x,)),
        (treealg.sig_to_log_sig(x, *size), treealg.branched_sig_to_log_sig, (x,)),
    ]
    for words, function, given in pairs:
        want = function(*map(branched, given), *size, **kind)
        np.testing.assert_allclose(branched(words), want, rtol=1e-11, atol=1e-11)


def test_transforms_count_channels():
    path = dyadic(9, 5, 2)
    options = {"time_aug": True, "lead_lag": True}
    signature = treealg.sig(path, 2, **options)
    found = treealg.sig_to_log_sig(signature, 2, 2, **options, method=2)
    want = treealg.log_sig(path, 2, **options, method=2)
    np.testing.assert_allclose(found, want, rtol=1e-12, atol=1e-12)
    inverse = treealg.sig_inverse(signature, 2, 2, **options)
    product = treealg.sig_combine(signature, inverse, 2, 2, **options)
    np.testing.assert_allclose(product, 0, rtol=0, atol=1e-11)
