"""Words, their indices and lengths; word signatures along paths against the exact algebra."""

from itertools import product

import numpy as np
import pytest

import treealg
from treealg import symbolic
from treealg.numeric.plans.words import path_plan

from ..support import Tensors, dyadic

SIZES = [(1, 5), (2, 4), (3, 3), (4, 1), (2, 0)]


@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_sig_and_log_sig_are_those_of_the_tensor_algebra(dimension, degree):
    path = dyadic(11, 6, dimension)
    exact = Tensors(dimension, degree)
    signature = exact.signature(path.tolist())
    want = exact.vector(signature)
    scale = 64 * np.finfo(float).eps * max(1, np.abs(want).max(initial=0))
    np.testing.assert_allclose(treealg.sig(path, degree), want, rtol=0, atol=scale)
    logarithm = exact.log(signature)
    found = treealg.log_sig(path, degree)
    np.testing.assert_allclose(found, exact.vector(logarithm), rtol=0, atol=scale)


@pytest.mark.parametrize("make", [treealg.sig, treealg.log_sig])
def test_plain_words_are_what_comes_without_a_table(make, monkeypatch):
    # A table of all words would have as many entries as the result.
    monkeypatch.setattr(treealg.tables, "arborification", None)
    treealg.clear_cache()
    result = make([[0.0, 0.0], [1.0, 2.0]], 12)
    if make is treealg.sig:
        assert path_plan(2, 12, None, None).nbytes < 100 < result.size
    np.testing.assert_allclose(result[:2], [1.0, 2.0])


@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_log_sig_in_brackets_is_the_logarithm_again(dimension, degree):
    path = dyadic(12, 6, dimension)
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
    path = dyadic(13, 4, dimension)
    columns = sum(dimension**k for k in range(2, levels + 1))
    correction = dyadic(14, 3, columns)
    exact = Tensors(dimension, degree)
    want = exact.signature(path.tolist(), correction.tolist())
    found = treealg.sig(path, degree, correction=correction)
    np.testing.assert_allclose(found, exact.vector(want), rtol=0, atol=1e-12)
    found = treealg.log_sig(path, degree, correction=correction)
    np.testing.assert_allclose(found, exact.vector(exact.log(want)), rtol=0, atol=1e-12)


def test_a_corrected_signature_is_that_of_ladders_read_from_their_roots():
    path = dyadic(15, 5, 3)
    correction = np.random.default_rng(16).normal(size=(4, 9))
    from_root = correction.reshape(4, 3, 3).swapaxes(1, 2).reshape(4, 9)
    branched = treealg.branched_sig(path, 3, correction=from_root)
    want = treealg.branched_sig_to_sig(branched, 3, 3)
    found = treealg.sig(path, 3, correction=correction)
    np.testing.assert_allclose(found, want, rtol=0, atol=1e-12)


def test_time_has_no_correction():
    path = dyadic(17, 5, 2)
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


CHOSEN = [(1, 0, 1), (), (0,), (1, 1, 1, 0), (0,)]


@pytest.mark.parametrize("options", [{}, {"time_aug": True}, {"lead_lag": True}], ids=str)
def test_chosen_coefficients_are_those_of_the_signature(options):
    path = dyadic(19, 3, 6, 2)
    signature = treealg.sig(path, 4, scalar_term=True, **options)
    found = treealg.sig_coef(path, CHOSEN, **options)
    want = treealg.extract_sig_coef(signature, CHOSEN, 2, scalar_term=True, **options)
    np.testing.assert_allclose(found, want, rtol=1e-12, atol=1e-11)
    alphabet_size = 2 * (1 + ("lead_lag" in options)) + ("time_aug" in options)
    places = [treealg.word_to_idx(word, alphabet_size, scalar_term=True) for word in CHOSEN]
    np.testing.assert_array_equal(want, signature[..., places])


def test_a_chosen_word_is_a_ladder_however_long():
    word = (0, 1) * 300
    path = dyadic(20, 3, 2)
    ladder = ()
    for letter in word:
        ladder = (ladder, letter) if ladder else (letter,)
    want = treealg.branched_sig_coef(path, ladder)
    np.testing.assert_array_equal(treealg.sig_coef(path, word), want)


