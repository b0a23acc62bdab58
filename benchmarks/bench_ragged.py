"""Paths of different lengths beside the same work on paths of one length, and prefixes backwards.

Times and missing values, and paths that are transformed, stand beside what one does in NumPy.

python benchmarks/bench_ragged.py
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from harness import Run, derivatives, main, paths

import treealg

COUNT = 1000
SIZES = ((2, 4), (4, 4))
Function = Callable[..., Any]


def ragged(dimension: int) -> list[np.ndarray]:
    """Return paths of 1,000 different lengths, in no order."""
    lengths = np.random.default_rng(dimension).permutation(COUNT) + 2
    whole = paths(1, int(lengths.sum()), dimension)[0] * 30
    return np.split(whole, np.cumsum(lengths)[:-1])


def even(listed: list[np.ndarray]) -> np.ndarray:
    """Return as many paths with about as many segments in all, of one length."""
    segments = round(sum(len(path) - 1 for path in listed) / COUNT)
    return paths(COUNT, segments + 1, listed[0].shape[1])


def backward(name: str) -> Function:
    """Return a backward function as one of path and derivatives."""
    function, is_log = getattr(treealg, f"{name}_backprop"), "log" in name
    return lambda path, derivs, *rest, **options: function(
        path, *(() if is_log else (None,)), derivs, *rest, **options
    )


def compare_sides(run: Run, name: str, size: str, ours: Function, theirs: Function, check: Any):
    """Time two calls of ours in turns; `check` is what the first, or a part of it, has to be."""
    part, expected = check
    run.compare(name, size, ours, theirs, beside="one length", part=part, expected=expected)


def bench_lists(run: Run) -> None:
    """Measure lists of 1,000 lengths beside a batch of one length with as many segments."""
    for d, n in SIZES:
        listed = ragged(d)
        array, size = even(listed), f"(d={d},N={n})"
        for name in ("sig", "branched_sig", "branched_log_sig"):
            forward = getattr(treealg, name)
            derivs = derivatives(forward(array, n).shape)
            back = backward(name)
            compare_sides(
                run, name, size, partial(forward, listed, n), partial(forward, array, n),
                (lambda found: found[7], partial(forward, listed[7], n)),
            )  # fmt: skip
            compare_sides(
                run, f"{name}_backprop", size, partial(back, listed, derivs, n),
                partial(back, array, derivs, n),
                (lambda found: found[7], partial(back, listed[7], derivs[7], n)),
            )  # fmt: skip


def bench_tensors(run: Run) -> None:
    """Measure lists of tensors beside those of NumPy, and one long path among short ones alone."""
    for d, n in SIZES:
        mixed = [paths(1, length, d)[0] / 30 for length in (*[10] * 100, 300_000)]
        compare_tensors(run, ragged(d), n, f"(1000 lengths,d={d},N={n})")
        compare_tensors(run, mixed, n, f"(100x10 and 300000,d={d},N={n})", beside_longest=True)


def compare_tensors(
    run: Run, listed: list[np.ndarray], n: int, size: str, *, beside_longest: bool = False
) -> None:
    """Measure one list of tensors."""
    import torch

    import treealg.torch

    tensors = [torch.from_numpy(x) for x in listed]
    leaves = [x.clone().requires_grad_() for x in tensors]
    forward, back = partial(treealg.torch.branched_sig, degree=n), backward("branched_sig")
    derivs = derivatives((len(listed), treealg.branched_sig_length(listed[0].shape[1], n)))
    on_tensors = torch.from_numpy(derivs)
    run.compare(
        "torch.branched_sig", size, lambda: forward(tensors).numpy(),
        partial(treealg.branched_sig, listed, n), beside="NumPy",
    )  # fmt: skip
    run.compare(
        "torch.branched_sig, with gradients", size,
        lambda: torch.autograd.grad(forward(leaves), leaves, on_tensors),
        lambda: (treealg.branched_sig(listed, n), back(listed, derivs, n))[1],
        beside="NumPy", part=lambda found: found[-1].numpy(),
        expected=lambda: back(listed[-1], derivs[-1], n),
    )  # fmt: skip
    if beside_longest:
        run.compare(
            "torch.branched_sig, all and the long one", size, partial(forward, tensors),
            partial(forward, tensors[-1]), beside="one path",
            part=lambda found: found[-1].numpy(), expected=lambda: forward(tensors[-1]).numpy(),
        )  # fmt: skip


def bench_lengths(run: Run) -> None:
    """Measure `lengths=` of whole paths beside the same call without."""
    for d, n in SIZES:
        array, lengths, size = paths(256, 101, d), np.full(256, 101), f"(256,101,d={d},N={n})"
        for name in ("sig", "branched_sig", "branched_log_sig"):
            forward, back = getattr(treealg, name), backward(name)
            derivs = derivatives(forward(array, n).shape)
            for function, given in ((forward, (array, n)), (back, (array, derivs, n))):
                label = name if function is forward else f"{name}_backprop"
                run.compare(
                    label, size, partial(function, *given, lengths=lengths),
                    partial(function, *given), beside="without lengths",
                )  # fmt: skip


def bench_coefficients(run: Run) -> None:
    """Measure chosen coefficients of lists beside a batch of one length."""
    tree = ((((0,), 1), (1,), 0), (0,), 1)
    listed = ragged(3)
    array = even(listed)
    forward = partial(treealg.branched_sig_coef, trees=tree)
    derivs = derivatives(forward(array).shape)
    back = lambda path, d: treealg.branched_sig_coef_backprop(path, tree, None, d)  # noqa: E731
    compare_sides(
        run, "branched_sig_coef", "(d=3, 6 nodes)", partial(forward, listed),
        partial(forward, array), (lambda found: found[7], partial(forward, listed[7])),
    )  # fmt: skip
    compare_sides(
        run, "branched_sig_coef_backprop", "(d=3, 6 nodes)", partial(back, listed, derivs),
        partial(back, array, derivs),
        (lambda found: found[7], partial(back, listed[7], derivs[7])),
    )  # fmt: skip


def bench_kernels(run: Run) -> None:
    """Measure Gram matrices of lists beside those of paths of one length with as many cells."""
    listed = ragged(2)[:16]
    array = paths(16, round(sum(len(path) - 1 for path in listed) / 16) + 1, 2)
    gram = partial(treealg.branched_sig_kernel_gram, depth=2, dyadic_order=0)
    one = listed[7]
    compare_sides(
        run, "branched_sig_kernel_gram", "(16, 16, d=2)", lambda: gram(listed, list(listed)),
        lambda: gram(array, array.copy()),
        (lambda found: found[7], lambda: [gram(one[None], x[None])[0, 0] for x in listed]),
    )  # fmt: skip


def bench_pairs(run: Run) -> None:
    """Measure pairs with lengths beside one at a time, and with times beside channels by hand."""
    count, length, d = 256, 50, 2
    x, y = (paths(count, length, d) / 4 for _ in range(2))
    y = y[::-1].copy()
    rng = np.random.default_rng(5)
    lengths, size = rng.integers(2, length + 1, (2, count)), f"({count},{length},{d},2,0)"
    times = np.sort(rng.uniform(size=(2, count, length)), axis=-1)
    kernel = partial(treealg.branched_sig_kernel, depth=2, dyadic_order=0)
    given = {"lengths1": lengths[0], "lengths2": lengths[1]}

    def one_by_one() -> np.ndarray:
        pairs = zip(x, y, *lengths, strict=True)
        return np.array([kernel(one[:m], two[:n]) for one, two, m, n in pairs])

    run.compare(
        "branched_sig_kernel, lengths", size, partial(kernel, x, y, **given), one_by_one,
        beside="one by one",
    )  # fmt: skip
    wide = [
        np.concatenate([paths_of, own[..., None]], axis=-1)
        for paths_of, own in zip((x, y), times, strict=True)
    ]
    timed = partial(kernel, x, y, time_aug=True, times1=times[0], times2=times[1])
    run.compare(
        "branched_sig_kernel, times",
        size,
        timed,
        partial(kernel, *wide),
        beside="times as channels",
    )
    derivs = np.ones(count)
    back = partial(treealg.branched_sig_kernel_backprop, derivs, depth=2, dyadic_order=0)
    run.compare(
        "branched_sig_kernel_backprop, times", size,
        lambda: back(x, y, time_aug=True, times1=times[0], times2=times[1])[0],
        lambda: back(*wide)[0][..., :d], beside="times as channels",
    )  # fmt: skip


def interpolated(array: np.ndarray) -> np.ndarray:
    """Return paths without gaps, channel by channel."""
    found, places = array.copy(), np.arange(array.shape[1])
    for path in found:
        for channel in path.T:
            gaps = np.isnan(channel)
            channel[gaps] = np.interp(places[gaps], places[~gaps], channel[~gaps])
    return found


def lead_and_lag(array: np.ndarray) -> np.ndarray:
    """Return paths beside themselves one step later, with time as the last channel."""
    twice = np.repeat(array, 2, axis=1)
    points = twice.shape[1] - 1
    time = np.broadcast_to(np.linspace(0, 1, points)[:, None], (len(array), points, 1))
    return np.concatenate([twice[:, :-1], twice[:, 1:], time], axis=2)


def bench_times(run: Run) -> None:
    """Measure times, missing values and transforms beside arrays that are made by hand."""
    d, n = 3, 4
    array, size = paths(256, 101, d), f"(256,101,d={d},N={n})"
    rng = np.random.default_rng(7)
    times = np.sort(rng.uniform(size=array.shape[:2]), axis=-1)
    holes = np.where(rng.uniform(size=array.shape) < 0.1, np.nan, array)
    holes[:, [0, -1]] = array[:, [0, -1]]
    for name in ("branched_sig", "branched_log_sig"):
        function = getattr(treealg, name)

        def as_channel(function: Function = function) -> np.ndarray:
            return function(np.concatenate([array, times[..., None]], axis=-1), n)

        run.compare(
            f"{name}, times", size, partial(function, array, n, time_aug=True, times=times),
            as_channel, beside="times as a channel",
        )  # fmt: skip
        run.compare(
            f"{name}, missing", size, partial(function, holes, n, missing="linear"),
            lambda function=function: function(interpolated(holes), n), beside="NumPy",
        )  # fmt: skip
    run.compare(
        "transform_path", f"(256,101,d={d})",
        partial(treealg.transform_path, array, lead_lag=True, time_aug=True),
        partial(lead_and_lag, array), beside="NumPy",
    )  # fmt: skip


def bench_prefixes(run: Run) -> None:
    """Measure the gradient of all prefixes beside these, of many paths and of a long one."""
    for (d, n), (batch, length) in product(SIZES, [(64, 101), (1, 4001)]):
        array, size = paths(batch, length, d), f"({batch},{length},d={d},N={n})"
        for name in ("sig", "branched_sig"):
            forward, back = partial(getattr(treealg, name), stream=True), backward(name)
            derivs = derivatives(forward(array, n).shape)
            last = derivs.copy()
            last[:, :-1] = 0
            run.compare(
                f"{name}_backprop", size, partial(back, array, derivs, n, stream=True),
                partial(forward, array, n), beside="forward",
                part=lambda _, b=back, x=array, e=last, n=n: b(x, e, n, stream=True),
                expected=partial(back, array, last[:, -1], n),
            )  # fmt: skip


# Geometric mean and least of the ratios that are aimed at.
AIMS = {
    f"{name}, {kind}": (1 / 1.3,)
    for name, kind in (("sig", "non-planar"), ("branched_sig", "non-planar"))
}

if __name__ == "__main__":
    groups = {
        "lists": bench_lists,
        "tensors": bench_tensors,
        "lengths": bench_lengths,
        "coefficients": bench_coefficients,
        "kernels": bench_kernels,
        "pairs": bench_pairs,
        "times": bench_times,
        "prefixes": bench_prefixes,
    }
    main(groups, "ragged", __doc__, AIMS)
