"""Tables as arrays of SciPy and as files: the same maps, and nothing that is damaged."""

import struct
import zipfile

import numpy as np
import pytest
import scipy.sparse

import treealg
from treealg import tables
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import Tree

SIZES = [(1, 4), (2, 3), (3, 2)]


def path_of(dimension, seed=0):
    return np.random.default_rng(seed).normal(size=(7, dimension))


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_the_matrix_of_arborification_takes_words_to_trees(dimension, degree, planar):
    matrix = tables.arborification(dimension, degree, planar=planar).to_scipy()
    assert matrix.has_sorted_indices
    path = path_of(dimension)
    found = matrix @ treealg.sig(path, degree)
    np.testing.assert_allclose(found, treealg.branched_sig(path, degree, planar=planar), rtol=1e-11)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_the_terms_of_the_coproduct_make_the_product(dimension, degree, planar):
    table = tables.convolution(dimension, degree, planar=planar)
    one, other = (
        treealg.branched_sig(path_of(dimension, seed), degree, planar=planar) for seed in (1, 2)
    )
    found = one + table.to_scipy() @ np.kron(table.slot_values(one), other)
    expected = treealg.branched_sig_combine(one, other, dimension, degree, planar=planar)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11)


def test_values_of_words_multiply_as_well():
    table = tables.word_convolution(2, 3)
    one, other = (treealg.sig(path_of(2, seed), 3) for seed in (1, 2))
    found = one + table.to_scipy() @ np.kron(table.slot_values(one), other)
    np.testing.assert_allclose(found, treealg.sig_combine(one, other, 2, 3), rtol=1e-11, atol=1e-11)


def test_there_must_be_a_value_for_each_basis_element():
    with pytest.raises(InvalidValueError, match=r"values have shape \(6,\)"):
        tables.convolution(2, 2).slot_values(np.zeros(5))


TABLES = {
    "arborification": lambda: tables.arborification(2, 3),
    "convolution": lambda: tables.convolution(2, 3, planar=True),
    "coefficients": lambda: tables.coefficients([Tree.from_tuple(((0,), (1,), 0))], 2),
    "translation": lambda: tables.translation(2, 2, planar=False, order=2),
    "lyndon": lambda: tables.lyndon(2, 3, 2),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_file_holds_the_table(name, tmp_path):
    (tmp_path / "one").mkdir()
    table = TABLES[name]()
    tables.save_table(table, tmp_path / "one" / "table.npz")
    found = tables.load_table(tmp_path / "one" / "table.npz")
    assert type(found) is type(table)
    (integers, arrays), (expected, columns) = found.parts(), table.parts()
    assert integers == expected
    for key, array in arrays.items():
        assert array.dtype == columns[key].dtype
        np.testing.assert_array_equal(array, columns[key])
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["table.npz"]


def test_what_scipy_wrote_is_no_table_and_the_other_way_round(tmp_path):
    table = TABLES["arborification"]()
    scipy.sparse.save_npz(tmp_path / "scipy.npz", table.to_scipy())
    with pytest.raises(InvalidValueError, match=r"scipy\.npz holds no table"):
        tables.load_table(tmp_path / "scipy.npz")
    np.save(tmp_path / "array.npz", np.zeros(3))
    (tmp_path / "array.npz.npy").rename(tmp_path / "array.npz")
    with pytest.raises(InvalidValueError, match=r"array\.npz holds no table"):
        tables.load_table(tmp_path / "array.npz")
    with pytest.raises(InvalidValueError, match=r"can be read, got .*none\.npz: No such file"):
        tables.load_table(tmp_path / "none.npz")


def test_a_file_that_was_changed_is_refused(tmp_path):
    file = tmp_path / "table.npz"
    tables.save_table(TABLES["arborification"](), file)
    whole = file.read_bytes()
    with np.load(file) as arrays:
        changed = dict(arrays)
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InvalidValueError, match="is damaged"):
        tables.load_table(file)
    changed["col"] = changed["col"] + np.int32(100)
    np.savez(file, **changed)
    with pytest.raises(InvalidValueError, match="col is a block of the input"):
        tables.load_table(file)


def header(shape, descr="<i4"):
    text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}}}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


@pytest.mark.parametrize(
    "member",
    [
        header("(10000000000000,)"),
        header(f"({10**30},)"),
        header("(-1,)"),
        header("(1,"),
        header("(" * 90),
        header("(1,)", "|O") + b"N.",
        b"no array",
        b"",
    ],
    ids=["huge", "beyond", "negative", "open", "nested", "objects", "bytes", "empty"],
)
def test_members_that_are_no_arrays_are_refused(tmp_path, member):
    file = tmp_path / "table.npz"
    tables.save_table(TABLES["convolution"](), file)
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in (members | {"head.npy": member}).items():
            archive.writestr(name, data)
    with pytest.raises(InvalidValueError, match="is damaged"):
        tables.load_table(file)


@pytest.mark.parametrize(
    ("place", "value"), [(6, 255), (8, 1), (8, 32), (8, 64), (10, 9), (10, 99)]
)
def test_archives_of_other_kinds_are_refused(tmp_path, place, value):
    file = tmp_path / "table.npz"
    tables.save_table(TABLES["convolution"](), file)
    whole = bytearray(file.read_bytes())
    whole[whole.index(b"PK\x01\x02") + place] = value  # version, encryption, compression
    file.write_bytes(whole)
    with pytest.raises(InvalidValueError, match="is damaged"):
        tables.load_table(file)


@pytest.mark.parametrize("value", [3.7, np.nan, np.inf, 3j, "3", [3, 3], np.datetime64(3, "s")])
def test_sizes_that_are_no_integers_are_refused(tmp_path, value):
    file = tmp_path / "table.npz"
    tables.save_table(TABLES["convolution"](), file)
    with np.load(file) as arrays:
        changed = dict(arrays)
    np.savez(file, **(changed | {"degree": np.array(value)}))
    with pytest.raises(InvalidValueError, match="is damaged"):
        tables.load_table(file)


def test_what_is_no_table_is_not_written(tmp_path):
    with pytest.raises(InvalidTypeError, match="got ndarray"):
        tables.save_table(np.zeros(3), tmp_path / "array.npz")
    assert not (tmp_path / "array.npz").exists()