@pytest.mark.parametrize("method", [0, 1])
def test_chosen_coefficients_of_logarithms_are_those_of_the_lyndon_basis(method):
    path = dyadic(23, 4, 6, 3)
    words = treealg.lyndon_words(3, 4) if method else treealg.words(3, 4)[1:]
    want = treealg.log_sig(path, 4, method=method)
    found = treealg.log_sig_coef(path, list(words))
    np.testing.assert_allclose(found, want, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("word", [(0, 1, 1), (1, 0, 2, 0), (2, 2), (0,), (0, 1, 0, 1, 2)])
def test_a_coefficient_of_the_logarithm_is_exact(word):
    path, exact = dyadic(24, 5, 3), Tensors(3, len(word))
    logarithm = exact.vector(exact.log(exact.signature(path.tolist())))
    found = treealg.log_sig_coef(path, word)
    want = logarithm[treealg.word_to_idx(word, 3)]
    np.testing.assert_allclose(found, [want], rtol=1e-11, atol=1e-12)


def test_a_chosen_word_of_a_logarithm_may_be_long_and_of_many_letters():
    word = tuple(range(12))
    path = dyadic(25, 6, 20)
    want = treealg.log_sig_coef(path[:, :12], word)
    assert want[0] != 0
    np.testing.assert_allclose(treealg.log_sig_coef(path, word), want, rtol=1e-12)
    halves = treealg.branched_log_sig_coef(path, treealg.numeric.word_indices.ladder(word, 20))
    np.testing.assert_allclose(halves, want, rtol=1e-12)


def test_prefixes_come_with_their_words():
    path = dyadic(21, 4, 6, 2)
    given = [(1, 0, 1), (), (1, 0)]
    words = [(1,), (1, 0), (1, 0, 1), (), (1,), (1, 0)]
    found = treealg.sig_coef(path, given, prefixes=True)
    np.testing.assert_array_equal(found, treealg.sig_coef(path, words))
    derivs = dyadic(22, *found.shape)
    gradient = treealg.sig_coef_backprop(path, given, found, derivs, prefixes=True)
    want = treealg.sig_coef_backprop(path, words, None, derivs)
    np.testing.assert_array_equal(gradient, want)
    with pytest.raises(treealg.InvalidValueError, match="derivs"):
        treealg.sig_coef_backprop(path, given, None, derivs)


@pytest.mark.parametrize(
    ("words", "match"), [((2,), "word"), ([(0,), (0, -1)], "word"), ([0], "word"), ("0", "word")]
)
def test_chosen_words_have_letters_of_the_path(words, match):
    path = np.zeros((3, 2))
    with pytest.raises(treealg.TreeAlgError, match=match):
        treealg.sig_coef(path, words)
    with pytest.raises(treealg.TreeAlgError, match=match):
        treealg.extract_sig_coef(np.zeros(6), words, 2)


def test_what_is_extracted_is_there():
    with pytest.raises(treealg.InvalidValueError, match="at most 2 letters"):
        treealg.extract_sig_coef(np.zeros(6), (0, 0, 0), 2)
    with pytest.raises(treealg.InvalidValueError, match="empty"):
        treealg.extract_sig_coef(np.zeros(6), (), 2)
    with pytest.raises(treealg.InvalidValueError, match="length of a signature"):
        treealg.extract_sig_coef(np.zeros(7), (0,), 2)


def basis(dimension, degree):
    lengths = range(1, degree + 1)
    return [word for n in lengths for word in product(range(dimension), repeat=n)]


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


@pytest.mark.parametrize("weights", [None, (1, 2)])
@pytest.mark.parametrize("length", [0, 1, 3])
def test_listed_words_are_in_step_with_results(length, weights):
    path = np.random.default_rng(4).standard_normal((5, 2))
    for scalar_term in (False, True):
        listed = treealg.words(2, length, weights=weights, scalar_term=scalar_term)
        found = treealg.sig(path, length, weights=weights, scalar_term=scalar_term)
        assert len(listed) == len(found)
        if listed:
            np.testing.assert_allclose(treealg.sig_coef(path, listed), found, rtol=1e-13)


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.int32, object])
def test_words_may_be_arrays(dtype):
    path = np.random.default_rng(5).standard_normal((2, 5, 2))
    word, others = (0, 1, 1), [(0, 1), (1, 0)]
    one, several = np.array(word, dtype), np.array(others, dtype)
    assert treealg.word_to_idx(one, 2) == treealg.word_to_idx(word, 2)
    assert treealg.is_lyndon(one)
    sig = treealg.sig(path, 3)
    for given, meant in ((one, word), (several, others), ([one, (1,)], [word, (1,)]),
                         (one[:0], ()), (several[:, :0], [(), ()])):  # fmt: skip
        np.testing.assert_array_equal(treealg.sig_coef(path, given), treealg.sig_coef(path, meant))
        found = treealg.log_sig_coef(path, given, prefixes=True)
        np.testing.assert_array_equal(found, treealg.log_sig_coef(path, meant, prefixes=True))
        if meant and () not in meant:
            found = treealg.extract_sig_coef(sig, given, 2)
            np.testing.assert_array_equal(found, treealg.extract_sig_coef(sig, meant, 2))


