"""Kernels read values and tangents from two arrays as from one of complex numbers, to the bit."""

import numpy as np
import pytest

from treealg import engines
from treealg.numeric.arguments.calls import SIGNATURE, checked_call
from treealg.numeric.plans.vectors import algebra_plan
from treealg.numeric.plans.words import plan_of

D, N, LENGTH = 2, 3, 7
COUNTS = 1, 3, 4, 8, 13, 17
# name of an engine's method, behind what is asked of it: what it reads, and what it writes
KERNELS = {
    "signature_to_log": (["x"], ["x"]),
    "signature_to_log_backward": (["x", "x"], ["x"]),
    "log_to_signature": (["x"], ["x"]),
    "log_to_signature_backward": (["x", "x"], ["x"]),
    "signature_product": (["x", "x"], ["x"]),
    "signature_product_backward": (["x", "x", "x"], ["x", "x"]),
    "signature_inverse": (["x"], ["x"]),
    "signature_inverse_backward": (["x", "x"], ["x"]),
    "linear_signature": (["step"], ["x"]),
    "linear_signature_backward": (["step", "x"], ["step"]),
    "path_signature": (["path"], ["x"]),
    "path_signature_backward": (["path", "x"], ["path"]),
    "corrected path_signature": (["path", "correction"], ["x"]),
    "corrected path_signature_backward": (["path", "correction", "x"], ["path", "correction"]),
    "logarithm path_signature": (["path"], ["x"]),
    "logarithm path_signature_backward": (["path", "x"], ["path"]),
    "lead_lag path_signature": (["path"], ["x"]),
    "lead_lag path_signature_backward": (["path", "x"], ["path"]),
    "sig_kernel": (["path", "path"], ["number"]),
    "sig_kernel_backward": (["path", "path", "number"], ["points", "points"]),
}


class Kernel:
    """A kernel with its arguments, each an array of complex numbers."""

    def __init__(self, name, count, dtype):
        *asked, self.name = name.split()
        self.count, self.dtype = count, np.result_type(dtype, np.complex64)
        self.is_corrected = "corrected" in asked
        method = 0 if "logarithm" in asked else SIGNATURE
        self.call = checked_call(D, N, False, 1, method, lead_lag="lead_lag" in asked)
        rng = np.random.default_rng(count)
        shapes, self.shapes = ([self.shape(kind) for kind in kinds] for kinds in KERNELS[name])
        parts = [rng.normal(size=(2, *shape)) / 3 for shape in shapes]
        self.given = [(one + 1j * two).astype(self.dtype) for one, two in parts]

    def shape(self, kind):
        return {
            "x": (self.count, algebra_plan(self.call).size),
            "step": (self.count, D),
            "path": (self.count, LENGTH, D),
            "correction": (self.count, LENGTH - 1, D**2),
            "number": (self.count, 1),
            "points": (self.count, LENGTH * D),
        }[kind]

    def run(self, given, outs):
        """Write results for dual numbers, complex or pairs."""
        engine = engines.current()
        kernel = getattr(engine, self.name)
        if self.name.startswith("sig_kernel"):
            pairs, options = np.arange(self.count), (2, 1, 0, False, 1.0, False, False, False, 1.0)
            kernel(*given[:2], pairs, pairs, *given[2:], *outs, *options, 1)
        elif self.name.startswith("path"):
            if not self.is_corrected:
                given = [given[0], None, *given[1:]]
                outs = [*outs, None] if self.name.endswith("backward") else outs
            plan = plan_of(self.call, 1 + self.is_corrected)
            kernel(*given, *outs, plan, self.call.transform, 1)
        else:
            kernel(*given, *outs, algebra_plan(self.call), 1)

    def joined(self):
        """Return results for complex numbers, complex."""
        outs = [np.full(shape, np.nan, self.dtype) for shape in self.shapes]
        self.run(self.given, outs)
        return outs

    def apart(self, layout, values=False):
        """Return results for pairs in a layout: tangents, or values and tangents."""
        outs = [self.result(shape) for shape in self.shapes]
        written = [out if values else (None, out[1]) for out in outs]
        self.run([layout(x) for x in self.given], written)
        return [x + 1j * dx for x, dx in outs] if values else [dx for _, dx in outs]

    def result(self, shape):
        real = np.empty(0, self.dtype).real.dtype
        return tuple(np.full(shape, np.nan, real) for _ in range(2))


