"""Model files, whole and damaged; small ONNX models are put together here, so most of this needs no TensorFlow."""

import hashlib
import json
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import onnx
import pytest
from drawing import row_of
from onnx import helper, numpy_helper

from digits import classifier, load_classifier, model_files, read
from digits.classifier import ROW_READER, Classifier, ModelError, is_twin, keras_net, opencv_net
from digits.drawing import synthetic_digits
from digits.files import SHIPPED, near
from digits.finding import find_rows
from digits.rows import CHARACTERS, ROW_HEIGHT, frame_probabilities

IMAGES = synthetic_digits(50, seed=5)[0] / np.float32(255)
INKS = [find_rows(row_of(text)[0]).rows[0].ink for text in ("1407", "62", "5", "13.80-992")]
TWIN = SHIPPED.with_suffix(".onnx")
READER = SHIPPED.with_name(ROW_READER)


def onnx_model(weights, bias, end="Softmax", digest="", shape=(28, 28, 1)):
    """Return the bytes of an ONNX model: one dense layer, weights float (784, k), and the activation `end`."""
    nodes = [
        helper.make_node("Flatten", ["images"], ["flat"]),
        helper.make_node("Gemm", ["flat", "weights", "bias"], ["sums"]),
        helper.make_node(end, ["sums"], ["answers"]),
    ]
    constants = [np.float32(weights), np.float32(bias)]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("images", onnx.TensorProto.FLOAT, ["n", *shape])],
        [helper.make_tensor_value_info("answers", onnx.TensorProto.FLOAT, ["n", len(bias)])],
        [numpy_helper.from_array(*each) for each in zip(constants, ("weights", "bias"), strict=True)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, {"sha256_of_the_keras_file": digest})
    return model.SerializeToString()


def any_model(outputs, **options):
    random = np.random.default_rng(outputs)
    return onnx_model(random.normal(0, 0.1, (784, outputs)), random.normal(size=outputs), **options)


def reason_against(path):
    """Return the message with which the model at `path` is refused, or None."""
    try:
        load_classifier(path)
    except ModelError as error:
        return str(error)


# --- what a net answers ---


def test_a_net_of_ten_outputs_is_taken_at_its_word(tmp_path):
    random = np.random.default_rng(0)
    weights, bias = random.normal(0, 0.1, (784, 10)), random.normal(size=10)
    (tmp_path / "ten.onnx").write_bytes(onnx_model(weights, bias))
    powers = np.exp(IMAGES.reshape(-1, 784) @ weights + bias)
    expected = powers / powers.sum(axis=1, keepdims=True)
    assert np.allclose(load_classifier(tmp_path / "ten.onnx")(IMAGES), expected, atol=1e-5)


def test_the_eleventh_output_is_made_rarer_and_shared_among_the_digits(tmp_path):
    answers = np.array([1e-9] * 10 + [0.5])  # "not a digit"
    answers[[1, 7]] = 0.1, 0.4
    (tmp_path / "eleven.onnx").write_bytes(onnx_model(np.zeros((784, 11)), np.log(answers)))
    # Non-digits are a tenth of what a net is trained on, 3 % of what it meets: odds of 3 to 97 in place of 1 to 9,
    # 0.27835 times as many. So 0.5 counts as 0.13918, with the others 0.63918 in all, a share of 0.21774.
    said = load_classifier(tmp_path / "eleven.onnx")(IMAGES[:1])
    expected = np.full(10, 0.021774)
    expected[[1, 7]] += 0.15645, 0.62580
    assert np.allclose(said, [expected], atol=1e-4)


def test_images_of_another_kind_are_refused_and_of_none_there_are_no_probabilities(classify):
    others = np.zeros((2, 28, 28), np.uint8), np.zeros((28, 28)), np.zeros((2, 28, 28, 1)), np.zeros((2, 20, 28))
    for images in others:
        with pytest.raises(ValueError, match=r"images are float32 \(n, 28, 28\)"):
            classify(images)
    assert classify(np.zeros((0, 28, 28), np.float32)).shape == (0, 10)


def test_an_answer_does_not_hang_on_the_images_beside_it(classify):
    together = classify(IMAGES)
    assert together.shape == (50, 10) and np.allclose(together.sum(axis=1), 1, atol=1e-5)
    alone = np.concatenate([classify(IMAGES[i : i + 1]) for i in range(len(IMAGES))])
    assert np.allclose(together, alone, atol=1e-5)


