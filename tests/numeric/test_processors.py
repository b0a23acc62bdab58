"""How many processors there are for a process, by files that are made for the test."""

import pytest

from treealg import checks, processors
from treealg.processors import cgroup_quota


def granted(machine):
    """Return the quota of the process of a machine."""
    return cgroup_quota(str(machine.process))


def bound(group, quota, period=100_000, version=2):
    group.mkdir(parents=True, exist_ok=True)
    if version == 2:
        (group / "cpu.max").write_text(f"{quota} {period}\n")
    else:
        (group / "cpu.cfs_quota_us").write_text(f"{quota}\n")
        (group / "cpu.cfs_period_us").write_text(f"{period}\n")


@pytest.mark.parametrize(
    ("quota", "period", "want"),
    [
        (100_000, 100_000, 1),
        (150_000, 100_000, 2),
        (10_000, 100_000, 1),
        (800_000, 200_000, 4),
        ("max", 100_000, None),
    ],
)
def test_quota_is_rounded_up_to_whole_processors(machine, quota, period, want):
    bound(machine.mount("cgroup2") / "job", quota, period)
    machine.belongs("0::/job")
    assert granted(machine) == want


@pytest.mark.parametrize(
    ("quota", "want"), [(100_000, 1), (250_000, 3), (-1, None), (0, None)], ids=str
)
def test_quota_of_version_1(machine, quota, want):
    bound(machine.mount("cgroup", options="rw,cpu,cpuacct") / "job", quota, version=1)
    machine.belongs("5:memory:/other", "4:cpu,cpuacct:/job", "0::/")
    assert granted(machine) == want


@pytest.mark.parametrize(
    ("quotas", "want"),
    [((400_000, 200_000, "max"), 2), (("max", 300_000, 500_000), 3), (("max", "max", 100_000), 1)],
    ids=str,
)
def test_smallest_quota_on_the_way_up_counts(machine, quotas, want):
    group = machine.mount("cgroup2")
    for name, quota in zip(("slice", "user", "job"), quotas, strict=True):
        group /= name
        bound(group, quota)
    bound(group / "below", 100_000 // 2)
    bound(machine.folder / "cgroup" / "beside", 100_000)
    machine.belongs("0::/slice/user/job")
    assert granted(machine) == want


def test_smallest_quota_of_both_versions_counts(machine):
    bound(machine.mount("cgroup", name="one", options="rw,cpu") / "job", 300_000, version=1)
    bound(machine.mount("cgroup2", name="two") / "job", 200_000)
    machine.belongs("4:cpu:/job", "0::/job")
    assert granted(machine) == 2
    bound(machine.folder / "one" / "job", 100_000, version=1)
    assert granted(machine) == 1


@pytest.mark.parametrize("group", ["/docker/abc", "/", "/../../other"])
def test_container_sees_its_group_where_the_hierarchy_is_mounted(machine, group):
    bound(machine.mount("cgroup2", root="/docker/abc"), 100_000)
    machine.belongs(f"0::{group}")
    assert granted(machine) == 1


def test_group_below_that_of_a_container(machine):
    bound(machine.mount("cgroup2", root="/docker/abc") / "inner", 200_000)
    machine.belongs("0::/docker/abc/inner")
    assert granted(machine) == 2


def test_other_controllers_bound_nothing(machine):
    bound(machine.mount("cgroup", options="rw,cpuset,memory") / "job", 100_000, version=1)
    machine.belongs("4:cpu:/job")
    assert granted(machine) is None


def test_names_with_spaces(machine):
    bound(machine.mount("cgroup2", name="control groups") / "a job", 100_000)
    machine.belongs("0::/a job")
    assert granted(machine) == 1


@pytest.mark.parametrize("text", ["", "max", "a b", "-5 100000", "100000", "1 0", "1 2 3"])
def test_nonsense_bounds_nothing(machine, text):
    (machine.mount("cgroup2") / "cpu.max").write_text(text)
    machine.belongs("0::/")
    assert granted(machine) is None


def test_process_without_control_groups_is_not_bounded(machine):
    assert granted(machine) is None
    assert cgroup_quota(str(machine.folder / "missing")) is None


@pytest.fixture
def eight(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(processors, "_scheduled", lambda: 8)
    monkeypatch.setattr(processors, "_quota", lambda: None)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.delenv("OMP_THREAD_LIMIT", raising=False)


@pytest.mark.usefixtures("eight")
def test_quota_bounds_every_number_of_jobs(monkeypatch):
    assert [checks.thread_count(n) for n in (-1, -2, 3, 9)] == [8, 7, 3, 8]
    monkeypatch.setattr(processors, "_quota", lambda: 2)
    assert [checks.thread_count(n) for n in (-1, -2, 3, 9)] == [2, 1, 2, 2]


@pytest.mark.usefixtures("eight")
@pytest.mark.parametrize(
    ("value", "want"),
    [
        *[("3", 3), (" 3 ", 3), ("03", 3), ("3,2", 3), ("99", 8), ("9" * 99, 8)],
        *[(value, 8) for value in ("", "0", "-1", "3.5", "x")],
    ],
)
def test_number_of_openmp_threads_bounds_only_what_is_not_given(monkeypatch, value, want):
    monkeypatch.setenv("OMP_NUM_THREADS", value)
    assert [checks.thread_count(n) for n in (-1, -2, 5)] == [want, want - 1, 5]
    monkeypatch.delenv("OMP_NUM_THREADS")
    monkeypatch.setenv("OMP_THREAD_LIMIT", value)
    assert [checks.thread_count(n) for n in (-1, 5)] == [want, min(want, 5)]
