"""Arrays of any kind in the memory of the CPU give arrays of that kind, in every function."""

import contextlib
import copy
import pickle
import sys
import types

import array_api_strict
import numpy as np
import pytest

import treealg
from treealg.numeric.arguments.arrays import as_rows

from .cases import CASES, WAYS, call, each_case

INTEGERS = "lengths", "windows"


class Plain:
    """An array that tells nothing but its memory, of a module that makes such."""

    __module__ = "plain_arrays.inner"

    def __init__(self, array, device=(1, 0)):
        self._array, self._device = array, device
        self.shape, self.dtype = array.shape, array.dtype

    def __dlpack__(self, **options):
        if self._device[0] != 1:
            raise BufferError("not for the CPU")
        return self._array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self._device

    def __array__(self, dtype=None, copy=None):
        return self._array


@pytest.fixture(autouse=True)
def _module_of_plain_arrays(monkeypatch):
    module = types.ModuleType("plain_arrays")
    module.from_dlpack = lambda array: Plain(np.from_dlpack(array))
    monkeypatch.setitem(sys.modules, "plain_arrays", module)


def jax_numpy():
    return pytest.importorskip("jax.numpy")


KINDS = {
    "strict": array_api_strict.asarray,
    "strict on another device": lambda x: array_api_strict.asarray(
        x, device=array_api_strict.Device("device1")
    ),
    "jax": lambda x: jax_numpy().asarray(x),
    "torch": lambda x: pytest.importorskip("torch").from_numpy(np.ascontiguousarray(x)),
    "told by its class": lambda x: Plain(np.asarray(x)),
}


def doubles(kind):
    if kind != "jax":
        return contextlib.nullcontext()
    return pytest.importorskip("jax").enable_x64(True)


@pytest.mark.parametrize("kind", KINDS)
@each_case(CASES, *WAYS, "windows", "times")
def test_every_function_returns_the_kind_that_it_is_given(case, kind):
    given = case.arguments((3,))
    want = call(case, given)
    with doubles(kind):
        made = KINDS[kind]
        changed = {
            name: made(x) if isinstance(x, np.ndarray) and name not in INTEGERS else x
            for name, x in given.items()
        }
        got = call(case, changed)
        like = made(np.zeros(1))
        for one, other in zip(got, want, strict=True):
            if other is None:
                assert one is None
                continue
            assert type(one) is type(like)
            assert getattr(one, "device", None) == getattr(like, "device", None)
            np.testing.assert_array_equal(np.from_dlpack(one), other)


@pytest.mark.parametrize("kind", KINDS)
def test_the_memory_of_an_argument_is_read_in_place(kind):
    with doubles(kind):
        x = KINDS[kind](np.arange(12.0).reshape(2, 3, 2))
        assert np.shares_memory(as_rows(x, "path", 2).array, np.from_dlpack(x))


@pytest.mark.parametrize("kind", KINDS)
def test_lists_of_paths_have_a_kind(kind):
    rng = np.random.default_rng(0)
    paths = [rng.normal(size=(length, 2)) for length in (3, 5, 5)]
    derivs = rng.normal(size=(3, 6))
    want = treealg.branched_sig(paths, 2), treealg.branched_sig_backprop(paths, None, derivs, 2)
    with doubles(kind):
        made = KINDS[kind]
        given = list(map(made, paths))
        got = treealg.branched_sig(given, 2)
        gradients = treealg.branched_sig_backprop(given, None, made(derivs), 2)
        assert {type(x) for x in [got, *gradients]} == {type(given[0])}
        np.testing.assert_array_equal(np.from_dlpack(got), want[0])
        for one, other in zip(gradients, want[1], strict=True):
            np.testing.assert_array_equal(np.from_dlpack(one), other)
        with pytest.raises(treealg.InvalidTypeError, match="must be of one kind"):
            treealg.branched_sig([given[0], paths[1]], 2)


