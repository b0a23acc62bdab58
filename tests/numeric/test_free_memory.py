"""How much memory there is for a process, by files that are made for the test."""

import resource

import pytest

from treealg.free_memory import free_memory


@pytest.fixture
def free(machine):
    """Return a function that reads what there is on the machine of a test."""
    return lambda: free_memory(str(machine.process), str(machine.folder / "meminfo"))


def has(machine, available, swap=0):
    (machine.folder / "meminfo").write_text(
        f"MemTotal:       99999 kB\nMemAvailable: {available} kB\nSwapFree: {swap} kB\nHuge: 0\n"
    )


def grant(group, limit, taken, version=2, **fields):
    group.mkdir(parents=True, exist_ok=True)
    names = ("memory.max", "memory.current")
    if version == 1:
        names = ("memory.limit_in_bytes", "memory.usage_in_bytes")
    for name, value in zip(names, (limit, taken), strict=True):
        (group / name).write_text(f"{value}\n")
    lines = [f"{name} {value}\n" for name, value in fields.items()]
    (group / "memory.stat").write_text("".join(lines))


def test_what_cannot_be_read_bounds_nothing(machine, free):
    assert free() is None
    (machine.folder / "meminfo").write_text("MemAvailable: much\nMemAvailable:\n\n")
    assert free() is None


def test_the_machine_has_what_is_available_and_free_swap(machine, free):
    has(machine, 1000, 24)
    assert free() == 1024 * 1024


@pytest.mark.parametrize(
    ("limit", "taken", "want"), [(5000, 3000, 2000), ("max", 3000, None), (3000, 5000, 0)], ids=str
)
def test_a_group_leaves_what_is_not_taken(machine, free, limit, taken, want):
    grant(machine.mount("cgroup2") / "job", limit, taken)
    machine.belongs("0::/job")
    assert free() == want


def test_files_that_are_kept_in_memory_may_be_dropped(machine, free):
    kept = {"anon": 7, "inactive_file": 100, "active_file": 20, "slab_reclaimable": 3}
    grant(machine.mount("cgroup2") / "job", 5000, 3000, **kept)
    machine.belongs("0::/job")
    assert free() == 2123


def test_the_least_counts_of_all_groups_on_the_way_up_and_of_the_machine(machine, free):
    group = machine.mount("cgroup2")
    grant(group / "slice", 9000, 8000)
    grant(group / "slice" / "job", 5000, 1000)
    grant(group / "beside", 10, 0)
    machine.belongs("0::/slice/job")
    assert free() == 1000
    has(machine, 0)
    assert free() == 0


def test_groups_of_version_1(machine, free):
    kept = {"total_inactive_file": 100, "total_active_file": 20, "inactive_file": 5000}
    grant(machine.mount("cgroup", options="rw,memory") / "job", 5000, 3000, version=1, **kept)
    machine.belongs("4:cpu:/other", "5:memory:/job")
    assert free() == 2120


def test_limits_of_addresses_and_of_data_leave_what_is_not_taken(machine, free, monkeypatch):
    page = resource.getpagesize()
    (machine.process / "statm").write_text("10 5 1 1 0 1 0\n")
    limits = {resource.RLIMIT_AS: 50 * page, resource.RLIMIT_DATA: 20 * page}
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (limits[kind], resource.RLIM_INFINITY))
    assert free() == 19 * page
    limits[resource.RLIMIT_DATA] = resource.RLIM_INFINITY
    assert free() == 40 * page
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (resource.RLIM_INFINITY,) * 2)
    assert free() is None
