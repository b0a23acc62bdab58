"""What computes: one protocol, and who implements it.

The compiled kernels, the same in readable NumPy, and generated kernels on GPUs are three engines.
A function of arrays checks its arguments, allocates, and asks the engine of its arrays: for those
in the memory of the CPU the one in use, compiled unless `use` says otherwise, for those on a GPU
the engine that reads them. An engine is told the map by a plan, which has its sizes, and makes its
tables in the form that an engine wants when it first asks.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol

from treealg.checks import check_choice

__all__ = [
    "GPU",
    "Engine",
    "HostEngine",
    "KernelEngine",
    "clear_cache",
    "current",
    "forget_repeats",
    "is_on_gpu",
    "read_on_gpu",
    "register_gpu",
    "use",
]


class Engine(Protocol):
    """What every engine does; no method returns anything.

    Arrays are batches of checked arguments, items along the first axis, without scalars. Then come
    the plan of the map, along paths their transform, and the number of threads.
    """

    name: str

    def path_signature(
        self, path: Any, correction: Any, out: Any, plan: Any, transform: Any, n_threads: int
    ) -> None:
        """Write signatures or logarithms of paths, with a correction per segment or None."""

    def path_signature_backward(
        self,
        path: Any,
        correction: Any,
        derivs: Any,
        out: Any,
        out_correction: Any,
        plan: Any,
        transform: Any,
        n_threads: int,
    ) -> None:
        """Write derivatives in points, and in corrections if there are any."""

    def signature_to_log(self, bsig: Any, out: Any, plan: Any, n_threads: int) -> None:
        """Write logarithms of signatures."""

    def signature_to_log_backward(
        self, bsig: Any, derivs: Any, out: Any, plan: Any, n_threads: int
    ) -> None:
        """Write derivatives in signatures from those in their logarithms."""

    def signature_product(self, left: Any, right: Any, out: Any, plan: Any, n_threads: int) -> None:
        """Write products of signatures, the earlier factor left."""

    def signature_product_backward(
        self,
        left: Any,
        right: Any,
        derivs: Any,
        d_left: Any,
        d_right: Any,
        plan: Any,
        n_threads: int,
    ) -> None:
        """Write derivatives in both factors."""


class HostEngine(Engine, Protocol):
    """What engines on the CPU do besides."""

    def prepare(self, *plans: Any) -> None:
        """Make the tables of all plans of a call, or refuse one before the first is made."""

    def lines(self, paths: Any) -> Any:
        """Return the paths of a list as functions of spans read them where they lie, or None."""

    def path_prefixes(
        self, path: Any, correction: Any, out: Any, plan: Any, transform: Any, n_threads: int
    ) -> None:
        """Write what `path_signature` gives for the beginnings of paths, one per segment."""

    def span_signature(
        self,
        path: Any,
        spans: Any,
        correction: Any,
        out: Any,
        plan: Any,
        transform: Any,
        n_threads: int,
    ) -> None:
        """Write what `path_signature` gives for a span of each path: first point, points."""

    def span_signature_backward(
        self,
        path: Any,
        spans: Any,
        correction: Any,
        derivs: Any,
        out: Any,
        out_correction: Any,
        plan: Any,
        transform: Any,
        n_threads: int,
    ) -> None:
        """Write derivatives in points of spans, and in corrections, span after span."""

    def span_prefixes(
        self,
        path: Any,
        spans: Any,
        correction: Any,
        out: Any,
        plan: Any,
        transform: Any,
        n_threads: int,
    ) -> None:
        """Write what `path_prefixes` gives for a span of each path."""

    def span_prefixes_backward(
        self,
        path: Any,
        spans: Any,
        correction: Any,
        derivs: Any,
        out: Any,
        out_correction: Any,
        plan: Any,
        transform: Any,
        n_threads: int,
    ) -> None:
        """Write derivatives in points of spans, given those in all prefixes."""

    def span_coefficients(
        self,
        path: Any,
        spans: Any,
        correction: Any,
        out: Any,
        plan: Any,
        transform: Any,
        n_threads: int,
    ) -> None:
        """Write what `path_coefficients` gives for a span of each path."""

    def span_coefficients_backward(
        self,
        path: Any,
        spans: Any,
        correction: Any,
        derivs: Any,
        out: Any,
        out_correction: Any,
        plan: Any,
        transform: Any,
        n_threads: int,
    ) -> None:
        """Write derivatives in points of spans, given those in coefficients."""

    def path_coefficients(
        self, path: Any, correction: Any, out: Any, plan: Any, transform: Any, n_threads: int
    ) -> None:
        """Write chosen coefficients of signatures."""

    def path_coefficients_backward(
        self,
        path: Any,
        correction: Any,
        derivs: Any,
        out: Any,
        out_correction: Any,
        plan: Any,
        transform: Any,
        n_threads: int,
    ) -> None:
        """Write derivatives in points, and in corrections if there are any."""

    def log_to_signature(self, blogsig: Any, out: Any, plan: Any, n_threads: int) -> None:
        """Write signatures of logarithms in expanded form."""

    def log_to_signature_backward(
        self, blogsig: Any, derivs: Any, out: Any, plan: Any, n_threads: int
    ) -> None:
        """Write derivatives in logarithms from those in their signatures."""

    def signature_inverse(self, bsig: Any, out: Any, plan: Any, n_threads: int) -> None:
        """Write inverses of signatures."""

    def signature_inverse_backward(
        self, bsig: Any, derivs: Any, out: Any, plan: Any, n_threads: int
    ) -> None:
        """Write derivatives in signatures from those in their inverses."""

    def linear_signature(self, displacement: Any, out: Any, plan: Any, n_threads: int) -> None:
        """Write signatures of linear pieces."""

    def linear_signature_backward(
        self, displacement: Any, derivs: Any, out: Any, plan: Any, n_threads: int
    ) -> None:
        """Write derivatives in displacements."""

    def map_rows(self, rows: Any, out: Any, plan: Any, transposed: bool, n_threads: int) -> None:
        """Apply the linear map of a plan, or its transpose."""

    def map_words(self, words: Any, out: Any, plan: Any, n_threads: int) -> None:
        """Write what `path_signature` gives, from the word signatures of the paths."""

    def word_products(self, left: Any, right: Any, out: Any, plan: Any, n_threads: int) -> None:
        """Write products of word signatures."""

    def join_tangents(self, values: Any, tangents: Any, out: Any) -> None:
        """Write values and tangents, or zeros, as dual numbers."""

    def take_tangents(self, duals: Any, out: Any) -> None:
        """Write the tangents of dual numbers."""

    def sig_kernel(self, path1: Any, path2: Any, *rest: Any) -> None:
        """Write signature kernels of pairs of paths."""

    def sig_kernel_backward(self, path1: Any, path2: Any, *rest: Any) -> None:
        """Write derivatives of signature kernels in both paths."""


class KernelEngine:
    """An engine on the CPU: a module with the kernels of `treealg._fast` and their tables.

    Parameters
    ----------
    name : str
        How `use` calls it.
    kernels : module
        `treealg._fast`, or what has its names.

    Attributes
    ----------
    repeats : Repeats
        The calls that were made before; see `treealg._fast.repeats`.
    """

    def __init__(self, name: str, kernels: Any) -> None:
        self.name = name
        self.kernels = kernels
        self.repeats = kernels.Repeats()

    def prepare(self, *plans: Any) -> None:
        """Make the tables of all plans of a call, or refuse one before the first is made."""
        for plan in plans:
            plan.foresee(self)
        for plan in plans:
            plan.prepared(self)

    def lines(self, paths: Any) -> Any:
        """Return the paths of a list as functions of spans read them where they lie, or None."""
        return self.kernels.Lines.of(paths)

    def path_signature(
        self, path: Any, correction: Any, out: Any, plan: Any, transform: Any, n_threads: int
    ) -> None:
        """Write signatures or logarithms of paths, with a correction per segment or None."""
        kernel, rest = self.kernel_along_path(plan, transform, n_threads)
        kernel(path, correction, out, *rest)

    def kernel_along_path(
        self, plan: Any, transform: Any, n_threads: int
    ) -> tuple[Callable[..., None], tuple[Any, ...]]:
        """Return the kernel of `path_signature`, and what comes after its arrays."""
        words, linear, log, _ = plan.prepared(self)
        return self.kernels.path_signature, (words, linear, log, *transform, n_threads)

    def kernel_along_spans(
        self, plan: Any, transform: Any, n_threads: int
    ) -> tuple[Callable[..., None], tuple[Any, ...]]:
        """Return the kernel of `span_signature`, and what comes after its arrays."""
        return self.kernels.span_signature, self.kernel_along_path(plan, transform, n_threads)[1]

    def path_signature_backward(
        self,
        path: Any,
        correction: Any,
        derivs: Any,
        out: Any,
        out_correction: Any,
        plan: Any,
        transform: Any,
        n_threads: int,
    ) -> None:
        """Write derivatives in points, and in corrections if there are any."""
        kernel, rest = self.kernel_along_path_backward(plan, transform, n_threads)
        kernel(path, correction, derivs, out, out_correction, *rest)

    def kernel_along_path_backward(
        self, plan: Any, transform: Any, n_threads: int
    ) -> tuple[Callable[..., None], tuple[Any, ...]]:
        """Return the kernel of `path_signature_backward`, and what comes after its arrays."""
        _, rest = self.kernel_along_path(plan, transform, n_threads)
        return self.kernels.path_signature_backward, rest

    def path_prefixes(
        self, path: Any, correction: Any, out: Any, plan: Any, transform: Any, n_threads: int
    ) -> None:
        """Write what `path_signature` gives for the beginnings of paths, one per segment."""
        words, linear, log, _ = plan.prepared(self)
        self.kernels.path_prefixes(path, correction, out, words, linear, log, *transform, n_threads)

    def span_signature(
        self,
        path: Any,
        spans: Any,
        correction: Any,
        out: Any,
        plan: Any,
        transform: Any,
        n_threads: int,
    ) -> None:
        """Write what `path_signature` gives for a span of each path: first point, points."""
        kernel, rest = self.kernel_along_spans(plan, transform, n_threads)
        kernel(path, spans, correction, out, *rest)

    def span_signature_backward(
        self,
        path: Any,
        spans: Any,
        correction: Any,
        derivs: Any,
        out: Any,
        out_correction: Any,
        plan: Any,
        transform: Any,
        n_threads: int,
    ) -> None:
        """Write derivatives in points of spans, and in corrections, span after span."""
        words, linear, log, _ = plan.prepared(self)
        self.kernels.span_signature_backward(
            path,
            spans,
            correction,
            derivs,
            out,
            out_correction,
            words,
            linear,
            log,
            *transform,
            n_threads,
        )

    def span_prefixes(
        self,
        path: Any,
        spans: Any,
        correction: Any,
        out: Any,
        plan: Any,
        transform: Any,
        n_threads: int,
    ) -> None:
        """Write what `path_prefixes` gives for a span of each path."""
        words, linear, log, _ = plan.prepared(self)
        self.kernels.span_prefixes(
            path, spans, correction, out, words, linear, log, *transform, n_threads
        )

    def span_prefixes_backward(
        self,
        path: Any,
        spans: Any,
        correction: Any,
        derivs: Any,
        out: Any,
        out_correction: Any,
        plan: Any,
        transform: Any,
        n_threads: int,
    ) -> None:
        """Write derivatives in points of spans, given those in all prefixes."""
        words, linear, log, _ = plan.prepared(self)
        self.kernels.span_prefixes_backward(
            path,
            spans,
            correction,
            derivs,
            out,
            out_correction,
            words,
            linear,
            log,
            *transform,
            n_threads,
        )

    def span_coefficients(
        self,
        path: Any,
        spans: Any,
        correction: Any,
        out: Any,
        plan: Any,
        transform: Any,
        n_threads: int,
    ) -> None:
        """Write what `path_coefficients` gives for a span of each path."""
        trees = plan.prepared(self).trees
        self.kernels.span_coefficients(path, spans, correction, out, trees, *transform, n_threads)

    def span_coefficients_backward(
        self,
        path: Any,
        spans: Any,
        correction: Any,
        derivs: Any,
        out: Any,
        out_correction: Any,
        plan: Any,
        transform: Any,
        n_threads: int,
    ) -> None:
        """Write derivatives in points of spans, given those in coefficients."""
        trees = plan.prepared(self).trees
        self.kernels.span_coefficients_backward(
            path, spans, correction, derivs, out, out_correction, trees, *transform, n_threads
        )

    def path_coefficients(
        self, path: Any, correction: Any, out: Any, plan: Any, transform: Any, n_threads: int
    ) -> None:
        """Write chosen coefficients of signatures."""
        trees = plan.prepared(self).trees
        self.kernels.path_coefficients(path, correction, out, trees, *transform, n_threads)

    def path_coefficients_backward(
        self,
        path: Any,
        correction: Any,
        derivs: Any,
        out: Any,
        out_correction: Any,
        plan: Any,
        transform: Any,
        n_threads: int,
    ) -> None:
        """Write derivatives in points, and in corrections if there are any."""
        trees = plan.prepared(self).trees
        self.kernels.path_coefficients_backward(
            path, correction, derivs, out, out_correction, trees, *transform, n_threads
        )

    def signature_to_log(self, bsig: Any, out: Any, plan: Any, n_threads: int) -> None:
        """Write logarithms of signatures."""
        _, linear, log, _ = plan.prepared(self)
        self.kernels.signature_to_log(bsig, out, log, linear, n_threads)

    def signature_to_log_backward(
        self, bsig: Any, derivs: Any, out: Any, plan: Any, n_threads: int
    ) -> None:
        """Write derivatives in signatures from those in their logarithms."""
        _, linear, log, _ = plan.prepared(self)
        self.kernels.signature_to_log_backward(bsig, derivs, out, log, linear, n_threads)

    def log_to_signature(self, blogsig: Any, out: Any, plan: Any, n_threads: int) -> None:
        """Write signatures of logarithms in expanded form."""
        self.kernels.log_to_signature(blogsig, out, plan.prepared(self).log, n_threads)

    def log_to_signature_backward(
        self, blogsig: Any, derivs: Any, out: Any, plan: Any, n_threads: int
    ) -> None:
        """Write derivatives in logarithms from those in their signatures."""
        log = plan.prepared(self).log
        self.kernels.log_to_signature_backward(blogsig, derivs, out, log, n_threads)

    def signature_product(self, left: Any, right: Any, out: Any, plan: Any, n_threads: int) -> None:
        """Write products of signatures, the earlier factor left."""
        log = plan.prepared(self).log
        self.kernels.signature_product(left, right, out, log, n_threads)

    def signature_product_backward(
        self,
        left: Any,
        right: Any,
        derivs: Any,
        d_left: Any,
        d_right: Any,
        plan: Any,
        n_threads: int,
    ) -> None:
        """Write derivatives in both factors."""
        log = plan.prepared(self).log
        self.kernels.signature_product_backward(
            left, right, derivs, d_left, d_right, log, n_threads
        )

    def signature_inverse(self, bsig: Any, out: Any, plan: Any, n_threads: int) -> None:
        """Write inverses of signatures."""
        self.kernels.signature_inverse(bsig, out, plan.prepared(self).log, n_threads)

    def signature_inverse_backward(
        self, bsig: Any, derivs: Any, out: Any, plan: Any, n_threads: int
    ) -> None:
        """Write derivatives in signatures from those in their inverses."""
        log = plan.prepared(self).log
        self.kernels.signature_inverse_backward(bsig, derivs, out, log, n_threads)

    def linear_signature(self, displacement: Any, out: Any, plan: Any, n_threads: int) -> None:
        """Write signatures of linear pieces."""
        self.kernels.linear_signature(displacement, out, plan.prepared(self).log, n_threads)

    def linear_signature_backward(
        self, displacement: Any, derivs: Any, out: Any, plan: Any, n_threads: int
    ) -> None:
        """Write derivatives in displacements."""
        log = plan.prepared(self).log
        self.kernels.linear_signature_backward(displacement, derivs, out, log, n_threads)

    def map_rows(self, rows: Any, out: Any, plan: Any, transposed: bool, n_threads: int) -> None:
        """Apply the linear map of a plan, or its transpose."""
        linear = plan.prepared(self).linear
        self.kernels.map_rows(rows, out, linear, transposed, n_threads)

    def map_words(self, words: Any, out: Any, plan: Any, n_threads: int) -> None:
        """Write what `path_signature` gives, from the word signatures of the paths."""
        _, linear, log, _ = plan.prepared(self)
        self.kernels.map_words(words, out, linear, log, n_threads)

    def word_products(self, left: Any, right: Any, out: Any, plan: Any, n_threads: int) -> None:
        """Write products of word signatures."""
        self.kernels.word_products(left, right, out, plan.prepared(self).words, n_threads)

    def join_tangents(self, values: Any, tangents: Any, out: Any) -> None:
        """Write values and tangents, or zeros, as dual numbers."""
        self.kernels.join_tangents(values, tangents, out)

    def take_tangents(self, duals: Any, out: Any) -> None:
        """Write the tangents of dual numbers."""
        self.kernels.take_tangents(duals, out)

    def sig_kernel(self, path1: Any, path2: Any, *rest: Any) -> None:
        """Write signature kernels of pairs of paths."""
        self.kernels.sig_kernel(path1, path2, *rest)

    def sig_kernel_backward(self, path1: Any, path2: Any, *rest: Any) -> None:
        """Write derivatives of signature kernels in both paths."""
        self.kernels.sig_kernel_backward(path1, path2, *rest)


def _compiled() -> Any:
    import treealg._fast

    return treealg._fast


def _reference() -> Any:
    import treealg._fast.reference

    return treealg._fast.reference


_MODULES = {"compiled": _compiled, "reference": _reference}
_made: dict[str, KernelEngine] = {}


def _named(name: str) -> KernelEngine:
    found = _made.get(name)
    if found is None:
        found = _made[name] = KernelEngine(name, _MODULES[name]())
    return found


# None until something is computed: what does not compute needs no kernels.
_current: KernelEngine | None = None


def current() -> KernelEngine:
    """Return the engine that computes on arrays in the memory of the CPU."""
    global _current
    if _current is None:
        _current = _named("compiled")
    return _current


class _Use:
    """Restores the engine that was in use before."""

    def __init__(self, before: KernelEngine | None) -> None:
        self._before = before

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        global _current
        _current = self._before


def use(name: str) -> _Use:
    """Choose the engine that computes on arrays in the memory of the CPU.

    Parameters
    ----------
    name : {"compiled", "reference"}
        The kernels, or the same algorithms in NumPy: slow, to be read and to test against.

    Returns
    -------
    context manager
        For the whole process, until another is chosen; in a ``with`` statement until its end.

    Raises
    ------
    InvalidValueError
        If there is no such engine.

    Notes
    -----
    Not while other threads compute. Of results, only rounding changes.

    Examples
    --------
    >>> import treealg
    >>> with treealg.engines.use("reference"):
    ...     treealg.branched_sig([[0.0], [2.0]], 2)
    array([2., 2.])
    """
    global _current
    before, _current = _current, _named(check_choice("engine", name, tuple(_MODULES)))
    return _Use(before)


class GPU(Protocol):
    """What a package that computes on GPUs registers."""

    def as_rows(self, value: Any, name: str, item_ndim: int) -> Any:
        """Read an array, with its name and the axes of its items; the rows know their engine."""

    def clear_cache(self) -> None:
        """Forget what is held in memory."""


_load_gpu: Callable[[], GPU] | None = None
_gpu: GPU | None = None


def register_gpu(load: Callable[[], GPU]) -> None:
    """Say what computes on GPUs, by a function that loads it when the first array shows up."""
    global _load_gpu
    _load_gpu = load


def is_on_gpu(value: Any) -> bool:
    """Tell whether a value is an array in the memory of an NVIDIA GPU, by what it says itself."""
    is_cuda = getattr(value, "is_cuda", None)
    if is_cuda is None:
        return hasattr(value, "__cuda_array_interface__")
    return is_cuda is True


def read_on_gpu(value: Any, name: str, item_ndim: int) -> Any:
    """Read an array on a GPU."""
    global _gpu
    if _gpu is None:
        if _load_gpu is None:
            raise LookupError("nothing is registered that computes on GPUs")
        _gpu = _load_gpu()
    return _gpu.as_rows(value, name, item_ndim)


def forget_repeats() -> None:
    """Forget the calls that were made before, and with them the plans that they hold."""
    for engine in _made.values():
        engine.repeats.clear()


def clear_cache() -> None:
    """Forget the kernels that are held in memory, if any were made."""
    if _gpu is not None:
        _gpu.clear_cache()
