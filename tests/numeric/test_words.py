"""Words, their indices and lengths; word signatures along paths against the exact algebra."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

import treealg
from treealg import symbolic
from treealg.symbolic import concatenation_algebra

SIZES = [(1, 5), (2, 4), (3, 3), (4, 1), (2, 0)]


def basis(dimension, degree):
    return [w for n in range(1, degree + 1) for w in product(range(dimension), repeat=n)]


class Tensors:
    """The truncated tensor algebra with rational coefficients, by the symbolic concatenation."""

    def __init__(self, dimension, degree):
        self.dimension, self.degree = dimension, degree
        self.words = basis(dimension, degree)

    def element(self, values, scalar=0):
        terms = dict(zip(self.words, values, strict=True))
        return symbolic.Element({(): scalar, **terms})

    def product(self, x, y):
        terms = concatenation_algebra.product(x, y).items()
        return symbolic.Element({word: c for word, c in terms if len(word) <= self.degree})

    def series(self, x, coefficient):
        """Sum the powers of an element without scalar, each with its coefficient."""
        power = self.element([0] * len(self.words), 1)
        total = symbolic.Element({})
        for n in range(self.degree + 1):
            total = total + coefficient(n) * power
            power = self.product(power, x)
        return total

    def exp(self, x):
        factorial = [1]
        for n in range(1, self.degree + 1):
            factorial.append(factorial[-1] * n)
        return self.series(x, lambda n: Fraction(1, factorial[n]))

    def log(self, x):
        rest = x - self.element([0] * len(self.words), 1)
        return self.series(rest, lambda n: Fraction((-1) ** (n + 1), n) if n else 0)

    def segment(self, step, correction=()):
        values = [*step, *correction]
        return self.element((values + [0] * len(self.words))[: len(self.words)])

    def signature(self, path, correction=None):
        total = self.element([0] * len(self.words), 1)
        for i in range(len(path) - 1):
            step = [Fraction(b) - Fraction(a) for a, b in zip(path[i], path[i + 1], strict=True)]
            own = () if correction is None else list(map(Fraction, correction[i]))
            total = self.product(total, self.exp(self.segment(step, own)))
        return total

    def vector(self, x):
        return np.array([float(x.coefficient(word)) for word in self.words])


def random_path(dimension, points, seed):
    """Return points that are small dyadic fractions, which floats hold."""
    rng = np.random.default_rng(seed)
    return rng.integers(-4, 5, (points, dimension)) / 4


@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_sig_and_log_sig_are_those_of_the_tensor_algebra(dimension, degree):
    path = random_path(dimension, 6, 11)
    exact = Tensors(dimension, degree)
    signature = exact.signature(path.tolist())
    want = exact.vector(signature)
    scale = 64 * np.finfo(float).eps * max(1, np.abs(want).max(initial=0))
    np.testing.assert_allclose(treealg.sig(path, degree), want, rtol=0, atol=scale)
    logarithm = exact.log(signature)
    found = treealg.log_sig(path, degree)
    np.testing.assert_allclose(found, exact.vector(logarithm), rtol=0, atol=scale)


@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_log_sig_in_brackets_is_the_logarithm_again(dimension, degree):
    path = random_path(dimension, 6, 12)
    exact = Tensors(dimension, degree)
    want = exact.vector(exact.log(exact.signature(path.tolist())))
    chosen = treealg.lyndon_words(dimension, degree)
    total = np.zeros(len(exact.words))
    for word, value in zip(chosen, treealg.log_sig(path, degree, method=2), strict=True):
        for key, count in symbolic.lyndon_bracketing(word).items():
            total[exact.words.index(key)] += value * count
    np.testing.assert_allclose(total, want, rtol=0, atol=1e-12)
    places = [treealg.word_to_idx(word, dimension) for word in chosen]
    found = treealg.log_sig(path, degree, method=1)
    np.testing.assert_allclose(found, want[places], rtol=0, atol=1e-12)


@pytest.mark.parametrize("levels", [2, 3])
@pytest.mark.parametrize(("dimension", "degree"), [(2, 4), (3, 3), (1, 5)])
def test_a_correction_acts_on_words_in_their_order(dimension, degree, levels):
    path = random_path(dimension, 4, 13)
    columns = sum(dimension**k for k in range(2, levels + 1))
    correction = random_path(columns, 3, 14)
    exact = Tensors(dimension, degree)
    want = exact.signature(path.tolist(), correction.tolist())
    found = treealg.sig(path, degree, correction=correction)
    np.testing.assert_allclose(found, exact.vector(want), rtol=0, atol=1e-12)
    found = treealg.log_sig(path, degree, correction=correction)
    np.testing.assert_allclose(found, exact.vector(exact.log(want)), rtol=0, atol=1e-12)


def test_a_corrected_signature_is_that_of_ladders_read_from_their_roots():
    path = random_path(3, 5, 15)
    correction = np.random.default_rng(16).normal(size=(4, 9))
    from_root = correction.reshape(4, 3, 3).swapaxes(1, 2).reshape(4, 9)
    branched = treealg.branched_sig(path, 3, correction=from_root)
    want = treealg.branched_sig_to_sig(branched, 3, 3)
    found = treealg.sig(path, 3, correction=correction)
    np.testing.assert_allclose(found, want, rtol=0, atol=1e-12)


def test_time_has_no_correction():
    path = random_path(2, 5, 17)
    correction = np.random.default_rng(18).normal(size=(4, 4))
    wide = np.zeros((4, 3, 3))
    wide[:, :2, :2] = correction.reshape(4, 2, 2)
    moved = treealg.transform_path(path, time_aug=True)
    want = treealg.sig(moved, 3, correction=wide.reshape(4, 9))
    found = treealg.sig(path, 3, correction=correction, time_aug=True)
    np.testing.assert_allclose(found, want, rtol=0, atol=1e-13)


@pytest.mark.parametrize("method", [1, 2])
def test_lyndon_coordinates_of_a_corrected_path_are_refused(method):
    for correction in ([0.0] * 4, [[0.0] * 4]):
        with pytest.raises(treealg.InvalidValueError, match="method"):
            treealg.log_sig([[0.0, 0.0], [1.0, 1.0]], 2, method=method, correction=correction)
    found = treealg.log_sig([[0.0, 0.0], [1.0, 1.0]], 2, method=method, correction=[])
    np.testing.assert_array_equal(found, [1.0, 1.0, 0.0])


@pytest.mark.parametrize(("alphabet_size", "length"), [(1, 4), (2, 4), (3, 3), (5, 0)])
def test_words_are_listed_in_the_order_of_coefficients(alphabet_size, length):
    found = treealg.words(alphabet_size, length)
    assert found == [(), *basis(alphabet_size, length)]
    assert len(found) == treealg.sig_length(alphabet_size, length, scalar_term=True)
    for place, word in enumerate(found):
        assert treealg.word_to_idx(word, alphabet_size, scalar_term=True) == place
        assert treealg.idx_to_word(place, alphabet_size, scalar_term=True) == word
        if word:
            assert treealg.word_to_idx(word, alphabet_size) == place - 1
            assert treealg.idx_to_word(place - 1, alphabet_size) == word
    of_length = treealg.words_of_length(alphabet_size, length)
    assert of_length == [word for word in found if len(word) == length]


@pytest.mark.parametrize(("alphabet_size", "length"), [(1, 5), (2, 7), (3, 4), (2, 0)])
def test_lyndon_words_are_those_smaller_than_their_proper_suffixes(alphabet_size, length):
    def is_smallest(word):
        return all(word < word[i:] for i in range(1, len(word)))

    everything = basis(alphabet_size, length)
    want = [word for word in everything if is_smallest(word)]
    assert treealg.lyndon_words(alphabet_size, length) == want
    assert treealg.log_sig_length(alphabet_size, length) == len(want)
    for word in everything:
        assert treealg.is_lyndon(word) == is_smallest(word)
    for n in range(1, length + 1):
        found = treealg.lyndon_words_of_length(alphabet_size, n)
        assert found == [word for word in want if len(word) == n]


def test_an_index_may_be_far_beyond_what_is_computed():
    word = (2, 0, 1) * 40
    assert treealg.idx_to_word(treealg.word_to_idx(word, 3), 3) == word
    assert treealg.lyndon_words(1, 10**9) == [(0,)]


@pytest.mark.parametrize("time_aug", [False, True])
@pytest.mark.parametrize("lead_lag", [False, True])
def test_lengths_follow_the_transforms(time_aug, lead_lag):
    options = {"time_aug": time_aug, "lead_lag": lead_lag}
    path = np.zeros((3, 2))
    assert treealg.sig_length(2, 3, **options) == treealg.sig(path, 3, **options).size
    found = treealg.log_sig(path, 3, method=1, **options)
    assert treealg.log_sig_length(2, 3, **options) == found.size


BAD = [
    (treealg.word_to_idx, ((), 2), "empty"),
    (treealg.word_to_idx, ((2,), 2), "word"),
    (treealg.word_to_idx, ((-1,), 2), "word"),
    (treealg.word_to_idx, ((True,), 2), "word"),
    (treealg.word_to_idx, (1, 2), "word"),
    (treealg.word_to_idx, ("01", 2), "word"),
    (treealg.word_to_idx, ((0,), 0), "alphabet_size"),
    (treealg.idx_to_word, (-1, 2), "idx"),
    (treealg.idx_to_word, (0.0, 2), "idx"),
    (treealg.idx_to_word, (10**12, 1), "word"),
    (treealg.is_lyndon, ((0.5,),), "word"),
    (treealg.words, (2, -1), "max_length"),
    (treealg.words, (2, 10**9), "word basis"),
    (treealg.words, (1, 10**6), "list of words"),
    (treealg.words, (0, 1), "alphabet_size"),
    (treealg.words_of_length, (True, 1), "alphabet_size"),
    (treealg.lyndon_words_of_length, (2, 0), "length"),
    (treealg.lyndon_words, (2, 100), "word basis"),
    (treealg.lyndon_words, (2, 22), "list of words"),
    (treealg.sig_length, (2, 10**9), "word basis"),
    (treealg.sig_length, (2, 1.0), "degree"),
    (treealg.log_sig_length, (0, 1), "dimension"),
]


@pytest.mark.parametrize(("function", "given", "match"), BAD)
def test_what_names_no_word_is_refused(function, given, match):
    with pytest.raises(treealg.TreeAlgError, match=match):
        function(*given)


@pytest.mark.parametrize("name", ["time_aug", "lead_lag"])
def test_flags_of_lengths_are_flags(name):
    for function in (treealg.sig_length, treealg.log_sig_length):
        with pytest.raises(treealg.InvalidTypeError, match=name):
            function(2, 2, **{name: 1})
