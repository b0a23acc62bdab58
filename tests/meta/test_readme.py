"""What the README says beside its snippets is so: commands, blocks of Python, names."""

import contextlib
import gc
import io
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

import treealg
from treealg import cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = sorted(set(re.findall(r"`treealg ([^`]+)`", README)))


def is_whole(command):
    """Tell whether a command stands there with its arguments, and none to be filled in."""
    has_all = len(command.split()) > 1 and not re.search(r"\b[A-Z]+\b", command)
    return has_all or command == "info"


def test_there_are_commands_of_both_kinds():
    whole = list(filter(is_whole, COMMANDS))
    assert {"info", "trees 2 3 --draw", "methods rk4 --conditions 5"} <= set(whole)
    assert {"demo", "generate", "verify"} <= set(COMMANDS) - set(whole)


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_that_it_names_run(command, tmp_path, monkeypatch):
    monkeypatch.setenv("TREEALG_CACHE_DIR", str(tmp_path))
    words = shlex.split(command)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        if is_whole(command):
            assert cli.main(words) == 0
        else:
            with pytest.raises(SystemExit, match=r"^0$"):
                cli.main([words[0], "--help"])
    assert printed.getvalue()
    options = set(re.findall(r"--[a-z-]+", command))
    if not is_whole(command):
        assert options <= set(re.findall(r"--[a-z-]+", printed.getvalue()))


def test_names_in_its_table_are_public():
    rows = [line for line in README.splitlines() if line.startswith("| ")]
    functions = {name for row in rows for name in re.findall(r"`([a-z][a-z_]+)\(", row)}
    alone = {name for row in rows for name in re.findall(r"`((?:branched_|log_|sig_)\w+)`", row)}
    assert len(functions) > 30
    assert functions | alone <= set(treealg.__all__)
    for module, names in re.findall(r"`(treealg\.\w+)`: ((?:`\w+`(?:, )?)+)", "\n".join(rows)):
        found = pytest.importorskip(module)
        assert [name for name in re.findall(r"\w+", names) if not hasattr(found, name)] == []


def test_the_lines_for_a_cluster_run(tmp_path, monkeypatch):
    distributed = pytest.importorskip("dask.distributed")
    zarr = pytest.importorskip("zarr")
    import dask.array

    import treealg.dask

    (block,) = re.findall(r"^```python\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert block.count("\n") == 3
    paths = np.random.default_rng(0).normal(size=(12, 20, 3))
    monkeypatch.chdir(tmp_path)
    zarr.save("paths.zarr", paths)
    gc.collect()  # what is left of other clusters would end amid the start of this one
    cluster = distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=":0")
    with cluster:
        code = block.replace("tcp://10.0.0.1:8786", cluster.scheduler_address)
        namespace = {"dask": dask, "treealg": treealg}
        exec(code, namespace)
        namespace["client"].close()
    expected = treealg.branched_log_sig(paths, 3, time_aug=True)
    np.testing.assert_allclose(zarr.load("features.zarr"), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("page", ["scikit_learn", "aeon_and_sktime"])
def test_blocks_of_python_on_pages_run(page, tmp_path, monkeypatch, capsys):
    for module in ("sklearn", "aeon", "sktime", "pandas"):
        pytest.importorskip(module)
    text = (ROOT / "docs" / "how-to" / f"{page}.md").read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    namespace = {}
    for block in blocks:
        exec(block, namespace)
    assert len(blocks) >= 2
    assert capsys.readouterr().out
