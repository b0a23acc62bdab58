"""What is too large is refused at once, by its size and not after the work."""

import time

import pytest

import treealg
from treealg.errors import InvalidValueError
from treealg.symbolic import Forest, PlanarTree, Tree
from treealg.symbolic.trees import meter


@pytest.mark.parametrize(
    ("read", "text", "match"),
    [
        (Tree.from_text, "9" * 10**6, "at most 50,000 digits, got 1,000,000 at position 0"),
        (Tree.from_text, "0[1, -" + "9" * 50_001 + "]", "got 50,002 at position 5"),
        (Forest.from_text, "0 " + "7" * 60_000, "got 60,000 at position 2"),
        (lambda text: treealg.name_to_tree(text, 1), "9" * 10**6, "at most 50,000 digits"),
        (lambda text: treealg.name_to_tree(text, 1), "9" * 40_000, "made of the channels"),
        (lambda text: treealg.name_to_tree(text, 1), "0 " * 10**5, "one tree, got 100000"),
        (PlanarTree.from_text, "[" * 10**6, "expected a label at position 0"),
    ],
)
def test_text_is_refused_by_its_length_in_few_words(read, text, match):
    start = time.process_time()
    with pytest.raises(InvalidValueError, match=match) as caught:
        read(text)
    assert time.process_time() - start < 2
    assert len(str(caught.value)) < 400


def test_many_long_integers_and_many_parts_are_refused(monkeypatch):
    monkeypatch.setattr(meter, "MAX_STEPS", 10**5)
    with pytest.raises(InvalidValueError, match="more than 100,000 steps"):
        Forest.from_text("0 " * 40_000)
    with pytest.raises(InvalidValueError, match="more than 100,000 steps"):
        Tree.from_text("0[" + ",".join(["9" * 20_000] * 5) + "]")


def test_integers_are_written_up_to_the_length_to_which_they_are_read():
    last = 10**50_000 - 1
    for label in (last, -last):
        assert Tree.from_text(Tree(label=label).to_text()).label == label
    with pytest.raises(InvalidValueError, match="integers of at most 50,000 digits"):
        Tree(label=10**50_100).to_text()
