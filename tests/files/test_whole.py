"""The command on recordings and on a table of a million rows, killed twice on the way."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

import treealg

ROOT = Path(treealg.__file__).parents[1]

# The command, with pieces of so many bytes.
COMMAND = """
import sys
from treealg import cli
from treealg.files import run
run._PIECE = int(sys.argv[1])
sys.exit(cli.main(["compute", *sys.argv[2:]]))
"""


def run_command(arguments, nbytes, killed_after=None):
    """Run the command, and kill it when it has written so many pieces."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(nbytes), *map(str, arguments)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    parts = arguments[1].with_name(f"{arguments[1].name}.parts")
    while killed_after is not None and process.poll() is None:
        if len(list(parts.glob("*.part"))) >= killed_after:
            process.kill()
            break
        time.sleep(0.002)
    _, errors = process.communicate()
    return process.returncode, errors, len(list(parts.glob("*.part")))


def check_killed_twice(arguments, nbytes, moments):
    """Kill a run twice, let it end, and compare with one that nobody disturbed."""
    kept = []
    for moment in moments:
        status, errors, count = run_command(arguments, nbytes, moment)
        assert status == -signal.SIGKILL, errors
        assert not arguments[1].exists()
        kept.append(count)
    assert moments[0] <= kept[0] < kept[1]
    status, errors, _ = run_command(arguments, nbytes)
    assert (status, errors) == (0, "")
    whole = arguments[1].with_name(f"whole{arguments[1].suffix}")
    status, errors, _ = run_command([arguments[0], whole, *arguments[2:]], nbytes)
    assert (status, errors) == (0, "")
    assert arguments[1].read_bytes() == whole.read_bytes()


def write_table(path, paths, names, **options):
    lengths = [len(own) for own in paths]
    columns = dict(zip(names, np.concatenate(paths).T, strict=True))
    ids = np.repeat(np.arange(len(paths)), lengths)
    time = np.concatenate([np.arange(length) for length in lengths])
    pa.parquet.write_table(pa.table({"id": ids, "time": time, **columns}), path, **options)


@pytest.mark.slow
def test_recordings_of_people_give_the_right_file_though_it_is_killed_twice(tmp_path):
    datasets = pytest.importorskip("aeon.datasets")
    recordings, _ = datasets.load_japanese_vowels()  # of 640 speakers, 7 to 29 points, 12 channels
    paths = [np.ascontiguousarray(own.T, np.float64) for own in recordings]
    names = [f"lpc{number}" for number in range(12)]
    write_table(tmp_path / "in.parquet", paths, names, row_group_size=1000)
    arguments = [tmp_path / "in.parquet", tmp_path / "out.parquet", "--degree", "2", "--id", "id",
                 "--time", "time", "--times", "--values", *names]  # fmt: skip
    check_killed_twice(arguments, 1 << 16, (2, 5))
    table = pa.parquet.read_table(tmp_path / "out.parquet")
    assert table.column("id").to_pylist() == list(range(640))
    times = [np.arange(len(own)) for own in paths]
    expected = treealg.branched_sig(paths, 2, time_aug=True, times=times)
    found = np.column_stack([column.to_numpy() for column in table.columns[1:]])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 * np.abs(expected).max())


@pytest.mark.exhaustive
def test_a_table_of_a_million_rows_gives_the_right_file_though_it_is_killed_twice(tmp_path):
    rng = np.random.default_rng(0)
    lengths = rng.integers(20, 180, 10_100)
    paths = [rng.normal(size=(length, 4)).cumsum(axis=0) / 10 for length in lengths]
    assert lengths.sum() >= 10**6
    write_table(tmp_path / "in.parquet", paths, "abcd", row_group_size=50_000)
    arguments = [tmp_path / "in.parquet", tmp_path / "out.parquet", "--degree", "4", "--log",
                 "--time-aug", "--id", "id", "--time", "time", "--values", *"abcd"]  # fmt: skip
    check_killed_twice(arguments, 1 << 25, (1, 4))
    table = pa.parquet.read_table(tmp_path / "out.parquet")
    assert table.column("id").to_pylist() == list(range(len(paths)))
    places = np.arange(0, len(paths), 97)
    expected = treealg.branched_log_sig([paths[place] for place in places], 4, time_aug=True)
    found = np.column_stack([column.to_numpy()[places] for column in table.columns[1:]])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 * np.abs(expected).max())
