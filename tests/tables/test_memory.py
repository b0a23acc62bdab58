"""The memory of tables and plans: its bound, what goes first, threads."""

import threading

import numpy as np
import pytest

from treealg.memory import Memory


class Value:
    def __init__(self, nbytes):
        self.nbytes = nbytes


def size(memory):
    return sum(value.nbytes for value in memory.values())


def test_what_is_kept_is_found_by_one_look_up():
    memory = Memory(100)
    value = memory.put("a", Value(10))
    assert memory.find("a") is value
    assert memory.find == memory._young.get
    assert memory.find("b") is memory.get("b") is None


def test_what_was_used_longest_ago_goes_first():
    memory = Memory(100)
    for key in "abcdef":
        memory.put(key, Value(20))
        assert memory.get("a") is not None
    kept = [key for key in "abcdef" if memory.get(key) is not None]
    assert kept[0] == "a"
    assert kept[1:] == list("abcdef"[-len(kept) + 1 :])
    assert "b" not in kept


@pytest.mark.parametrize("seed", range(5))
def test_the_bound_holds_and_the_latest_are_there(seed):
    rng = np.random.default_rng(seed)
    memory = Memory(1000)
    latest = []
    for _ in range(300):
        key = int(rng.integers(40))
        value = memory.keep(key, lambda: Value(int(rng.integers(1, 100))))
        latest = [other for other in latest if other[0] != key] + [(key, value)]
        assert size(memory) <= memory.bound
        used, kept = 0, 0
        for key, value in reversed(latest):
            used += value.nbytes
            if used > memory.bound // 2 - 100:
                break
            assert memory.get(key) is value
            kept += 1
        assert kept


def test_a_value_larger_than_the_bound_is_kept_alone():
    memory = Memory(100)
    memory.put("small", Value(40))
    large = memory.put("large", Value(1000))
    for _ in range(3):
        assert memory.find("large") is large
    assert size(memory) <= 1000 + 40
    memory.put("larger", Value(2000))
    memory.put("largest", Value(3000))
    assert memory.get("large") is None


def test_a_value_that_grows_makes_room_for_itself():
    memory = Memory(100)
    memory.put("other", Value(30))
    value = memory.put("growing", Value(0))
    value.nbytes = 90
    memory.trim(value)
    assert memory.find("growing") is value
    assert memory.find("other") is None
    value.nbytes = 120
    memory.trim(value)
    assert memory.values() == [value]


def test_a_value_is_made_once_and_forgotten_when_cleared():
    memory = Memory(100)
    made = []

    def make():
        made.append(Value(1))
        return made[-1]

    assert memory.keep("a", make) is memory.keep("a", make) is made[0]
    memory.clear()
    assert memory.values() == []
    assert memory.keep("a", make) is made[1]


def test_threads_use_one_memory():
    memory = Memory(200)
    failures = []

    def work(seed):
        rng = np.random.default_rng(seed)
        try:
            for _ in range(2000):
                key = int(rng.integers(30))
                value = memory.keep(key, lambda key=key: Value(10 + key))
                if value.nbytes != 10 + key:
                    failures.append((key, value.nbytes))
                if key == 0:
                    memory.clear()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    memory.put("last", Value(1))
    assert size(memory) <= memory.bound
