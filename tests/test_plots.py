import numpy as np
import pytest

from digits import plots


def test_the_confusion_matrix_counts_and_the_surest_errors_come_first():
    labels = np.array([0, 0, 1, 2, 3])
    probabilities = np.full((5, 10), 0.01)
    for i, (answer, confidence) in enumerate([(0, 0.9), (5, 0.6), (1, 0.9), (7, 0.8), (3, 0.9)]):
        probabilities[i, answer] = confidence
    figure = plots.errors(probabilities, np.zeros((5, 28, 28), np.uint8), labels)
    matrix, *wrong = figure.axes
    cells = {(text.get_position()[1], text.get_position()[0]): text.get_text() for text in matrix.texts}
    assert cells == {(0, 0): "1", (0, 5): "1", (1, 1): "1", (2, 7): "1", (3, 3): "1"}
    assert [axis.get_title() for axis in wrong if axis.get_title()] == ["2 read as 7, 80%", "0 read as 5, 60%"]
    assert figure.get_suptitle() == "2 of 5 test images are read wrongly"


def test_the_curves_show_every_epoch_and_where_distortion_ends():
    history = {"loss": [3, 2, 1], "val_loss": [4, 3, 2], "accuracy": [0.1, 0.2, 0.3], "val_accuracy": [0.4, 0.5, 0.6]}
    figure = plots.curves(history, 2, 0.5)
    lines = [line for axis in figure.axes for line in axis.lines]
    drawn = [list(line.get_ydata()) for line in lines if len(line.get_xdata()) == 3]
    assert drawn == [history[key] for key in ("loss", "val_loss", "accuracy", "val_accuracy")]
    assert [line.get_xdata()[0] for line in lines if len(line.get_xdata()) == 2] == [2.5, 2.5]


def test_a_single_epoch_has_an_axis_with_one_epoch():
    history = {key: [0.5] for key in ("loss", "val_loss", "accuracy", "val_accuracy")}
    figure = plots.curves(history, 0, 0.5)  # as in the quick recipe, which distorts nothing
    assert "distorted, some" not in figure.legends[0].get_texts()[0].get_text()
    for axis in figure.axes:
        assert len(axis.lines) == 2 and axis.get_xlim() == (0.5, 1.5) and list(axis.get_xticks()) == [1]


def test_the_class_counts_are_those_of_the_labels():
    y_train, y_test = np.repeat(np.arange(10), range(10, 20)), np.arange(10)
    figure = plots.data(np.zeros((len(y_train), 28, 28), np.uint8), y_train, y_test)
    assert [bar.get_height() for bar in figure.axes[1].patches] == [*range(10, 20), *[1] * 10]


def test_the_reliability_diagram_has_bins_of_equal_count():
    random = np.random.default_rng(0)
    probabilities = random.dirichlet(np.full(10, 0.1), 1000)
    labels = np.array([random.choice(10, p=row) for row in probabilities])
    line = plots.confidence({"some": (probabilities, labels)}).axes[0].lines[0]
    expected = np.sort(probabilities.max(axis=1)).reshape(-1, plots.IN_A_BIN).mean(axis=1)
    assert np.allclose(line.get_xdata(), expected)
    assert np.abs(line.get_ydata() - expected).max() < 0.15  # these answers are as often right as they say


def test_the_interval_is_wilsons():
    """The example of Wilson's interval for 8 of 10 right, as statsmodels' proportion_confint gives it."""
    share, low, high = plots.interval(np.array([True] * 8 + [False] * 2))
    assert (share, low, high) == (0.8, pytest.approx(0.4902, abs=1e-3), pytest.approx(0.9433, abs=1e-3))
