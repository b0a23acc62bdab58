"""The demo measures what it reports, chooses without the test part, and draws what it found."""

import re
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import treealg
from treealg import demo
from treealg.errors import InvalidTypeError, InvalidValueError

pytest.importorskip("aeon")

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def motions():
    return demo.load_motions()


@pytest.fixture(scope="module")
def vowels():
    return demo.load_vowels()


@contextmanager
def few_pipelines():
    """Let there be few pipelines to choose from, so that a test takes a moment."""
    offered = [demo.Pipeline("log-signature", 2, origin=True, time=True)]
    offered += [demo.Pipeline(lift, 2) for lift in demo.LIFTS]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("treealg.demo.experiment.pipelines", lambda channels: offered)
        yield


@pytest.fixture(scope="module")
def found(motions):
    with few_pipelines():
        return demo.run_experiment(motions)


def test_recordings_have_the_published_split(motions, vowels):
    assert {path.shape for path in motions.paths} == {(100, 6)}
    assert (motions.n_train, motions.n_test) == (40, 40)
    for part in (motions.labels[:40], motions.labels[40:]):
        names, counts = np.unique(part, return_counts=True)
        assert names.tolist() == ["badminton", "running", "standing", "walking"]
        assert counts.tolist() == [10, 10, 10, 10]
    assert (vowels.n_train, vowels.n_test) == (270, 370)
    lengths = [len(path) for path in vowels.paths]
    assert (min(lengths), max(lengths)) == (7, 29)
    assert np.unique(vowels.labels[:270], return_counts=True)[1].tolist() == [30] * 9


def test_scales_come_from_the_training_part(motions):
    points = np.concatenate(motions.paths[:40])
    assert points.std(axis=0) == pytest.approx(np.ones(6), rel=1e-12)
    assert np.concatenate(motions.paths).std(axis=0) != pytest.approx(np.ones(6), rel=1e-3)


@pytest.mark.parametrize("lift", demo.LIFTS)
@pytest.mark.parametrize("time", [False, True])
def test_each_feature_belongs_to_the_tree_that_it_is_said_to(lift, time):
    rng = np.random.default_rng(0)
    paths = [rng.standard_normal((length, 2)).cumsum(axis=0) for length in (7, 9)]
    pipeline = demo.Pipeline(lift, 3, origin=True, time=time, windows=2)
    features, trees = pipeline(paths), pipeline.trees(2)
    assert features.shape == (2, pipeline.count(2)) == (2, len(trees))
    for path, row in zip(paths, features, strict=True):
        path = np.concatenate([np.zeros((1, 2)), path])
        half = (len(path) - 1) // 2
        halves = [path[: half + 1], path[half:]]
        if time:
            halves = [treealg.transform_path(piece, time_aug=True) for piece in halves]
        function = treealg.branched_log_sig if "log" in lift else treealg.branched_sig
        kinds = [
            {"correction": treealg.realised_correction(piece)} if "Itô" in lift else {}
            for piece in halves
        ]
        wholes = [function(piece, 3, **kind) for piece, kind in zip(halves, kinds, strict=True)]
        index = {tree: treealg.tree_to_idx(tree, 2 + time, 3) for tree, _ in trees}
        expected = [wholes[window][index[tree]] for tree, window in trees]
        np.testing.assert_allclose(row, expected, rtol=1e-9, atol=1e-12)


def test_roots_make_features_scale_as_paths_do():
    path = np.random.default_rng(1).standard_normal((8, 2))
    pipeline = demo.Pipeline("Itô signature", 3, roots=True)
    np.testing.assert_allclose(pipeline([3.0 * path]), 3.0 * pipeline([path]), rtol=1e-9)
    plain = replace(pipeline, roots=False)
    assert not np.allclose(plain([3.0 * path]), 3.0 * plain([path]))


def test_pipelines_are_all_different_and_small():
    offered = demo.pipelines(6)
    assert len(set(offered)) == len(offered) == 116
    assert max(pipeline.count(6) for pipeline in offered) <= 600
    assert {pipeline.lift for pipeline in offered} == set(demo.LIFTS)


def test_what_is_chosen_does_not_depend_on_the_test_part(found, motions):
    scrambled = motions.labels.copy()
    scrambled[40:] = scrambled[40:][::-1]
    with few_pipelines():
        other = demo.run_experiment(replace(motions, labels=scrambled))
    assert (other.choice.item, other.choice.scores) == (found.choice.item, found.choice.scores)
    np.testing.assert_array_equal(other.classifier.weight, found.classifier.weight)
    assert other.chosen.test < found.chosen.test


def test_the_smallest_within_one_standard_error_is_chosen():
    # The standard error of 0.9 on 100 recordings is 0.03.
    scores, sizes = (0.8, 0.9, 0.871, 0.869, 0.88), (1, 50, 10, 2, 10)
    choice = demo.Choice(tuple("abcde"), scores, sizes, 100)
    assert (choice.item, choice.score) == ("e", 0.88)
    assert choice.among(lambda item: item in "abc").item == "c"
    with pytest.raises(InvalidValueError, match="kept must leave an item"):
        choice.among(lambda item: False)


def test_cross_validation_of_features_without_information_is_chance(motions):
    rng = np.random.default_rng(0)
    labels = motions.labels[:40]
    assert demo.cross_validate(rng.standard_normal((40, 3)), labels) < 0.45
    codes = np.unique(labels, return_inverse=True)[1]
    assert demo.cross_validate(np.eye(4)[codes] + 0.01 * rng.standard_normal((40, 4)), labels) == 1


