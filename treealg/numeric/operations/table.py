"""The table: every public function of arrays is one row, and so is its backward function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from treealg.numeric.operations import shapes
from treealg.numeric.operations.operation import Argument, Operation, Operations, Shape
from treealg.numeric.operations.tangents import with_jvp
from treealg.numeric.pairs.distances import branched_mmd, branched_mmd_backprop
from treealg.numeric.pairs.gradients import (
    branched_sig_kernel_backprop,
    branched_sig_kernel_gram_backprop,
)
from treealg.numeric.pairs.kernel import branched_sig_kernel, branched_sig_kernel_gram
from treealg.numeric.pairs.scores import (
    branched_scoring_rule,
    branched_scoring_rule_backprop,
    expected_branched_scoring_rule,
    expected_branched_scoring_rule_backprop,
)
from treealg.numeric.paths.coefficients import (
    branched_sig_coef,
    branched_sig_coef_backprop,
    extract_branched_sig_coef,
)
from treealg.numeric.paths.gradients import branched_log_sig_backprop, branched_sig_backprop
from treealg.numeric.paths.ito import ito_correction, realised_correction
from treealg.numeric.paths.lifts import branched_sig_of_lift, branched_sig_of_lift_backprop
from treealg.numeric.paths.log_coefficients import (
    branched_log_sig_coef,
    branched_log_sig_coef_backprop,
)
from treealg.numeric.paths.signature import branched_log_sig, branched_sig
from treealg.numeric.paths.transforms import transform_path, transform_path_backprop
from treealg.numeric.paths.word_coefficients import (
    extract_sig_coef,
    sig_coef,
    sig_coef_backprop,
)
from treealg.numeric.paths.word_gradients import log_sig_backprop, sig_backprop
from treealg.numeric.paths.word_log_coefficients import log_sig_coef, log_sig_coef_backprop
from treealg.numeric.paths.words import log_sig, sig
from treealg.numeric.stochastic.brackets import (
    bracket_path,
    bracket_path_backprop,
    branched_sig_change_lift,
    branched_sig_change_lift_backprop,
)
from treealg.numeric.stochastic.expected import (
    expected_branched_log_sig,
    expected_branched_log_sig_backprop,
    expected_branched_sig,
    expected_branched_sig_backprop,
)
from treealg.numeric.stochastic.translation import (
    branched_sig_translate,
    branched_sig_translate_backprop,
)
from treealg.numeric.vectors.bch import (
    branched_log_sig_combine,
    branched_log_sig_combine_backprop,
)
from treealg.numeric.vectors.bridges import (
    branched_sig_to_sig,
    branched_sig_to_sig_backprop,
    sig_to_branched_sig,
    sig_to_branched_sig_backprop,
)
from treealg.numeric.vectors.exponential import (
    branched_log_sig_to_sig,
    branched_log_sig_to_sig_backprop,
)
from treealg.numeric.vectors.geometric import (
    branched_sig_to_geometric,
    branched_sig_to_geometric_backprop,
    geometric_to_branched_sig,
    geometric_to_branched_sig_backprop,
)
from treealg.numeric.vectors.group import (
    branched_sig_combine,
    branched_sig_combine_backprop,
    branched_sig_inverse,
    branched_sig_inverse_backprop,
)
from treealg.numeric.vectors.join import branched_sig_join, branched_sig_join_backprop
from treealg.numeric.vectors.linear import (
    linear_branched_log_sig,
    linear_branched_log_sig_backprop,
    linear_branched_sig,
    linear_branched_sig_backprop,
)
from treealg.numeric.vectors.log_join import (
    branched_log_sig_join,
    branched_log_sig_join_backprop,
)
from treealg.numeric.vectors.logarithm import (
    branched_sig_to_log_sig,
    branched_sig_to_log_sig_backprop,
)
from treealg.numeric.vectors.word_bch import (
    log_sig_combine,
    log_sig_combine_backprop,
    log_sig_join,
    log_sig_join_backprop,
)
from treealg.numeric.vectors.word_group import (
    sig_combine,
    sig_combine_backprop,
    sig_inverse,
    sig_inverse_backprop,
)
from treealg.numeric.vectors.word_join import sig_join, sig_join_backprop
from treealg.numeric.vectors.word_linear import (
    linear_log_sig,
    linear_log_sig_backprop,
    linear_sig,
    linear_sig_backprop,
)
from treealg.numeric.vectors.word_logarithm import (
    log_sig_to_sig,
    log_sig_to_sig_backprop,
    sig_to_log_sig,
    sig_to_log_sig_backprop,
)

__all__ = ["operations"]

Function = Callable[..., Any]


def _row(
    function: Function,
    *arguments: Argument,
    shape: Shape,
    backward: Operation | None = None,
    gpu: bool = False,
    by_steps: bool = False,
    gives_list: bool = False,
) -> Operation:
    """Return the row of a function, with derivatives in a direction if it has gradients."""
    row = Operation(function, arguments, shape, backward, gpu=gpu, gives_list=gives_list)
    return row if backward is None else with_jvp(row, by_steps)


def _backward(
    function: Function,
    *arguments: Argument,
    gradients: tuple[str, ...],
    flags: tuple[str, ...] = (),
    shape: Shape | None = None,
    gpu: bool = False,
) -> Operation:
    """Return the row of a backward function, whose results are like some arguments."""
    given = shape if shape is not None else shapes.gradients(*gradients)
    return Operation(function, arguments, given, gradients=gradients, flags=flags, gpu=gpu)


def _backward_of_pairs(function: Function, *arguments: Argument) -> Operation:
    """Return the row of a function of gradients in two arguments, each of which has a flag."""
    first, second = (argument.name for argument in arguments[1:])
    return _backward(
        function, *arguments, gradients=(first, second), flags=("left_deriv", "right_deriv"),
        shape=shapes.gradients_of_pairs(first, second),
    )  # fmt: skip


_SCALARS = dict.fromkeys(("coefficients", "words", "geometric_words"), (1,))
_SCALARS |= dict.fromkeys(("log_coefficients", "log_words"), (0,))


def _vector(name: str, axis: str = "coefficients") -> Argument:
    return Argument(name, (axis,), scalars=_SCALARS.get(axis, ()))


def _or_log(argument: Argument) -> Argument:
    """Return an argument of a linear map that respects products: signatures, or logarithms."""
    return replace(argument, scalars=(1, 0))


def _any(argument: Argument) -> Argument:
    """Return an argument that numbers are chosen from, whatever they are."""
    return replace(argument, scalars=())


def _equal(argument: Argument) -> Argument:
    """Return an argument whose batch broadcasts with those of the others."""
    return replace(argument, batch="broadcast")


def _derivs(name: str, *axes: str, by_segment: bool = False) -> Argument:
    """Return the derivatives that come in: an item of theirs is one of the forward result."""
    is_path = axes[:1] in (("length",), ("transformed_length",))
    return Argument(
        name, axes, batch="result", role="derivs", by_segment=by_segment, listed=is_path
    )


def _value(name: str, axis: str, by_segment: bool = False) -> Argument:
    """Return the forward result, which may be given for a check."""
    return Argument(
        name, (axis,), batch="result", role="value", optional=True, differentiable=False,
        by_segment=by_segment, scalars=_SCALARS.get(axis, ()),
    )  # fmt: skip


def _backward_along_path(function: Function, *arguments: Argument, gpu: bool = False) -> Operation:
    """Return the row of gradients along paths, with what may come beside the path."""
    return _backward(
        function, _PATH, *arguments, *_ALONG_PATH[1:], gpu=gpu,
        gradients=("path", "correction", "basepoint"),
    )  # fmt: skip


_PATH = Argument("path", ("length", "channels"), listed=True)
_ONE_PATH = replace(_PATH, listed=False)
_CORRECTION = Argument(
    "correction", ("segments", "columns"), batch="shared", optional=True, listed=True
)
_BASEPOINT = Argument("basepoint", ("channels",), batch="shared", alternative="flag")
_LENGTHS = Argument("lengths", (), optional=True, differentiable=False)
_WINDOWS = Argument(
    "windows", ("windows", "ends"), batch="one", optional=True, differentiable=False
)
_TIMES = Argument(
    "times", ("points",), batch="shared", optional=True, differentiable=False, listed=True
)
_ALONG_PATH = (_PATH, _CORRECTION, _BASEPOINT, _LENGTHS, _WINDOWS, _TIMES)
_LIFT = Argument("lift", ("segments", "coefficients"))
_STEP = _vector("displacement", "dimension")
_LAW = (
    _equal(_vector("drift", "channels")),
    _equal(Argument("covariance", ("channels", "channels"))),
    replace(_equal(_vector("jump_moments", "moments")), optional=True),
)
_TRANSLATION = _equal(Argument("translation", ("dimension", "moved")))
_GRADIENTS_OF_LAW = tuple(argument.name for argument in _LAW)
_BSIG, _BLOGSIG = _vector("bsig"), _vector("blogsig", "log_coefficients")
_SIG, _LOG_SIG = _vector("sig", "words"), _vector("log_sig", "log_words")
_SIGS = tuple(_equal(_vector(f"sig{i}", "words")) for i in (1, 2))
_LOG_SIGS = tuple(_equal(_vector(f"log_sig{i}", "log_words")) for i in (1, 2))
_BSIGS = _equal(_vector("bsig1")), _equal(_vector("bsig2"))
_BLOGSIGS = tuple(_equal(_vector(f"blogsig{i}", "log_coefficients")) for i in (1, 2))
_PAIR = tuple(
    _equal(Argument(f"path{i}", (f"length_{i}", "channels"), listed=True)) for i in (1, 2)
)
_GRAM = tuple(replace(path, batch="product") for path in _PAIR)
_X = _equal(Argument("x", ("paths_1", "length_1", "channels"), listed=True))
_Y = _equal(Argument("y", ("paths_2", "length_2", "channels"), listed=True))
_OBSERVATION = replace(_Y, axes=_Y.axes[1:])
_NUMBER = replace(_derivs("derivs"), alternative="number")
_GRID = replace(
    _derivs("derivs", "nodes_1", "nodes_2"), alternative="number", only_with="return_grid"
)
_OF_PAIRS = ("windows1", "windows"), ("windows2", "windows")
_OF_BOTH = ("windows1", "windows_1"), ("windows2", "windows_2")
_OF_OBSERVATION = (("windows2", "windows"),)

operations = Operations((
    _row(
        branched_sig, *_ALONG_PATH, shape=shapes.signature_along_path, gpu=True,
        backward=_backward_along_path(
            branched_sig_backprop, _value("bsig", "coefficients", by_segment=True),
            _derivs("bsig_derivs", "coefficients", by_segment=True), gpu=True,
        ),
    ),
    _row(
        branched_log_sig, *_ALONG_PATH, shape=shapes.logarithm_along_path, gpu=True,
        backward=_backward_along_path(
            branched_log_sig_backprop,
            _derivs("blogsig_derivs", "log_coefficients", by_segment=True), gpu=True,
        ),
    ),
    _row(
        branched_sig_coef, *_ALONG_PATH, shape=shapes.elements_along_path,
        backward=_backward_along_path(
            branched_sig_coef_backprop, _value("coefs", "elements", by_segment=True),
            _derivs("derivs", "elements", by_segment=True),
        ),
    ),
    _row(
        branched_log_sig_coef, *_ALONG_PATH, shape=shapes.elements_along_path,
        backward=_backward_along_path(
            branched_log_sig_coef_backprop, _value("coefs", "elements", by_segment=True),
            _derivs("derivs", "elements", by_segment=True),
        ),
    ),
    _row(
        branched_sig_of_lift, _LIFT, shape=shapes.signature,
        backward=_backward(
            branched_sig_of_lift_backprop, _LIFT, _derivs("bsig_derivs", "coefficients"),
            gradients=("lift",),
        ),
    ),
    _row(
        sig, *_ALONG_PATH, shape=shapes.signature_along_path,
        backward=_backward_along_path(
            sig_backprop, _value("sig", "words", by_segment=True),
            _derivs("sig_derivs", "words", by_segment=True),
        ),
    ),
    _row(
        log_sig, *_ALONG_PATH, shape=shapes.logarithm_along_path,
        backward=_backward_along_path(
            log_sig_backprop, _derivs("log_sig_derivs", "log_words", by_segment=True),
        ),
    ),
    _row(
        sig_coef, *_ALONG_PATH, shape=shapes.elements_along_path,
        backward=_backward_along_path(
            sig_coef_backprop, _value("coefs", "elements", by_segment=True),
            _derivs("derivs", "elements", by_segment=True),
        ),
    ),
    _row(
        log_sig_coef, *_ALONG_PATH, shape=shapes.elements_along_path,
        backward=_backward_along_path(
            log_sig_coef_backprop, _value("coefs", "elements", by_segment=True),
            _derivs("derivs", "elements", by_segment=True),
        ),
    ),
    _row(
        transform_path, _PATH, _BASEPOINT, _LENGTHS, _TIMES, shape=shapes.transformed,
        gives_list=True,
        backward=_backward(
            transform_path_backprop, _PATH,
            _derivs("derivs", "transformed_length", "transformed_channels"), _BASEPOINT, _LENGTHS,
            _TIMES, gradients=("path", "basepoint"),
        ),
    ),
    _row(
        ito_correction, _equal(Argument("covariance", ("channels", "channels"))),
        Argument("dt", (), batch="broadcast", alternative="number"), shape=shapes.corrections,
    ),
    _row(
        expected_branched_sig, *_LAW, shape=shapes.signature,
        backward=_backward(
            expected_branched_sig_backprop, _derivs("derivs", "coefficients"), *_LAW,
            gradients=_GRADIENTS_OF_LAW,
        ),
    ),
    _row(
        expected_branched_log_sig, *_LAW, shape=shapes.cumulants,
        backward=_backward(
            expected_branched_log_sig_backprop, _derivs("derivs", "log_coefficients"), *_LAW,
            gradients=_GRADIENTS_OF_LAW,
        ),
    ),
    _row(
        branched_sig_translate, _or_log(_equal(_BSIG)), _TRANSLATION, shape=shapes.like("bsig"),
        by_steps=True,
        backward=_backward(
            branched_sig_translate_backprop, _derivs("derivs", "coefficients"),
            _or_log(_equal(_BSIG)), _TRANSLATION, gradients=("bsig", "translation"),
        ),
    ),
    _row(
        branched_sig_change_lift, _or_log(_BSIG), shape=shapes.like("bsig"),
        backward=_backward(
            branched_sig_change_lift_backprop,
            Argument("derivs", ("coefficients",), role="derivs"), gradients=("bsig",),
            shape=shapes.like("derivs"),
        ),
    ),
    _row(
        bracket_path, _PATH, _LENGTHS, shape=shapes.with_brackets, by_steps=True,
        gives_list=True,
        backward=_backward(
            bracket_path_backprop, _derivs("derivs", "length", "labels"), _PATH, _LENGTHS,
            gradients=("path",),
        ),
    ),
    _row(
        branched_sig_to_geometric, _BSIG, shape=shapes.geometric_of_signature,
        backward=_backward(
            branched_sig_to_geometric_backprop, _derivs("derivs", "geometric_words"), _BSIG,
            gradients=("bsig",),
        ),
    ),
    _row(
        geometric_to_branched_sig, _or_log(_vector("gsig", "geometric_words")),
        shape=shapes.signature_of_geometric,
        backward=_backward(
            geometric_to_branched_sig_backprop,
            Argument("derivs", ("coefficients",), role="derivs"), gradients=("gsig",),
            shape=shapes.geometric_of_signature,
        ),
    ),
    _row(realised_correction, _ONE_PATH, shape=shapes.corrections),
    _row(extract_branched_sig_coef, _any(_BSIG), shape=shapes.elements),
    _row(extract_sig_coef, _any(_SIG), shape=shapes.elements),
    _row(
        branched_sig_to_log_sig, _BSIG, shape=shapes.logarithm_of_signature, gpu=True,
        backward=_backward(
            branched_sig_to_log_sig_backprop, _BSIG, _derivs("blogsig_derivs", "log_coefficients"),
            gradients=("bsig",), gpu=True,
        ),
    ),
    _row(
        branched_log_sig_to_sig, _BLOGSIG, shape=shapes.signature_of_logarithm,
        backward=_backward(
            branched_log_sig_to_sig_backprop, _BLOGSIG, _derivs("bsig_derivs", "coefficients"),
            gradients=("blogsig",),
        ),
    ),
    _row(
        branched_sig_combine, *_BSIGS, shape=shapes.like("bsig1"), gpu=True,
        backward=_backward(
            branched_sig_combine_backprop, _derivs("derivs", "coefficients"), *_BSIGS,
            gradients=("bsig1", "bsig2"), gpu=True,
        ),
    ),
    _row(
        branched_sig_inverse, _BSIG, shape=shapes.like("bsig"),
        backward=_backward(
            branched_sig_inverse_backprop, _derivs("derivs", "coefficients"), _BSIG,
            gradients=("bsig",),
        ),
    ),
    _row(
        branched_sig_join, _equal(_BSIG), _equal(_STEP), shape=shapes.like("bsig"),
        backward=_backward(
            branched_sig_join_backprop, _derivs("derivs", "coefficients"), _equal(_BSIG),
            _equal(_STEP), gradients=("bsig", "displacement"),
        ),
    ),
    _row(
        branched_log_sig_combine, *_BLOGSIGS, shape=shapes.like("blogsig1"),
        backward=_backward(
            branched_log_sig_combine_backprop, _derivs("derivs", "log_coefficients"), *_BLOGSIGS,
            gradients=("blogsig1", "blogsig2"),
        ),
    ),
    _row(
        branched_log_sig_join, _equal(_BLOGSIG), _equal(_STEP), shape=shapes.like("blogsig"),
        backward=_backward(
            branched_log_sig_join_backprop, _derivs("derivs", "log_coefficients"),
            _equal(_BLOGSIG), _equal(_STEP), gradients=("blogsig", "displacement"),
        ),
    ),
    _row(
        linear_branched_sig, _STEP, shape=shapes.signature,
        backward=_backward(
            linear_branched_sig_backprop, _derivs("derivs", "coefficients"), _STEP,
            gradients=("displacement",),
        ),
    ),
    _row(
        linear_branched_log_sig, _STEP, shape=shapes.logarithm,
        backward=_backward(
            linear_branched_log_sig_backprop, _derivs("derivs", "log_coefficients"), _STEP,
            gradients=("displacement",),
        ),
    ),
    _row(
        sig_to_log_sig, _SIG, shape=shapes.logarithm_of_signature,
        backward=_backward(
            sig_to_log_sig_backprop, _SIG, _derivs("log_sig_derivs", "log_words"),
            gradients=("sig",),
        ),
    ),
    _row(
        log_sig_to_sig, _LOG_SIG, shape=shapes.signature_of_logarithm,
        backward=_backward(
            log_sig_to_sig_backprop, _LOG_SIG, _derivs("sig_derivs", "words"),
            gradients=("log_sig",),
        ),
    ),
    _row(
        sig_combine, *_SIGS, shape=shapes.like("sig1"),
        backward=_backward(
            sig_combine_backprop, _derivs("derivs", "words"), *_SIGS, gradients=("sig1", "sig2"),
        ),
    ),
    _row(
        sig_inverse, _SIG, shape=shapes.like("sig"),
        backward=_backward(
            sig_inverse_backprop, _derivs("derivs", "words"), _SIG, gradients=("sig",),
        ),
    ),
    _row(
        sig_join, _equal(_SIG), _equal(_STEP), shape=shapes.like("sig"),
        backward=_backward(
            sig_join_backprop, _derivs("derivs", "words"), _equal(_SIG), _equal(_STEP),
            gradients=("sig", "displacement"),
        ),
    ),
    _row(
        log_sig_combine, *_LOG_SIGS, shape=shapes.like("log_sig1"),
        backward=_backward(
            log_sig_combine_backprop, _derivs("derivs", "log_words"), *_LOG_SIGS,
            gradients=("log_sig1", "log_sig2"),
        ),
    ),
    _row(
        log_sig_join, _equal(_LOG_SIG), _equal(_STEP), shape=shapes.like("log_sig"),
        backward=_backward(
            log_sig_join_backprop, _derivs("derivs", "log_words"), _equal(_LOG_SIG),
            _equal(_STEP), gradients=("log_sig", "displacement"),
        ),
    ),
    _row(
        linear_sig, _STEP, shape=shapes.signature,
        backward=_backward(
            linear_sig_backprop, _derivs("derivs", "words"), _STEP, gradients=("displacement",),
        ),
    ),
    _row(
        linear_log_sig, _STEP, shape=shapes.logarithm,
        backward=_backward(
            linear_log_sig_backprop, _derivs("derivs", "log_words"), _STEP,
            gradients=("displacement",),
        ),
    ),
    _row(
        sig_to_branched_sig, _or_log(_SIG), shape=shapes.signature_of_words,
        backward=_backward(
            sig_to_branched_sig_backprop, Argument("derivs", ("coefficients",), role="derivs"),
            gradients=("sig",), shape=shapes.words_of_signature,
        ),
    ),
    _row(
        branched_sig_to_sig, _or_log(_BSIG), shape=shapes.words_of_signature,
        backward=_backward(
            branched_sig_to_sig_backprop, Argument("derivs", ("words",), role="derivs"),
            gradients=("bsig",), shape=shapes.signature_of_words,
        ),
    ),
    _row(
        branched_sig_kernel, *_PAIR, shape=shapes.kernels(_OF_PAIRS), by_steps=True,
        backward=_backward_of_pairs(
            branched_sig_kernel_backprop, replace(_GRID, of_windows=_OF_PAIRS), *_PAIR
        ),
    ),
    _row(
        branched_sig_kernel_gram, *_GRAM, shape=shapes.kernels(_OF_BOTH), by_steps=True,
        backward=_backward_of_pairs(
            branched_sig_kernel_gram_backprop, replace(_GRID, of_windows=_OF_BOTH), *_GRAM
        ),
    ),
    _row(
        branched_mmd, _X, _Y, shape=shapes.numbers(), by_steps=True,
        backward=_backward_of_pairs(branched_mmd_backprop, _NUMBER, _X, _Y),
    ),
    _row(
        branched_scoring_rule, _X, _OBSERVATION, shape=shapes.numbers(*_OF_OBSERVATION),
        by_steps=True,
        backward=_backward_of_pairs(
            branched_scoring_rule_backprop, replace(_NUMBER, of_windows=_OF_OBSERVATION), _X,
            _OBSERVATION,
        ),
    ),
    _row(
        expected_branched_scoring_rule, _X, _Y, shape=shapes.numbers(), by_steps=True,
        backward=_backward_of_pairs(expected_branched_scoring_rule_backprop, _NUMBER, _X, _Y),
    ),
))  # fmt: skip
"""Every public function of arrays, by its name."""
