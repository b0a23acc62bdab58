"""Exactness of the nodes, and their failure one degree further on."""

import numpy as np
import pytest

from treealg import tables
from treealg.errors import InvalidTypeError, InvalidValueError

DEGREES = [2, 3, 4, 5, 6, 7, 9, 12, 19]


@pytest.mark.parametrize("degree", DEGREES)
def test_weights_integrate_polynomials_that_vanish_at_0(degree):
    t, w, _ = tables.nodes(degree)
    for power in range(1, degree):
        assert w @ t**power == pytest.approx(1 / (power + 1), rel=4e-16, abs=3e-16)


@pytest.mark.parametrize("degree", DEGREES)
def test_matrix_integrates_up_to_each_node(degree):
    t, _, matrix = tables.nodes(degree)
    for power in range(1, degree - 1):
        np.testing.assert_allclose(
            matrix @ t**power, t ** (power + 1) / (power + 1), rtol=0, atol=4e-16
        )


@pytest.mark.parametrize(("degree", "exact"), [(2, 1), (3, 2), (4, 3), (5, 5), (6, 7), (7, 9)])
def test_weights_are_exact_to_their_degree_and_no_further(degree, exact):
    t, w, _ = tables.nodes(degree)
    defect = [abs(w @ t**p - 1 / (p + 1)) for p in range(1, exact + 2)]
    assert max(defect[:-1]) < 3e-16
    assert defect[-1] > 1e-7


@pytest.mark.parametrize("degree", DEGREES)
def test_nodes_ascend_to_1_and_weights_are_the_last_row(degree):
    t, w, matrix = tables.nodes(degree)
    assert t[0] > 0
    assert t[-1] == 1
    assert (np.diff(t) > 0).all()
    assert (w > 0).all()
    assert matrix[-1].tolist() == w.tolist()
    assert len(t) == (degree - 1 if degree < 4 else degree - 2)


def test_published_nodes():
    # Hairer and Wanner (1996), tables IV.5.5 (Radau IIA) and IV.5.7 (Lobatto IIIA).
    assert tables.nodes(3).t.tolist() == [1 / 3, 1]
    assert tables.nodes(3).A.tolist() == [[5 / 12, -1 / 12], [3 / 4, 1 / 4]]
    assert tables.nodes(4).A.tolist() == [[1 / 3, -1 / 24], [2 / 3, 1 / 6]]
    np.testing.assert_allclose(
        tables.nodes(5).t, [(5 - 5**0.5) / 10, (5 + 5**0.5) / 10, 1], rtol=2e-16
    )


@pytest.mark.parametrize("degree", [0, 1])
def test_first_order_needs_no_node(degree):
    t, w, matrix = tables.nodes(degree)
    assert (t.shape, w.shape, matrix.shape) == ((0,), (0,), (0, 0))


def test_arrays_cannot_be_changed():
    for array in tables.nodes(5):
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.setflags(write=True)


@pytest.mark.parametrize(
    ("degree", "error"),
    [
        (-1, InvalidValueError),
        (65, InvalidValueError),
        (2.0, InvalidTypeError),
        (True, InvalidTypeError),
    ],
)
def test_degree_is_a_small_integer(degree, error):
    with pytest.raises(error, match="degree"):
        tables.nodes(degree)
