"""The demo measures what it reports, and its drawings are right."""

import numpy as np
import pytest

import treealg
from treealg import demo
from treealg.errors import InvalidTypeError, InvalidValueError


@pytest.fixture(scope="module")
def recordings():
    pytest.importorskip("aeon")
    return demo.load_recordings()


def run(tmp_path, **options):
    pytest.importorskip("aeon")
    lines = []
    report = demo.run_demo(
        output=tmp_path / "picture.png", progress=False, write=lines.append, **options
    )
    return report, "\n".join(lines)


@pytest.mark.parametrize("planar", [False, True])
def test_demo_reports_what_it_measured(tmp_path, planar):
    report, text = run(tmp_path, degree=2, planar=planar)
    assert 0.7 < report.log_signature_accuracy <= 1.0
    assert 0.7 < report.signature_accuracy <= 1.0
    assert f"test accuracy on log-signatures: {report.log_signature_accuracy:.3f}" in text
    assert f"test accuracy on signatures:     {report.signature_accuracy:.3f}" in text
    assert report.gradient_error < 1e-8
    assert report.route_error < 1e-13
    assert report.picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_default_demo_beats_a_path_without_trees(tmp_path):
    report, _ = run(tmp_path)
    increments_only, _ = run(tmp_path, degree=1)
    assert report.log_signature_accuracy >= 0.8
    assert increments_only.log_signature_accuracy <= 0.5


def test_recordings_have_the_published_split(recordings):
    assert recordings.paths.shape == (80, 100, 6)
    assert recordings.n_train == 40
    for half in (recordings.labels[:40], recordings.labels[40:]):
        names, counts = np.unique(half, return_counts=True)
        assert names.tolist() == ["badminton", "running", "standing", "walking"]
        assert counts.tolist() == [10, 10, 10, 10]


def test_scales_come_from_the_training_half(recordings):
    deviations = recordings.paths[:40].std(axis=(0, 1))
    assert deviations == pytest.approx(np.ones(6), rel=1e-12)
    assert recordings.paths.std(axis=(0, 1)) != pytest.approx(np.ones(6), rel=1e-3)


def test_accuracy_is_that_of_the_test_half(recordings):
    rng = np.random.default_rng(0)
    codes = np.unique(recordings.labels, return_inverse=True)[1]
    features = np.eye(4)[codes] + 0.01 * rng.standard_normal((80, 4))
    wrong = recordings.labels.copy()
    wrong[40:50] = "nonsense"
    assert demo.fit_classifier(features, recordings.labels, 40).accuracy == 1.0
    assert demo.fit_classifier(features, wrong, 40).accuracy == 0.75


def test_slope_and_offset_give_the_scores_of_the_classifier(recordings):
    rng = np.random.default_rng(1)
    features = rng.standard_normal((80, 5)) * [1, 10, 0.1, 1, 1] + 3
    features[:, 3] = 2.0
    fitted = demo.fit_classifier(features, recordings.labels, 40)
    scores = features @ fitted.slope.T + fitted.offset
    chosen = np.array(fitted.classes)[scores[40:].argmax(axis=1)]
    assert (chosen == recordings.labels[40:]).mean() == fitted.accuracy
    assert not fitted.weight[:, 3].any()
    assert fitted.weight == pytest.approx(fitted.slope * features[:40].std(axis=0), rel=1e-12)


def classifier_with(weight):
    weight = np.array(weight, dtype=float)
    return demo.LinearClassifier(("a", "b"), 1.0, weight, np.zeros(2), weight)


def test_leading_coefficients_are_ordered_and_listed_once():
    fitted = classifier_with([[1, 3, 0, -3, 2, 1], [0, 4, 0, -4, 0, 1]])
    assert fitted.leading(9) == [1, 4, 5, 0]
    assert fitted.leading(2) == [1, 4]
    assert fitted.leading(0) == []


def test_leading_forests_name_the_class_that_they_move_most():
    weight = np.zeros((2, treealg.branched_sig_length(7, 2)))
    weight[:, 3], weight[:, 8] = (1.0, -2.0), (0.5, 0.0)
    assert demo.leading_forests(classifier_with(weight), 2, 5) == [
        (((3,),), "weight 2.236, against b"),
        ((((0,), 1),), "weight 0.500, for a"),
    ]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: classifier_with([[1.0], [2.0]]).leading(-1), InvalidValueError),
        (lambda: demo.fit_classifier(np.ones((4, 1)), ["a"] * 4, 4), InvalidValueError),
        (lambda: demo.fit_classifier(np.ones((4, 1)), ["a"] * 3, 2), InvalidValueError),
        (lambda: demo.gradient_error(sum, np.ones(2), np.ones(3)), InvalidValueError),
        (lambda: demo.gradient_error(sum, np.ones(2), np.ones(2), directions=0), InvalidValueError),
        (lambda: demo.draw_forests([], [], []), InvalidValueError),
        (lambda: demo.draw_forests([((0,),)], [], ["x"]), InvalidValueError),
        (lambda: demo.draw_forests([((1,),)], ["t"], ["x"]), InvalidValueError),
        (lambda: demo.forest_text([[0]]), InvalidTypeError),
        (lambda: demo.forest_text([(0, 1)]), InvalidTypeError),
        (lambda: demo.forest_text([()]), InvalidValueError),
        (lambda: demo.forest_text([(2,)], ["x"]), InvalidValueError),
    ],
)
def test_bad_input_is_refused(call, error):
    with pytest.raises(error):
        call()


def test_forest_text_keeps_the_given_order_of_children():
    tree = ((((0,), 1), (2,), 3), (4,), 5)
    assert demo.forest_text([tree]) == "5\n├─ 3\n│  ├─ 1\n│  │  └─ 0\n│  └─ 2\n└─ 4"


def test_forest_text_of_the_empty_forest_is_empty():
    assert demo.forest_text(()) == ""


def test_figure_has_one_panel_per_forest_and_one_circle_per_node():
    pytest.importorskip("matplotlib")
    forests = [(((0,), 1),), ((0,), (1,), (2,)), ((0,),), ((0,),), ((0,),)]
    figure = demo.draw_forests(forests, [f"forest {i}" for i in range(5)], ["x", "y", "z"])
    drawn = [axes for axes in figure.axes if axes.collections]
    assert [axes.get_title() for axes in drawn] == [f"forest {i}" for i in range(5)]
    assert [len(axes.collections[0].get_offsets()) for axes in drawn] == [2, 3, 1, 1, 1]
    assert [len(axes.lines) for axes in drawn] == [1, 0, 0, 0, 0]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["x", "y", "z"]
