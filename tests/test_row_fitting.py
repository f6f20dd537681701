import numpy as np
import pytest
from test_rows import CLASSES

from digits.rows import CHARACTERS, ROW_HEIGHT, likelihood

pytest.importorskip("tensorflow", reason="training needs TensorFlow")

import train_row_reader
from digits import row_fitting
from digits.row_fitting import batches, ctc_loss, padded, read_by


def rows(count, seed=0):
    random = np.random.default_rng(seed)
    images = [random.integers(0, 256, (ROW_HEIGHT, random.integers(20, 90)), np.uint8) for _ in range(count)]
    return images, ["".join(random.choice(list(CHARACTERS), random.integers(0, 5))) for _ in range(count)]


def test_rows_are_padded_with_paper_and_their_labels_with_0():
    images, texts = [np.full((ROW_HEIGHT, 20), 255, np.uint8), np.full((ROW_HEIGHT, 30), 51, np.uint8)], ["07", ""]
    batch, labels = padded(images, texts)
    assert batch.shape == (2, ROW_HEIGHT, 32, 1) and batch.dtype == np.float32
    assert (batch[0, :, :20] == 1).all() and not batch[0, :, 20:].any()
    assert np.allclose(batch[1, :, :30], 0.2)
    assert labels.tolist() == [[1, 8], [0, 0]]
    assert padded(images, ["0" * 12, ""])[0].shape[2] >= 2 * 24, "two frames a label"


def test_every_row_comes_once_before_any_comes_again(monkeypatch):
    monkeypatch.setattr(row_fitting, "BATCH_SIZE", 8)
    images, texts = rows(50)
    drawn = batches(images, texts, seed=0)
    for _ in range(2):
        sums = []
        while len(sums) < 50:
            batch, labels = next(drawn)
            assert len(batch) == len(labels) <= 8
            sums += batch.sum(axis=(1, 2, 3)).round(2).tolist()
        assert sorted(sums) == pytest.approx(sorted(image.sum() / 255 for image in images), rel=1e-4)


def test_the_loss_is_that_of_the_likelihood_of_the_text():
    random = np.random.default_rng(0)
    answers = random.normal(size=(3, 1, 6, 2 * CLASSES)).astype(np.float32)
    texts = ["1,7", "33", "?"]
    _, labels = padded([np.zeros((ROW_HEIGHT, 48), np.uint8)] * 3, texts)
    frames = np.exp(answers.reshape(3, 12, CLASSES))
    frames /= frames.sum(axis=-1, keepdims=True)
    expected = [-np.log(likelihood(each, text)) for each, text in zip(frames, texts, strict=True)]
    assert np.allclose(ctc_loss(labels, answers), expected, atol=1e-3)


def test_rows_come_back_in_their_order_whatever_their_width():
    class Mean:
        def predict_on_batch(self, batch):
            digit = np.round(10 * batch[:, 0, 0, 0]).astype(int)
            answers = np.zeros((len(batch), 1, batch.shape[2] // 4, 2, CLASSES))
            answers[..., 0] = 1
            answers[:, 0, 0, 0, :] = np.eye(CLASSES)[1 + digit] * 5
            return answers.reshape(len(batch), 1, -1, 2 * CLASSES)

    images = [np.full((ROW_HEIGHT, 90 - 7 * i), round(25.5 * i), np.uint8) for i in range(10)]
    assert read_by(Mean(), images) == [str(i) for i in range(10)]


@pytest.mark.slow
def test_the_script_trains_and_saves_a_reader_that_reads(tmp_path, monkeypatch, capsys):
    from digits.classifier import ROW_READER, row_reader_beside
    from digits.drawing import synthetic_digits
    from digits.drawing.forms import drawn_rows

    images, labels = synthetic_digits(200, seed=0)
    by_digit = [images[labels == digit] for digit in range(10)]
    monkeypatch.setattr(row_fitting, "rows_drawn", lambda part, count, seed: drawn_rows(200, seed, by_digit))
    monkeypatch.setattr(train_row_reader, "STEPS", 4)
    monkeypatch.setattr("sys.argv", ["train_row_reader.py", "--epochs", "1", "--model", str(tmp_path / ROW_READER)])
    train_row_reader.main()
    assert "rows with digits that were held out" in capsys.readouterr().out
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {f"row_reader{end}" for end in (".h5", ".onnx", ".json", "_rows.png", "_errors.png")}
    (frames,) = row_reader_beside(tmp_path / "any.h5")([np.zeros((ROW_HEIGHT, 41), np.float32)])
    assert frames.shape == (21, CLASSES) and np.allclose(frames.sum(axis=1), 1)