def in_turn(x):
    """Return values and tangents as every second item of one array."""
    both = np.stack([x.real, x.imag], axis=1)
    return both[:, 0], both[:, 1]


def of_both(change):
    return lambda x: (change(x.real), change(x.imag))


LAYOUTS = {
    "two arrays": of_both(np.copy),
    "complex numbers": of_both(lambda part: part),
    "items in turn": in_turn,
    "tangents in front": lambda x: tuple(part[::-1] for part in in_turn(x[::-1])[::-1])[::-1],
    "numbers apart": of_both(lambda part: np.repeat(part, 3, axis=-1)[..., ::3]),
    "numbers backwards": of_both(lambda part: part[..., ::-1].copy()[..., ::-1]),
}


@pytest.fixture(params=["compiled", "reference"])
def _engine(request):
    with engines.use(request.param):
        yield


@pytest.mark.usefixtures("_engine")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("name", KERNELS)
def test_values_and_tangents_are_read_from_wherever_they_lie(name, count, dtype):
    kernel = Kernel(name, count, dtype)
    want = [x.imag for x in kernel.joined()]
    for layout in LAYOUTS:
        for got, tangent in zip(kernel.apart(LAYOUTS[layout]), want, strict=True):
            assert np.isfinite(got).all()
            np.testing.assert_array_equal(got, tangent, err_msg=layout)


@pytest.mark.usefixtures("_engine")
@pytest.mark.parametrize("name", KERNELS)
def test_tangents_that_are_left_out_are_zero(name):
    kernel = Kernel(name, 5, np.float64)
    kernel.given = [x.real + 0j if i else x for i, x in enumerate(kernel.given)]
    want = [x.imag for x in kernel.joined()]

    def layout(x):
        return x.real.copy(), x.imag.copy() if x.imag.any() else None

    for got, tangent in zip(kernel.apart(layout), want, strict=True):
        np.testing.assert_array_equal(got, tangent)


@pytest.mark.usefixtures("_engine")
@pytest.mark.parametrize("name", [x for x in KERNELS if KERNELS[x][1] == ["x"]])
def test_values_are_written_where_they_are_wanted(name):
    kernel = Kernel(name, 5, np.float64)
    for got, want in zip(kernel.apart(LAYOUTS["two arrays"], True), kernel.joined(), strict=True):
        np.testing.assert_array_equal(got, want)


def test_an_array_that_is_its_own_tangent_is_read_as_both():
    kernel = Kernel("signature_product", 9, np.float64)
    kernel.given = [x.real * (1 + 1j) for x in kernel.given]
    want = [x.imag for x in kernel.joined()]
    got = kernel.apart(lambda x: (x.real, x.real))
    np.testing.assert_array_equal(got, want)


WRONG = {
    "shapes": (np.zeros((3, 20)), np.zeros((4, 20))),
    "strides": (np.zeros((3, 20)), np.zeros((20, 3)).T),
    "precision": (np.zeros((3, 20)), np.zeros((3, 20), np.float32)),
    "complex": (np.zeros((3, 20), complex), np.zeros((3, 20), complex)),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_the_door_refuses_values_and_tangents_that_are_not_alike(wrong):
    kernel = Kernel("signature_inverse", 3, np.float64)
    with pytest.raises(ValueError, match=r"same dtype, shape and strides|native float32"):
        kernel.run([WRONG[wrong]], [(None, np.zeros((3, 20)))])