def test_threads_get_the_answers_that_one_gets(classify):
    lots = [IMAGES[i % 40 : i % 40 + 1 + i % 3] for i in range(400)]
    expected = [classify(lot) for lot in lots]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(classify, lots))
    wrong = [i for i, (one, other) in enumerate(zip(answers, expected, strict=True)) if not np.array_equal(one, other)]
    assert not wrong, wrong


# --- the row reader ---


def test_of_each_row_it_gives_probabilities_frame_by_frame_whatever_rows_are_beside_it(classify):
    together = classify.read_rows(INKS)
    for ink, frames in zip(INKS, together, strict=True):
        assert frames.shape == (-(-ink.shape[1] // 2), 1 + len(CHARACTERS)) and np.allclose(frames.sum(axis=1), 1)
        assert np.abs(frames - classify.read_rows([ink])[0]).max() < 0.05
    assert classify.read_rows([]) == []


def test_threads_get_the_frames_that_one_gets(classify):
    lots = [INKS[i % 4 :] for i in range(60)]
    expected = [classify.read_rows(lot) for lot in lots[:4]]
    with ThreadPoolExecutor(4) as pool:
        for i, frames in enumerate(pool.map(classify.read_rows, lots)):
            assert all(np.array_equal(*each) for each in zip(frames, expected[i % 4], strict=True))


@pytest.mark.slow
def test_the_row_reader_answers_alike_by_keras_and_by_opencv():
    assert is_twin(READER.with_suffix(".onnx"), READER)
    nets = opencv_net(READER.with_suffix(".onnx")), keras_net(READER)
    for width in (16, 48, 400):
        rows = np.zeros((2, ROW_HEIGHT, width), np.float32)
        for row, ink in zip(rows, INKS, strict=False):
            row[:, : ink.shape[1]] = ink[:, :width]
        by_opencv, by_keras = (frame_probabilities(net(rows)) for net in nets)
        assert by_opencv.shape == (2, width // 2, 1 + len(CHARACTERS))
        assert np.abs(by_opencv - by_keras).max() < 1e-4


def test_without_a_row_reader_beside_it_a_model_reads_mark_by_mark_and_says_so_in_one_line(tmp_path, capsys):
    for file in (SHIPPED, TWIN):
        shutil.copy(file, tmp_path)
    alone = load_classifier(tmp_path / SHIPPED.name)
    line = capsys.readouterr().err
    assert line.startswith(f"There is no {tmp_path / ROW_READER}, so each mark is read alone") and line.count("\n") == 1
    assert alone.read_rows is None and read(row_of("1407")[0], alone)["text"] == "1407"


def test_a_model_knows_a_hand_if_the_record_of_this_very_file_says_so(tmp_path):
    for file in (SHIPPED, TWIN):
        shutil.copy(file, tmp_path)
    path, record = tmp_path / SHIPPED.name, tmp_path / f"{SHIPPED.stem}.json"
    assert not load_classifier(SHIPPED).knows_hand and not load_classifier(path).knows_hand
    for digest, knows in (hashlib.sha256(path.read_bytes()).hexdigest(), True), ("of another", False):
        record.write_text(json.dumps({"sha256": digest, "taught": [5] * 10}))
        assert load_classifier(path).knows_hand == knows
    record.write_text("[")
    assert not load_classifier(path).knows_hand


def test_what_is_no_row_reader_is_named(tmp_path):
    (tmp_path / "ten.onnx").write_bytes(any_model(10))
    reader = tmp_path / ROW_READER
    reader.write_bytes(b"as Keras saved it")
    digest = hashlib.sha256(reader.read_bytes()).hexdigest()
    no_frames = onnx_model(np.zeros((ROW_HEIGHT * 48, 10)), np.zeros(10), digest=digest, shape=(ROW_HEIGHT, 48, 1))
    for content in (any_model(10, digest=digest), no_frames):
        reader.with_suffix(".onnx").write_bytes(content)
        reason = reason_against(tmp_path / "ten.onnx")
        assert reason == f"{reader} is not a row reader: take the one of {near(SHIPPED.parent)}."


# --- files that are refused ---


def test_what_is_not_a_model_file_is_named(tmp_path):
    (tmp_path / "notes.txt").touch()
    reasons = {
        "none.h5": "There is no model at .*none.h5. Train one:  python handwritten_digit_recognition.py",
        ".": "is a folder; name a model in it",
        "notes.txt": "is not named like a model: expected .h5, .keras or .onnx",
    }
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe.h5")
        reasons["pipe.h5"] = "There is no model at"
    for name, reason in reasons.items():
        with pytest.raises(ModelError, match=reason):
            load_classifier(tmp_path / name)


def test_an_onnx_file_that_is_no_such_model_is_named(tmp_path, capfd):
    whole = any_model(10)
    files = {
        "text": (b"not a model", "is not an ONNX model that OpenCV can run, or is damaged."),
        "empty": (b"", "is not an ONNX model that OpenCV can run, or is damaged."),
        "half": (whole[: len(whole) // 2], "is not an ONNX model that OpenCV can run, or is damaged."),
        "wide": (any_model(12), "gives (12,) numbers per image; expected 10 or 11."),
        "no softmax": (any_model(10, end="Relu"), "does not give probabilities: it should end in a softmax."),
        "small": (onnx_model(np.zeros((4, 10)), np.zeros(10), shape=(4,)), "does not turn images (n, 28, 28, 1) into"),
    }
    for name, (content, _) in files.items():
        (tmp_path / f"{name}.onnx").write_bytes(content)
    said = {name: reason_against(tmp_path / f"{name}.onnx") for name in files}
    wrong = [(name, said[name]) for name, (_, reason) in files.items() if reason not in (said[name] or "")]
    assert not wrong, wrong
    assert capfd.readouterr().err == ""


@pytest.mark.slow
def test_a_keras_file_that_is_no_such_model_is_named(tmp_path):
    keras, model = small_keras_model()
    model.save_weights(tmp_path / "a.weights.h5")
    model.save(tmp_path / "whole.h5")
    whole = (tmp_path / "whole.h5").read_bytes()
    (tmp_path / "half.h5").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.h5").write_bytes(b"")
    (tmp_path / "text.keras").write_text("not a model")
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save(tmp_path / "other.h5", include_optimizer=False)
    keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)]).save(tmp_path / "never built.h5")
    for name in ("a.weights.h5", "half.h5", "empty.h5", "text.keras", "never built.h5"):
        with pytest.raises(ModelError, match=rf"{name} is not a model that Keras can load: .*\nTrain a new one"):
            load_classifier(tmp_path / name)
    with pytest.raises(ModelError, match=r"other.h5 does not turn images \(n, 28, 28, 1\) into probabilities"):
        load_classifier(tmp_path / "other.h5")
    (tmp_path / ROW_READER).write_text("not a model")
    with pytest.raises(ModelError, match=f"{ROW_READER} is not a row reader"):
        load_classifier(tmp_path / "whole.h5")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["evil.h5", "evil.keras"])
def test_code_in_a_model_is_not_run(tmp_path, monkeypatch, name):
    from digits.quiet_keras import keras

    code = keras.layers.Lambda(lambda x: (__import__("os").environ.update(RAN="yes"), x)[1])
    layers = [keras.Input((28, 28, 1)), code, keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")]
    keras.Sequential(layers).save(tmp_path / name)
    monkeypatch.delenv("RAN")  # while it was built
    with pytest.raises(ModelError, match=r"Lambda.*arbitrary code"):
        load_classifier(tmp_path / name)
    assert "RAN" not in os.environ


# --- the twin ---


@pytest.fixture
def with_twin(tmp_path, monkeypatch):
    """A file that stands for a Keras model, its twin, a row reader, and Keras, which answers 0 to everything."""
    path, twin = tmp_path / "mine.h5", tmp_path / "mine.onnx"
    for file in (READER, READER.with_suffix(".onnx")):
        shutil.copy(file, tmp_path)
    path.write_bytes(b"as Keras saved it")
    twin.write_bytes(any_model(10, digest=hashlib.sha256(path.read_bytes()).hexdigest()))
    monkeypatch.setattr(classifier, "keras_net", lambda path: lambda images: np.eye(10)[np.zeros(len(images), int)])
    return SimpleNamespace(path=path, twin=twin)


def is_keras(classify):
    return np.array_equal(classify(IMAGES)[:, 0], np.ones(len(IMAGES)))


def test_a_twin_is_used_while_it_is_of_this_very_model(with_twin, capsys):
    assert is_twin(with_twin.twin, with_twin.path)
    by_twin = load_classifier(with_twin.path)
    assert not is_keras(by_twin) and capsys.readouterr().err == ""
    assert np.array_equal(by_twin(IMAGES), load_classifier(str(with_twin.twin))(IMAGES))


def test_otherwise_keras_is_and_what_the_matter_is_and_what_to_do_is_one_line(with_twin, capsys):
    write = "python -m digits.model_files"

    def said():
        assert is_keras(load_classifier(with_twin.path))
        line = capsys.readouterr().err
        assert line.count("\n") == 1 and f"Write it, if OpenCV can run this net:  {write} {with_twin.path}" in line
        return line

    whole = with_twin.twin.read_bytes()
    digest = hashlib.sha256(with_twin.path.read_bytes()).hexdigest().encode()
    with_twin.twin.write_bytes(digest + whole[: len(whole) // 2])
    assert "mine.onnx is damaged, or no net that OpenCV" in said()
    with_twin.twin.write_bytes(any_model(12, digest=digest.decode()))
    assert "mine.onnx is damaged" in said()
    with_twin.twin.write_bytes(whole)
    with_twin.path.write_bytes(b"another in its place")
    assert "mine.onnx is not of this model" in said()
    with_twin.twin.unlink()
    assert "mine.onnx is missing" in said()
    with_twin.twin.mkdir()
    assert "mine.onnx is not of this model" in said()


def test_an_opencv_that_is_too_old_for_the_twin_is_named_as_the_reason(with_twin, capsys, monkeypatch):
    monkeypatch.setattr(classifier.cv2, "__version__", "4.6.0")
    assert not is_keras(load_classifier(with_twin.path)), "an old one that can run it does"
    with_twin.twin.write_bytes(any_model(12, digest=hashlib.sha256(with_twin.path.read_bytes()).hexdigest()))
    assert is_keras(load_classifier(with_twin.path))
    line = capsys.readouterr().err
    assert "mine.onnx is too new for OpenCV 4.6.0, so TensorFlow is loaded" in line and line.count("\n") == 1
    assert 'Take a newer one:  pip install --upgrade "opencv-python>=4.12"' in line


def test_what_opencv_cannot_run_is_said_without_its_own_chatter(tmp_path, capfd):
    (tmp_path / "gelu.onnx").write_bytes(any_model(10, end="NoSuchLayer"))
    assert "is not an ONNX model that OpenCV can run" in reason_against(tmp_path / "gelu.onnx")
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="nothing is closed to this user")
def test_a_model_or_a_twin_that_may_not_be_read_is_said_to_be_closed(with_twin, capsys):
    with_twin.twin.chmod(0)
    assert is_keras(load_classifier(with_twin.path))
    assert "mine.onnx is closed" in capsys.readouterr().err
    with_twin.path.chmod(0)
    assert reason_against(with_twin.path) == f"{with_twin.path} cannot be opened (Permission denied)."


def small_keras_model():
    """Return Keras and a small model of the right shapes, untrained."""
    from digits.quiet_keras import keras

    keras.utils.set_random_seed(0)
    layers = keras.layers
    net = [keras.Input((28, 28, 1)), layers.Conv2D(4, 5), layers.MaxPooling2D(4), layers.Flatten()]
    return keras, keras.Sequential([*net, layers.Dense(10, activation="softmax")])


@pytest.mark.slow
def test_keras_and_opencv_answer_alike(tmp_path):
    assert is_twin(TWIN, SHIPPED)
    shipped = [Classifier(net) for net in (opencv_net(TWIN), keras_net(SHIPPED))]
    noise = np.random.default_rng(0).random((300, 28, 28), np.float32)
    for images in (IMAGES, noise):
        assert np.abs(shipped[0](images) - shipped[1](images)).max() < 1e-5
    assert shipped[1](IMAGES[:0]).shape == (0, 10)

    path = tmp_path / "mine.keras"
    _, model = small_keras_model()
    model_files.save(model, path)
    model.layers[-1].bias.assign_add(np.arange(10))
    expected = load_classifier(path.with_suffix(".onnx"))(IMAGES)
    assert np.allclose(load_classifier(path)(IMAGES), expected, atol=1e-5)
    model.save(path)  # another in its place
    expected = model.predict(IMAGES[..., np.newaxis], verbose=0)
    assert np.allclose(load_classifier(path)(IMAGES), expected, atol=1e-5)


@pytest.mark.slow
@pytest.mark.filterwarnings("error:Do not pass")
def test_a_file_in_the_form_of_keras_2_is_read(tmp_path):
    h5py = pytest.importorskip("h5py")
    _, model = small_keras_model()
    path = tmp_path / "old.h5"
    model.save(path)
    with h5py.File(path, "a") as file:
        config = json.loads(file.attrs["model_config"])
        first, second = (layer["config"] for layer in config["config"]["layers"][:2])
        first["batch_input_shape"] = second["batch_input_shape"] = first.pop("batch_shape")
        file.attrs["model_config"], file.attrs["keras_version"] = json.dumps(config), "2.4.0"
    expected = model.predict(IMAGES[..., np.newaxis], verbose=0)
    assert np.allclose(load_classifier(path)(IMAGES), expected, atol=1e-5)