@pytest.mark.parametrize("kind", KINDS)
def test_streams_keep_their_kind_also_as_copies_and_pickles(kind):
    with doubles(kind):
        made = KINDS[kind]
        stream = treealg.BranchedSigStream(2, 2)
        stream.push(made(np.zeros(2)))
        for other in (stream, copy.deepcopy(stream), pickle.loads(pickle.dumps(stream))):
            other.push(made(np.ones(2)))
            assert type(other.sig(0, 1)) is type(made(np.zeros(1)))
        with pytest.raises(treealg.InvalidTypeError, match="as in the first push"):
            stream.push(np.ones(2))


def test_integers_of_any_kind_are_lengths_windows_and_times():
    path = np.random.default_rng(0).normal(size=(3, 5, 2))
    for name, value, more in [
        ("lengths", np.array([3, 5, 2]), {}),
        ("windows", np.array([[0, 3], [1, 5]]), {}),
        ("times", np.array([0, 1, 3, 4, 9]), {"time_aug": True}),
    ]:
        given = array_api_strict.asarray(value)
        got = treealg.branched_sig(array_api_strict.asarray(path), 2, **{name: given}, **more)
        want = treealg.branched_sig(path, 2, **{name: value}, **more)
        np.testing.assert_array_equal(np.from_dlpack(got), want)


def test_kinds_and_devices_do_not_mix():
    one = array_api_strict.asarray(np.zeros(2))
    other = array_api_strict.asarray(np.zeros(2), device=array_api_strict.Device("device1"))
    text = r"array_api_strict and a .*on .*device1.*convert one"
    with pytest.raises(treealg.InvalidTypeError, match=text):
        treealg.branched_sig_combine(one, other, 2, 1)
    with pytest.raises(treealg.InvalidTypeError, match=r"array_api_strict and a NumPy array"):
        treealg.branched_sig_combine(one, np.zeros(2), 2, 1)


def test_arrays_that_are_not_in_the_memory_of_the_cpu_are_refused():
    text = r"path must be in the memory of the CPU.*plain_arrays.*not for the CPU.*move"
    with pytest.raises(treealg.InvalidTypeError, match=text):
        treealg.branched_sig(Plain(np.zeros((3, 2)), (8, 0)), 2)


def test_what_jax_traces_is_for_the_functions_of_jax():
    jax = pytest.importorskip("jax")
    for transform in (jax.jit, jax.vmap, lambda function: jax.grad(lambda x: function(x).sum())):
        with pytest.raises(
            treealg.InvalidTypeError, match=r"no numbers.*use treealg\.jax\.branched_sig for"
        ):
            transform(lambda x: treealg.branched_sig(x, 2))(np.ones((2, 3, 2), np.float32))


def test_results_go_where_the_caller_says_in_any_kind():
    paths = np.random.default_rng(0).normal(size=(3, 4, 2))
    given, out = array_api_strict.asarray(paths), array_api_strict.asarray(np.zeros((3, 3)))
    assert treealg.branched_sig_kernel_gram(given, given, 2, 1, out=out) is out
    want = treealg.branched_sig_kernel_gram(paths, paths, 2, 1)
    np.testing.assert_array_equal(np.from_dlpack(out), want)
    with pytest.raises(treealg.InvalidTypeError, match="out must be of the kind"):
        treealg.branched_sig_kernel_gram(given, given, 2, 1, out=np.zeros((3, 3)))


def test_code_of_the_array_api_stays_lazy_by_lazy_apply():
    extra = pytest.importorskip("array_api_extra")
    jax, lazy = pytest.importorskip("jax"), pytest.importorskip("dask.array")
    paths = np.random.default_rng(0).normal(size=(4, 5, 2)).astype(np.float32)
    want = treealg.branched_sig(paths, 3)

    def features(path):
        like = treealg.operations["branched_sig"].result(path, 3)
        return extra.lazy_apply(
            treealg.branched_sig, path, degree=3, shape=like.shape, dtype=path.dtype, as_numpy=True
        )

    np.testing.assert_array_equal(jax.jit(features)(paths), want)
    found = features(lazy.from_array(paths))
    assert isinstance(found, lazy.Array)
    np.testing.assert_array_equal(found.compute(), want)
