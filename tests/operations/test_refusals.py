"""What does not fit is refused, by the name of the argument."""

from fractions import Fraction

import numpy as np
import pytest

import treealg

from .cases import CASES, OPERATIONS, VECTORS, Case, arrays_of, each_case

NO_ARRAYS = {
    "text": lambda x: "x",
    "mapping": lambda x: {},
    "complex": lambda x: x.astype(complex),
    "booleans": lambda x: np.ones(x.shape, bool),
    "list of booleans": lambda x: np.ones(x.shape, bool).tolist(),
    "list of complex": lambda x: x.astype(complex).tolist(),
    "objects": lambda x: x.astype(object),
    "half": lambda x: x.astype(np.float16),
    "masked": lambda x: np.ma.masked_equal(x, 1),
    "nothing": lambda x: None,
}


@each_case(CASES, "plain", "corrected", "basepoint")
@pytest.mark.parametrize("bad", NO_ARRAYS)
def test_what_is_no_array_is_refused(case, bad):
    given = case.arguments((4,))
    may_be_none = {argument.name for argument in case.row.arguments if argument.optional}
    for name, x in arrays_of(case, given).items():
        if bad != "nothing" or name not in may_be_none | {"basepoint"}:
            with pytest.raises(treealg.InvalidTypeError, match=name):
                case.row.function(**given | {name: NO_ARRAYS[bad](x)})


@each_case(CASES, "plain", "brackets", "word_brackets", "corrected", "with_value")
def test_every_array_of_another_length_is_refused_by_its_name(case):
    given = case.arguments((4,))
    lengths = {("dimension",), ("elements",), *VECTORS}
    for argument in case.row.arguments:
        array = given.get(argument.name)
        if isinstance(array, np.ndarray) and argument.axes in lengths:
            for wrong in (array[..., :-1], np.ones((4, array.shape[-1] + 2))):
                with pytest.raises(treealg.InvalidValueError, match=argument.name):
                    case.row.function(**given | {argument.name: wrong})


def changes(torch):
    return [
        (lambda x: x[:3], treealg.InvalidValueError),
        (lambda x: x.astype(np.float32), treealg.InvalidTypeError),
        (torch.from_numpy, treealg.InvalidTypeError),
    ]


@each_case(CASES, "plain", "corrected", "with_value")
def test_arrays_of_different_batch_dtype_or_kind_are_refused(case):
    torch = pytest.importorskip("torch")
    given = case.arguments((4,))
    is_gram = case.name == "branched_sig_kernel_gram"
    for name in list(arrays_of(case, given))[1:]:
        for change, error in changes(torch):
            if not is_gram or error is treealg.InvalidTypeError:  # its batches are free
                with pytest.raises(error):
                    case.row.function(**given | {name: change(given[name])})


@pytest.mark.parametrize(
    ("option", "value", "error"),
    [
        ("dimension", 0, treealg.InvalidValueError),
        ("dimension", 2.0, treealg.InvalidTypeError),
        ("degree", -1, treealg.InvalidValueError),
        ("degree", True, treealg.InvalidTypeError),
        ("degree", 10**6, treealg.InvalidValueError),
        ("n_jobs", 0, treealg.InvalidValueError),
        ("method", -1, treealg.InvalidValueError),
        ("method", 1, treealg.InvalidValueError),
        ("planar", 1, treealg.InvalidTypeError),
    ],
)
def test_bad_options_are_refused_by_name(option, value, error):
    # Words have Lyndon coordinates, and trees have none.
    needed = {option, "planar"} if (option, value) == ("method", 1) else {option}
    known = [name for name, row in OPERATIONS.items() if needed <= {*row.signature.parameters}]
    assert len(known) > 5
    for name in known:
        given = Case(name, "plain").arguments((4,)) | {option: value}
        with pytest.raises(error, match=option):
            OPERATIONS[name].function(**given)


# What is no option of any kind, and what Python and NumPy have errors of their own for.
ODD = {
    "duration": np.timedelta64(2),  # has no hash
    "no numbers": np.array([]),  # has no truth value
    "objects": np.array([None, 1], object),
    "huge": 10**5000,  # has no text
    "very negative": -(10**5000),
    "largest of NumPy": np.uint64(2**64 - 1),
    "huge fraction": Fraction(10**5000, 3),
    "list of itself": [[...]],
    "no finite number": float("nan"),
}


@pytest.mark.parametrize("kind", ODD)
@each_case(CASES, "plain")
def test_options_leave_no_errors_but_ours(case, kind):
    given = case.arguments((4,))
    others = [
        option.name
        for option in case.row.options
        if not _is_taken_or_refused(case, given | {option.name: ODD[kind]})
    ]
    assert others == []


def _is_taken_or_refused(case, given):
    try:
        case.row.function(**given)
    except treealg.TreeAlgError:
        return True
    except Exception:
        return False
    return True
