"""Compiled programs that call kernels without Python: the same numbers, and no callback."""

import subprocess
import sys
import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import treealg
import treealg.jax
from treealg.jax import handlers

from .cases import precision

DONE_AT_ONCE = [
    ("branched_sig", {}),
    ("branched_sig", {"planar": True, "scalar_term": True, "time_aug": True, "end_time": 0.5}),
    ("branched_sig", {"lead_lag": True, "n_jobs": 2}),
    ("branched_sig", {"weights": (1, 2)}),
    ("branched_log_sig", {"scalar_term": True}),
    ("branched_log_sig", {"planar": True, "method": 1}),
    ("branched_log_sig", {"planar": True, "method": 2, "time_aug": True}),
    ("sig", {"lead_lag": True, "scalar_term": True}),
    ("log_sig", {}),
    ("log_sig", {"method": 2, "weights": (2, 1)}),
]
CALLED_BACK = [
    {"correction": np.full(4, 0.25)},
    {"stream": True},
    {"basepoint": True},
    {"lengths": np.array([2, 5, 1])},
    {"windows": np.array([[0, 3], [1, 5]])},
    {"time_aug": True, "times": np.array([0.0, 1.0, 1.5, 4.0, 5.0])},
    {"missing": "linear"},
]
each_call = pytest.mark.parametrize(("name", "options"), DONE_AT_ONCE)


def paths(shape, dtype=np.float64):
    return np.random.default_rng(7).normal(size=(*shape, 2)).astype(dtype)


def functions(name, options, degree=3):
    """Return a function, and the gradient of the sum of squares of its results."""

    def function(path):
        return getattr(treealg.jax, name)(path, degree, **options)

    return function, jax.grad(lambda path: (function(path) ** 2).sum())


def expected(name, options, path, degree=3):
    """Return the same by the functions of arrays."""
    found = getattr(treealg, name)(path, degree, **options)
    value = (None,) if name in ("branched_sig", "sig") else ()
    backward = getattr(treealg, f"{name}_backprop")
    return found, backward(path, *value, 2 * found, degree, **options)


def text_of(function, *given):
    return jax.jit(function).lower(*given).as_text()


def is_called_back(text):
    return "callback" in text


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("shape", [(5,), (3, 5), (2, 3, 4), (0, 5), (11, 2), (3, 1)], ids=str)
@each_call
def test_programs_call_kernels_at_once(name, options, shape, bits):
    with precision(bits):
        path = paths(shape, f"float{bits}")
        for function, want in zip(
            functions(name, options), expected(name, options, path), strict=True
        ):
            text = text_of(function, path)
            assert f"custom_call @{handlers.TARGET}(" in text
            assert not is_called_back(text)
            got = jax.jit(function)(path)
            assert got.dtype == want.dtype
            np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("options", CALLED_BACK, ids=lambda options: " ".join(options))
def test_all_else_is_called_back(options):
    with precision(64):
        path = paths((3, 5))
        for function, want in zip(
            functions("branched_sig", options, 2),
            expected("branched_sig", options, path, 2),
            strict=True,
        ):
            assert is_called_back(text_of(function, path))
            np.testing.assert_allclose(
                jax.jit(function)(path), want[0] if isinstance(want, tuple) else want, rtol=1e-14
            )


def test_degree_0_and_other_engines_and_functions_are_called_back():
    with precision(64):
        path = paths((3, 5))
        assert is_called_back(text_of(lambda x: treealg.jax.sig(x, 0, scalar_term=True), path))
        assert is_called_back(text_of(lambda x: treealg.jax.bracket_path(x), path))
        with treealg.engines.use("reference"):
            assert is_called_back(text_of(lambda x: treealg.jax.sig(x, 2), path))


def test_without_a_compiler_programs_call_back(monkeypatch):
    from treealg.codegen.compilers import host

    def find_compiler(language):
        raise treealg.MissingDependencyError(f"no {language}")

    monkeypatch.setattr(host, "find_compiler", find_compiler)
    assert not handlers._is_registered.__wrapped__()
    monkeypatch.setattr(handlers, "_is_registered", lambda: False)
    with precision(64):
        path = paths((3, 5))
        function, gradient = functions("branched_sig", {"time_aug": True})
        want = expected("branched_sig", {"time_aug": True}, path)
        assert is_called_back(text_of(function, path))
        np.testing.assert_array_equal(jax.jit(function)(path), want[0])
        np.testing.assert_array_equal(jax.jit(gradient)(path), want[1])