@pytest.mark.parametrize(
    "words",
    [np.zeros(2), np.array([True]), np.array(1), np.zeros((1, 2, 1), int), np.array(["0", "1"])],
    ids=["floats", "flags", "number", "three axes", "text"],
)
def test_arrays_that_are_no_words_are_refused(words):
    with pytest.raises(treealg.InvalidTypeError, match="words"):
        treealg.sig_coef(np.zeros((3, 2)), words)


@pytest.mark.parametrize(("alphabet_size", "length"), [(1, 5), (2, 7), (3, 4), (2, 0)])
def test_lyndon_words_are_those_smaller_than_their_proper_suffixes(alphabet_size, length):
    def is_smallest(word):
        return all(word < word[i:] for i in range(1, len(word)))

    everything = basis(alphabet_size, length)
    want = [word for word in everything if is_smallest(word)]
    assert treealg.lyndon_words(alphabet_size, length) == want
    assert treealg.log_sig_length(alphabet_size, length, method=1) == len(want)
    for word in everything:
        assert treealg.is_lyndon(word) == is_smallest(word)
    assert treealg.is_lyndon((0,) * 10**6 + (1,))  # in a time that grows with the length
    for n in range(1, length + 1):
        found = treealg.lyndon_words_of_length(alphabet_size, n)
        assert found == [word for word in want if len(word) == n]


def test_an_index_may_be_far_beyond_what_is_computed():
    word = (2, 0, 1) * 40
    assert treealg.idx_to_word(treealg.word_to_idx(word, 3), 3) == word
    assert treealg.lyndon_words(1, 10**9) == [(0,)]


@pytest.mark.parametrize("scalar_term", [False, True])
def test_indices_have_the_same_bound_both_ways(scalar_term):
    last = 2**8192 - 1
    word = treealg.idx_to_word(last, 2, scalar_term=scalar_term)
    assert treealg.word_to_idx(word, 2, scalar_term=scalar_term) == last
    with pytest.raises(treealg.InvalidValueError, match="8,192 binary digits, got a word of 8,19"):
        treealg.word_to_idx((*word, 0), 2, scalar_term=scalar_term)


def test_lists_of_words_of_one_letter_are_those_of_each_length():
    assert treealg.words(1, 3) == [(), (0,), (0, 0), (0, 0, 0)]
    assert treealg.words_of_length(1, 9000) == [(0,) * 9000]
    with pytest.raises(treealg.InvalidValueError, match="at least 80000000 entries"):
        treealg.words_of_length(1, 80_000_000)


@pytest.mark.parametrize("degree", [20, 62, 63, 10**5, 10**20, 2**8000])
@pytest.mark.parametrize("letters", [1, 2, 10])
def test_a_degree_may_be_far_beyond_any_word(letters, degree):
    for word in ((0,), (letters - 1,) * 3):
        index = treealg.word_to_idx(word, letters, degree=degree)
        assert treealg.idx_to_word(index, letters, degree=degree) == word