def test_accuracy_is_that_of_the_test_part(motions):
    rng = np.random.default_rng(0)
    codes = np.unique(motions.labels, return_inverse=True)[1]
    features = np.eye(4)[codes] + 0.01 * rng.standard_normal((80, 4))
    wrong = motions.labels.copy()
    wrong[40:50] = "nonsense"
    assert demo.fit_classifier(features, motions.labels, 40).accuracy == 1.0
    assert demo.fit_classifier(features, wrong, 40).accuracy == 0.75


def test_leading_features_are_ordered_by_weight():
    weight = np.array([[1.0, 3.0, 0.0, -3.0, 2.0], [0.0, 4.0, 0.0, -4.0, 0.0]])
    fitted = demo.LinearClassifier(("a", "b"), weight, np.ones(1, dtype=bool))
    assert fitted.leading(9) == [1, 3, 4, 0]
    assert fitted.leading(2) == [1, 3]
    assert fitted.leading(0) == []


def test_sign_test_is_the_binomial_test():
    from scipy.stats import binomtest

    first = np.array([True] * 9 + [False] * 3 + [True] * 4)
    second = np.array([False] * 9 + [True] * 3 + [True] * 4)
    assert demo.sign_test(first, second) == pytest.approx((9, 3, binomtest(9, 12).pvalue))
    assert demo.sign_test(first, first) == (0, 0, 1.0)


def run(tmp_path, *data):
    lines = []
    found = demo.run_demo(data, output=tmp_path / "picture.png", progress=False, write=lines.append)
    return found, "\n".join(lines)


def test_report_says_what_was_measured(tmp_path):
    with few_pipelines():
        (found,), text = run(tmp_path, "motions")
    for row in (*found.simple, *found.best, found.shuffled):
        figures = rf"{row.number} +{row.inside:.3f}  {row.test:.3f} ± {row.error:.3f}"
        assert re.search(rf"^{re.escape(row.name)} +{figures}", text, flags=re.MULTILINE)
    assert f"{found.chosen.right.sum()} against {found.rival.right.sum()} of 40 right" in text
    for index, tree, window in demo.leading_trees(found, 4):
        weights = found.classifier.weight[:, index]
        most = int(np.abs(weights).argmax())
        sign = "for" if weights[most] > 0 else "against"
        name = re.escape(demo.feature_name(found, tree, window))
        assert re.search(rf"  {name} +{sign} {found.classifier.classes[most]}$", text, re.MULTILINE)
    assert (tmp_path / "picture.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_verdict_counts_and_does_not_boast(found):
    right, rival = found.chosen.right, found.rival.right
    assert found.rival.name == "standard deviations"
    equal = replace(found, chosen=replace(found.chosen, right=rival))
    assert demo.verdict(equal).startswith("What is chosen and standard deviations are equal")
    none = replace(found, chosen=replace(found.chosen, right=np.zeros_like(right)))
    assert demo.verdict(none).startswith("What is chosen loses to standard deviations: 0 against")
    assert "are not told apart" in demo.verdict(found) or "equal" in demo.verdict(found)


def test_the_picture_has_a_tree_for_each_row_of_weights(found):
    figure = demo.draw_experiments([found])
    insets = [inset for axes in figure.subfigs[0].axes for inset in axes.child_axes]
    drawn = [len(inset.collections[0].get_offsets()) for inset in insets]
    nodes = [len(re.findall(r"\d+", str(tree))) for _, tree, _ in demo.leading_trees(found, 6)]
    assert drawn == nodes
    assert len(nodes) == 6


@pytest.mark.slow
def test_the_demo_says_what_the_readme_says_to_the_digit(tmp_path):
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = re.search(r"^```text\n(JapaneseVowels: .*?)^```$", readme, re.DOTALL | re.MULTILINE)
    (vowels, motions), text = run(tmp_path, *demo.DATA)
    assert shown.group(1) in text
    assert vowels.chosen.test > vowels.rival.test > vowels.shuffled.test
    assert demo.sign_test(vowels.chosen.right, vowels.rival.right)[2] < 0.05
    assert motions.simple[0].test == 0.25


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: demo.LinearClassifier(("a",), np.ones((1, 1)), None).leading(-1), "count"),
        (lambda: demo.fit_classifier(np.ones((4, 1)), ["a"] * 4, 4), "n_train"),
        (lambda: demo.fit_classifier(np.ones((4, 1)), ["a"] * 3, 2), "labels"),
        (lambda: demo.cross_validate(np.ones((4, 1)), ["a"] * 3), "labels"),
        (lambda: demo.choose([], len, ["a"]), "items"),
        (lambda: demo.Pipeline("Ito signature", 2), "lift"),
        (lambda: demo.run_demo(["vowel"]), "did you mean 'vowels'"),
        (lambda: demo.run_demo([]), "data must be among"),
    ],
)
def test_bad_input_is_refused(call, error):
    with pytest.raises(InvalidValueError, match=error):
        call()


def test_a_degree_that_is_no_integer_is_refused():
    with pytest.raises(InvalidTypeError, match="degree"):
        demo.Pipeline("signature", "2")([np.zeros((2, 2))])
