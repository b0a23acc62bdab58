"""What all tests and doctests share: a disk cache of their own, and which skips are allowed."""

import fnmatch
import os
import tomllib

import pytest

# A script of PyInstaller's, which need not be there.
collect_ignore = ["treealg/_pyinstaller/hook-treealg.py"]


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """Let pytest-xdist, if it is there, share a run of everything among the processors."""
    option = config.option
    if (
        getattr(option, "numprocesses", 0) is None
        and config.args_source is config.ArgsSource.TESTPATHS
        and "PYTEST_XDIST_WORKER" not in os.environ
        and not option.usepdb
        and option.capture != "no"
    ):
        option.numprocesses = os.cpu_count()
        # Neighbours stay together, as they use the same tables.
        option.dist = "worksteal"


@pytest.fixture(scope="session", autouse=True)
def _own_table_directory(tmp_path_factory):
    before = os.environ.get("TREEALG_CACHE_DIR")
    os.environ["TREEALG_CACHE_DIR"] = str(tmp_path_factory.mktemp("tables"))
    yield
    if before is None:
        del os.environ["TREEALG_CACHE_DIR"]
    else:
        os.environ["TREEALG_CACHE_DIR"] = before


@pytest.fixture(scope="session", autouse=True)
def _threads_for_any_work():
    """Small calls, as tests make them, use the threads that they are given."""
    try:
        from treealg import _fast
    except ImportError:  # not built, as where the documents alone are tested
        yield
        return
    _fast.use_thread_for(0)
    yield
    _fast.use_thread_for(None)


def pytest_addoption(parser):
    parser.addoption(
        "--allowed-skips",
        metavar="FILE",
        help="fail for each skip and each expected failure that this TOML file does not list, as "
        '"pattern of test ids" = "pattern of reasons"',
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    return _refuse_skip((yield), item.config)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(collector):
    return _refuse_skip((yield), collector.config)


def _refuse_skip(report, config):
    """Turn the report of a skip or an expected failure that no entry allows into a failure."""
    file = config.getoption("allowed_skips")
    if file is None or not report.skipped:
        return report
    reason = getattr(report, "wasxfail", None) or report.longrepr[2].removeprefix("Skipped: ")
    with open(file, "rb") as lines:
        allowed = tomllib.load(lines)
    if not any(
        fnmatch.fnmatchcase(report.nodeid, tests) and fnmatch.fnmatchcase(reason, reasons)
        for tests, reasons in allowed.items()
    ):
        vars(report).pop("wasxfail", None)
        report.outcome = "failed"
        report.longrepr = f"{reason}\nA skip that {file} does not list."
    return report