def test_a_compiler_that_is_named_and_not_there_is_told_of(monkeypatch):
    monkeypatch.setenv("CC", "no-such-compiler -O2")
    with pytest.warns(UserWarning, match="call back to Python.* CC must name a compiler") as told:
        assert not handlers._is_registered.__wrapped__()
    assert [warning.filename for warning in told] == [__file__]


@each_call
def test_transforms_of_compiled_programs_agree(name, options):
    with precision(64):
        batch = paths((3, 4, 5))
        function, gradient = functions(name, options)
        want, want_gradient = expected(name, options, batch)
        mapped = jax.vmap(jax.vmap(function, in_axes=1), in_axes=2)
        moved = batch.transpose(2, 1, 0, 3)
        np.testing.assert_array_equal(jax.jit(mapped)(moved), want)
        _, scanned = jax.jit(
            lambda paths: jax.lax.scan(lambda state, x: (state, gradient(x)), 0, paths)
        )(batch)
        np.testing.assert_array_equal(scanned, want_gradient)


def test_programs_keep_their_tables():
    with precision(64):
        path = paths((3, 5))
        function = jax.jit(lambda x: treealg.jax.branched_sig(x, 4, planar=True))
        want = np.asarray(function(path))
        treealg.clear_cache()
        np.testing.assert_array_equal(function(path), want)


def test_programs_run_in_several_threads_at_once():
    with precision(64):
        path = jnp.asarray(paths((40, 50)))
        programs = [
            jax.jit(functions(name, options)[i]) for name, options in DONE_AT_ONCE for i in (0, 1)
        ]
        want = [np.asarray(program(path)) for program in programs]
        wrong = []

        def work(first):
            for i in range(first, first + len(programs)):
                i %= len(programs)
                if not np.array_equal(programs[i](path), want[i]):
                    wrong.append(i)

        threads = [threading.Thread(target=work, args=(3 * i,)) for i in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []


@pytest.mark.parametrize(
    ("shapes", "result", "text"),
    [
        ([(3, 5, 2)], (3, 14), "program of another process"),
        ([(3, 5, 3)], (3, 14), "shapes of another call"),
        ([(3, 5, 2)], (3, 15), "shapes of another call"),
        ([(3, 5, 2), (3, 14)], (3, 5, 2), "shapes of another call"),
        ([(3, 5, 2)], (2, 14), "batches that differ"),
        ([(3, 5, 2)], (14,), "arrays of another form"),
        ([(3, 5, 2)] * 3, (3, 14), "frame of another form"),
    ],
)
def test_frames_that_do_not_fit_are_errors(shapes, result, text):
    with precision(64):
        types = [jax.core.ShapedArray((3, 5, 2), np.dtype(np.float64))]
        operator = treealg.jax.functions.DIFFERENTIABLE["sig"].operator
        options = (3, False, False, 1.0, False, False, "propagate", 1, None)
        present = (True, *(False,) * 5)
        number = handlers.call_number(operator, types, present, options)
        if "process" in text:
            number += 1
        call = jax.ffi.ffi_call(handlers.TARGET, jax.ShapeDtypeStruct(result, np.float64))
        with pytest.raises(jax.errors.JaxRuntimeError, match=text):
            jax.block_until_ready(call(*map(np.zeros, shapes), call=np.int64(number)))


ON_FOUR_DEVICES = """
import os
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=4"
import jax
import numpy as np
import treealg
import treealg.jax
from jax.sharding import NamedSharding, PartitionSpec
jax.config.update("jax_enable_x64", True)
paths = np.random.default_rng(0).normal(size=(8, 5, 2))
mesh, rows = jax.make_mesh((4,), ("batch",)), PartitionSpec("batch")
given = jax.device_put(paths, NamedSharding(mesh, rows))
function = lambda path: treealg.jax.branched_sig(path, 3)
gradient = jax.grad(lambda path: function(path).sum())
want = treealg.branched_sig(paths, 3)
want = want, treealg.branched_sig_backprop(paths, None, np.ones_like(want), 3)
for work, result in zip((function, gradient), want):
    program = jax.jit(jax.shard_map(work, mesh=mesh, in_specs=rows, out_specs=rows))
    text = program.lower(given).compile().as_text()
    found = program(given)
    print("all-gather" in text, "callback" in text, "treealg" in text,
          np.array_equal(found, result), len(found.sharding.device_set))
"""


@pytest.mark.slow
def test_devices_of_a_mesh_keep_their_part_of_the_batch():
    done = subprocess.run(
        [sys.executable, "-c", ON_FOUR_DEVICES], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == ["False False True True 4"] * 2, done.stderr