@pytest.mark.parametrize("letters", [1, 2, 3])
@pytest.mark.parametrize("scalar_term", [False, True])
def test_the_last_index_is_that_of_the_last_word(letters, scalar_term):
    for degree in range(1, 5):
        options = {"scalar_term": scalar_term, "degree": degree}
        last = len(treealg.words(letters, degree)) - 1 - (not scalar_term)
        assert treealg.idx_to_word(last, letters, **options) == (letters - 1,) * degree
        with pytest.raises(treealg.InvalidValueError, match=f"idx must be below {last + 1}, "):
            treealg.idx_to_word(last + 1, letters, **options)


@pytest.mark.parametrize("time_aug", [False, True])
@pytest.mark.parametrize("lead_lag", [False, True])
def test_lengths_follow_the_transforms(time_aug, lead_lag):
    options = {"time_aug": time_aug, "lead_lag": lead_lag}
    path = np.zeros((3, 2))
    assert treealg.sig_length(2, 3, **options) == treealg.sig(path, 3, **options).size
    found = treealg.log_sig(path, 3, **options)
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
    (treealg.words, (1, 10**8), "list of words"),
    (treealg.word_to_idx, ((1,) * 10**6, 2), "8,192 binary digits"),
    (treealg.word_to_idx, ((0, 2) * 5000, 3), "8,192 binary digits"),
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


@pytest.mark.parametrize("transforms", [{}, {"time_aug": True}, {"lead_lag": True}], ids=str)
@pytest.mark.parametrize("scalar_term", [False, True])
def test_names_of_words_are_those_of_forests_of_single_nodes(transforms, scalar_term):
    options = {"scalar_term": scalar_term, **transforms}
    names = treealg.sig_names(2, 2, channels=["a b", "c"], **options)
    branched = treealg.branched_sig_names(2, 2, channels=["a b", "c"], planar=True, **options)
    assert names == tuple(name for name in branched if "[" not in name)
    assert len(names) == treealg.sig_length(2, 2, **options)
    assert treealg.log_sig_names(2, 2, channels=["a b", "c"], **options) == names


@pytest.mark.parametrize("method", [1, 2])
def test_names_of_lyndon_coordinates_are_those_of_their_words(method):
    names = treealg.log_sig_names(2, 4, method=method)
    assert [tuple(map(int, name.split())) for name in names] == treealg.lyndon_words(2, 4)
    with pytest.raises(treealg.InvalidValueError, match="scalar_term"):
        treealg.log_sig_names(2, 4, method=method, scalar_term=True)
    with pytest.raises(treealg.InvalidValueError, match="channels"):
        treealg.sig_names(2, 4, channels=["x"])


def test_of_a_long_path_float64_alone_keeps_the_digits_of_the_logarithm():
    rng = np.random.default_rng(1)
    noise = np.cumsum(rng.standard_normal((257, 2)), 0) / 16
    path = (np.linspace(0, 1, 257)[:, None] * [100, 70] + noise).astype(np.float32)
    path -= path[0]
    want = treealg.log_sig(path.astype(np.float64), 6)
    order = np.repeat(np.arange(1, 7), 2 ** np.arange(1, 7))
    size = np.array([np.abs(want[order == n]).max() for n in order])

    def error(found):
        return np.max(np.abs(found - want) / size)

    scale = 2.0**-7
    scaled = treealg.log_sig(path * np.float32(scale), 6) / scale**order
    pieces = treealg.log_sig(path, 6, windows=[[i, i + 129] for i in (0, 128)])
    joined = treealg.log_sig_combine(*pieces, 2, 6)
    late = treealg.sig_to_log_sig(treealg.sig(path, 6).astype(np.float64), 2, 6)
    for found in (treealg.log_sig(path, 6), scaled, joined, late):
        assert 1e-5 < error(found) < 1e-2
    longer = treealg.log_sig(path.astype(np.float64) * scale, 6) / scale**order
    assert error(longer) < 1e-10
    assert error(want.astype(np.float32)) < 1e-7
