import numpy as np
import pytest
from drawing import drawn_data_set

from digits import mnist
from digits.quiet_keras import keras


def downloads(monkeypatch, x, y):
    """Let Keras "download" these images; return a list that grows with each download."""
    calls = []
    data = (x, y), (x[:100], y[:100])
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: calls.append(1) or data)
    return calls


def test_mnist_is_downloaded_once_and_kept(tmp_path, monkeypatch):
    x, y = drawn_data_set(120, seed=3)
    calls = downloads(monkeypatch, x, y)
    path = tmp_path / "dataset" / "mnist.npz"
    for (x_train, y_train), (x_test, y_test) in (mnist.load(path), mnist.load(path)):
        assert np.array_equal(x_train, x) and np.array_equal(y_train, y)
        assert np.array_equal(x_test, x[:100]) and np.array_equal(y_test, y[:100])
    assert calls == [1] and [p.name for p in path.parent.iterdir()] == ["mnist.npz"]


def test_where_mnist_cannot_be_kept_it_is_used_all_the_same(tmp_path, monkeypatch, capsys):
    x, y = drawn_data_set(120, seed=3)
    downloads(monkeypatch, x, y)
    (tmp_path / "file").write_text("not a folder")
    assert np.array_equal(mnist.load(tmp_path / "file" / "mnist.npz")[0][0], x)
    assert "cannot be kept in" in capsys.readouterr().out


def test_a_failed_download_says_why_and_what_to_do(tmp_path, monkeypatch):
    def fail():
        raise Exception("URL fetch failure: no route to host")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", fail)
    path = tmp_path / "dataset" / "mnist.npz"
    with pytest.raises(mnist.DownloadError) as caught:
        mnist.load(path)
    for part in ("no route to host", str(path), mnist.URL):
        assert part in str(caught.value)


def damaged_files():
    x, y = drawn_data_set(120, seed=4)
    good = {"x_train": x, "y_train": y, "x_test": x, "y_test": y}
    yield "empty", b""
    yield "text", b"<html>not found</html>"
    yield "zip header only", b"PK\x03\x04" + bytes(100)
    yield "missing key", {key: good[key] for key in ("x_train", "y_train", "x_test")}
    yield "float images", {**good, "x_test": x / 255}
    yield "flat images", {**good, "x_train": x.reshape(120, 784)}
    yield "too few labels", {**good, "y_train": y[:100]}
    yield "one-hot labels", {**good, "y_train": np.eye(10, dtype=np.uint8)[y]}
    yield "labels beyond 9", {**good, "y_test": y + 9}
    yield "no images", {**good, "x_test": x[:0], "y_test": y[:0]}
    yield "objects", {**good, "x_train": np.array([{}], object)}


def test_a_damaged_data_set_is_named_and_left_alone(tmp_path):
    for name, content in damaged_files():
        path = tmp_path / f"{name}.npz"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            np.savez(path, **content)
        before = path.read_bytes()
        with pytest.raises(mnist.DatasetError, match="Move it away") as caught:
            mnist.load(path)
        assert str(path) in str(caught.value) and path.read_bytes() == before, name


def test_a_twelfth_is_held_out_and_nothing_is_in_both():
    images, labels = np.arange(1200, dtype=np.uint16).reshape(1200, 1, 1), np.arange(1200)
    (x, y), (x_held, y_held) = mnist.hold_out(images, labels)
    assert len(y_held) == 100 and sorted([*y, *y_held]) == list(range(1200))
    assert np.array_equal(x[:, 0, 0], y) and np.array_equal(x_held[:, 0, 0], y_held)


def test_the_net_gets_values_from_0_to_1():
    scaled = mnist.net_input(np.arange(256, dtype=np.uint8).reshape(1, 16, 16))
    assert scaled.shape == (1, 16, 16, 1) and scaled.dtype == np.float32
    assert scaled.min() == 0 and scaled.max() == 1
