import hashlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import ROOT
from drawing import drawn_data_set, picture_of, save_data_set, save_picture

import handwritten_digit_recognition as training
import prediction
from quiet_keras import keras


@pytest.fixture(scope="session")
def small_data_set(tmp_path_factory):
    path = tmp_path_factory.mktemp("dataset") / "mnist.npz"
    save_data_set(path)
    return path


@pytest.fixture
def project(tmp_path, small_data_set):
    """A copy of the scripts with a small drawn data set and no model."""
    for script in ROOT.glob("*.py"):
        shutil.copy(script, tmp_path)
    (tmp_path / "dataset").mkdir()
    shutil.copy(small_data_set, tmp_path / "dataset")
    return tmp_path


def train(folder, *options):
    command = [sys.executable, folder / "handwritten_digit_recognition.py", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", env=utf8())


def main(monkeypatch, *options):
    """Run handwritten_digit_recognition.py in here."""
    monkeypatch.setattr(sys, "argv", ["handwritten_digit_recognition.py", *map(str, options)])
    training.main()


def utf8():
    """The environment with UTF-8 for what is printed: Keras' summary has a frame round it."""
    return {**os.environ, "PYTHONUTF8": "1"}


def accuracy_in(printed):
    return float(re.search(r"test accuracy ([\d.]+)%", printed)[1])


# --- the whole ---


def test_trains_saves_and_prediction_reads_with_it_in_another_process(project):
    done = train(project, "--epochs", "4", "--batch-size", "32")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""  # none of TensorFlow's chatter
    assert accuracy_in(done.stdout) > 90
    saved = {path.name for path in (project / "models").iterdir()}
    pictures = {f"_{name}.png" for name in ("curves", "data", "augmented", "errors", "confidence")}
    assert saved == {f"handwritten_digit_cnn{end}" for end in (".h5", ".onnx", ".json", *pictures)}
    assert all(f"Saved models/{name}" in done.stdout for name in saved)

    record = json.loads((project / "models" / "handwritten_digit_cnn.json").read_bytes())
    model = (project / "models" / "handwritten_digit_cnn.h5").read_bytes()
    assert record["sha256"] == hashlib.sha256(model).hexdigest()
    assert round(100 * record["test_accuracy"], 2) == accuracy_in(done.stdout)
    assert record["command"] == "python handwritten_digit_recognition.py --epochs 4 --batch-size 32"
    assert len(record["history"]["val_loss"]) == 4

    picture = save_picture(project / "seven.png", picture_of("7"))
    command = [sys.executable, "prediction.py", picture.name]
    read = subprocess.run(command, cwd=project, capture_output=True, encoding="utf-8")
    assert read.stdout.startswith("seven.png: 7  (") and read.stderr == ""  # the twin was used


def test_a_twin_is_written_for_a_model_that_was_trained_elsewhere(tmp_path, monkeypatch):
    path = tmp_path / "mine.h5"
    training.build_cnn().save(path, include_optimizer=False)
    main(monkeypatch, "--twin", path)
    assert prediction.is_twin(path.with_suffix(".onnx"), path)
    text = tmp_path / "text.h5"
    text.write_text("no model")
    with pytest.raises(SystemExit, match=r"text\.h5 is no model that Keras can load"):
        main(monkeypatch, "--twin", text)
    assert not text.with_suffix(".onnx").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent from here")
def test_ctrl_c_saves_nothing_and_leaves_the_earlier_model(project):
    model = project / "models" / "handwritten_digit_cnn.h5"
    model.parent.mkdir()
    model.write_bytes(b"the earlier model")
    command = [sys.executable, "-u", "handwritten_digit_recognition.py", "--epochs", "1000"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=utf8()) as process:
        for line in process.stdout:
            if line.startswith(b"Epoch 2/"):
                break
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"nothing was saved" in said and b"untouched" in said and b"Traceback" not in said
    assert [path.name for path in model.parent.iterdir()] == [model.name]
    assert model.read_bytes() == b"the earlier model"


def test_what_saving_takes_is_asked_for_before_the_training(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)  # as if it were not installed
    with pytest.raises(SystemExit, match="takes onnx and tf2onnx"):
        training.check_can_save(tmp_path / "mine.h5")


def test_a_path_with_a_space_is_quoted_in_the_command_that_is_offered(tmp_path):
    assert training.using(tmp_path / "my models" / "a.h5") == f' --model "{tmp_path / "my models" / "a.h5"}"'


@pytest.mark.skipif(not training.DATASET.exists(), reason="dataset/mnist.npz is not there")
def test_one_epoch_of_a_sixth_of_mnist_reaches_96_percent():
    images, labels, _, _ = training.read_mnist(training.DATASET)
    keras.utils.set_random_seed(0)
    model = training.build_cnn()
    data = training.hold_out(images[::6], labels[::6])
    history = training.train(model, *data, epochs=1, batch_size=128, seed=0)
    assert history["val_accuracy"][-1] > 0.96


def test_the_same_seed_gives_the_same_weights():
    images, labels = drawn_data_set(300, seed=2)
    weights = []
    for seed in (5, 5, 6):
        keras.utils.set_random_seed(seed)
        model = training.build_cnn()
        training.train(model, *training.hold_out(images, labels), epochs=2, batch_size=32, seed=seed)
        weights.append(np.concatenate([weight.ravel() for weight in model.get_weights()]))
    assert np.array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])


@pytest.mark.parametrize(
    "option, value",
    [
        *[("--epochs", value) for value in ("0", "-1", "1000000", "1e3", "many", "9" * 5000)],
        ("--batch-size", "-1"),
        *[("--seed", value) for value in ("-1", "4294967296", "0.5")],
        *[("--width", value) for value in ("0", "-2", "100", "nan", "wide")],
        ("--model", "model.txt"),
        ("--model", ".h5"),
    ],
)
def test_impossible_options_are_refused_at_once(tmp_path, monkeypatch, capsys, option, value):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        main(monkeypatch, option, value)
    assert end.value.code == 2
    assert re.search(f"{option}: {value} (is no (whole )?number from|must end in)", capsys.readouterr().err)
    assert not list(tmp_path.iterdir())


def test_without_mnist_it_trains_on_drawn_digits_and_leaves_the_shipped_model_alone(tmp_path, monkeypatch, capsys):
    def fail():
        raise Exception("URL fetch failure: no route to host")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", fail)
    monkeypatch.setattr(training, "DATASET", tmp_path / "dataset" / "mnist.npz")
    monkeypatch.setattr(training, "MODEL", tmp_path / "models" / "handwritten_digit_cnn.h5")
    monkeypatch.setattr(training, "SYNTHETIC_COUNTS", (2000, 500))
    monkeypatch.setattr(sys, "argv", ["handwritten_digit_recognition.py", "--epochs", "2", "--no-show"])
    shares = []
    monkeypatch.setattr(training, "make_none_rarer", lambda _, share: shares.append(share))
    monkeypatch.setattr(training, "save_picture", lambda *_: None)  # it takes a while
    training.main()
    assert shares == [training.share_of_scribbles(2)]
    said = capsys.readouterr().out
    assert "no route to host" in said and training.MNIST_URL in said and "drawn digits" in said
    assert accuracy_in(said) > 80
    saved = {path.name for path in (tmp_path / "models").iterdir()}
    assert {"synthetic_digit_cnn.h5", "synthetic_digit_cnn.onnx"} < saved
    assert not any(name.startswith("handwritten") for name in saved)
    assert not training.DATASET.exists()

    options = SimpleNamespace(dataset="mnist", seed=0, model=tmp_path / "mine.h5")
    training.data_set(options)
    assert options.model == tmp_path / "synthetic_mine.h5"


def test_it_trains_on_several_devices_whatever_keras_is_set_to_elsewhere(tmp_path):
    elsewhere = {"backend": "torch", "floatx": "float32", "epsilon": 1e-7, "image_data_format": "channels_first"}
    (tmp_path / "keras.json").write_text(json.dumps(elsewhere))
    settings = {**utf8(), "KERAS_HOME": str(tmp_path), "KERAS_BACKEND": "torch"}
    check = """
import sys
sys.modules.update(fastapi=None, uvicorn=None)  # web_app.py alone needs them
from quiet_keras import keras
import tensorflow as tf
import handwritten_digit_recognition as training, synthetic_digits
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    model = training.build_cnn()
data = training.hold_out(*synthetic_digits.synthetic_digits(420, 0))
print(training.train(model, *data, epochs=2, batch_size=33, seed=0)["accuracy"])
"""  # neither 35 images held out nor 33 in a batch can be shared out evenly
    done = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, encoding="utf-8", env=settings)
    first, last = map(float, done.stdout.splitlines()[-1].strip("[]").split(","))
    assert last > first > 0.1


@pytest.mark.parametrize(
    "build, width", [(training.build_cnn, 1), (training.build_cnn, 1.5), (training.build_deeper_cnn, 1)]
)
def test_the_nets_have_fewer_than_a_million_parameters_and_give_probabilities(build, width):
    model = build(width)
    assert model.count_params() < 1e6
    answers = model.predict(np.zeros((3, 28, 28, 1)), verbose=0)
    assert answers.shape == (3, 10) and np.allclose(answers.sum(axis=1), 1)


def test_the_deeper_net_has_six_to_eight_convolutions():
    layers = [type(layer).__name__ for layer in training.build_deeper_cnn().layers]
    assert 6 <= layers.count("Conv2D") <= 8


@pytest.mark.parametrize("build", [training.build_cnn, training.build_deeper_cnn])
def test_a_wider_net_has_more_filters_and_units_in_each_layer_but_answers_the_same_digits(build):
    usual, double, least = (outputs_of_layers(build(width)) for width in (1, 2, 0.001))
    assert double == [2 * outputs for outputs in usual[:-2]] + [11, 10]
    assert least == [1] * len(usual[:-2]) + [11, 10]


def outputs_of_layers(model):
    """Return how many filters or units each layer with weights of its own has."""
    return [layer.kernel.shape[-1] for layer in model.layers if hasattr(layer, "kernel")]


# --- distortion ---


def test_distortion_moves_images_a_little_and_strength_0_not_at_all():
    images, _ = drawn_data_set(50, seed=7)
    random = np.random.default_rng(0)
    fields = training.elastic_fields(50, random)
    assert np.array_equal(training.distorted(images, fields, random, strength=0), images)
    bent = training.distorted(images, fields, random)
    assert bent.shape == images.shape and bent.dtype == np.uint8
    assert (bent != images).any(axis=(1, 2)).all()
    ink = bent.sum(axis=(1, 2)) / images.sum(axis=(1, 2), dtype=float)
    assert (np.abs(ink - 1) < 0.5).all()
    y, x = (np.average(index, weights=bent.mean(axis=0)) for index in np.indices((28, 28)))
    assert abs(y - 14) < 0.5 and abs(x - 14) < 0.5  # nothing drifts to one side


def batches_of(images, targets, own, batch_size, epochs):
    return list(training.distorted_batches(images, targets, own, batch_size, seed=0, epochs=epochs))


def test_drawn_images_can_be_distorted_otherwise_than_those_of_the_data_set():
    images, labels = drawn_data_set(64, seed=8)
    for distortion in (0.1, 1), (1, 0.1):
        fields, random = training.elastic_fields(50, np.random.default_rng(0)), np.random.default_rng(0)
        bent = training.distorted(images, fields, random, np.repeat(distortion, 32))
        moved = np.abs(bent.astype(float) - images).mean(axis=(1, 2)).reshape(2, 32).mean(axis=1)
        assert moved.argmax() == np.argmax(distortion) and moved.max() > 2 * moved.min()
    epochs = [(training.Distortion(own=0, drawn=1), 1)]
    ((inputs, _),) = batches_of(images, training.one_hot(labels), 20, 64, epochs)
    seen = set(map(bytes, inputs))
    kept = [image in seen for image in map(bytes, training.net_input(images))]
    assert all(kept[:20]) and not any(kept[20:])


def test_images_are_shifted_as_far_as_asked():
    images, labels = drawn_data_set(400, seed=8)

    def spread(shift):  # of the centres of mass, px
        distortion = training.USUAL._replace(shift=shift)
        ((inputs, _),) = batches_of(images, training.one_hot(labels), 200, 400, [(distortion, 1)])
        ink = inputs.sum(axis=(1, 3))  # of each column, (n, 28)
        return np.std(ink @ np.arange(28) / ink.sum(axis=1))

    assert spread(3) == pytest.approx(np.hypot(spread(0), 3), rel=0.1)


def test_the_last_epoch_sees_the_images_as_they_are():
    images, labels = drawn_data_set(64, seed=8)
    first, last = batches_of(
        images, training.one_hot(labels), 64, 64, epochs=[(training.USUAL, 1), (training.UNTOUCHED, 1)]
    )
    plain = sorted(map(bytes, training.net_input(images)))
    assert sorted(map(bytes, last[0])) == plain and sorted(map(bytes, first[0])) != plain


@pytest.mark.parametrize("options, epochs", [([], 10), (["--deeper"], 20), (["--deeper", "--epochs", "3"], 3)])
def test_the_deeper_net_has_more_epochs_if_none_are_named(options, epochs, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["train", *options])
    assert training.parse_arguments().epochs == epochs


def test_the_undistorted_epochs_are_a_share_but_neither_none_nor_many():
    counts = [training.undistorted_epochs(epochs) for epochs in (1, 2, 10, 40)]
    assert counts == [1, 1, 3, 4]


def test_an_epoch_has_each_image_once_with_its_target():
    images, labels = drawn_data_set(50, seed=9)
    batches = batches_of(images, training.one_hot(labels), 50, 20, epochs=2 * [(training.UNTOUCHED, 1)])
    assert [len(targets) for _, targets in batches] == [20, 20, 10, 20, 20, 10]
    expected = sorted(zip(map(bytes, training.net_input(images)), labels, strict=True))
    for epoch in batches[:3], batches[3:]:
        pairs = [zip(map(bytes, inputs), targets.argmax(axis=1), strict=True) for inputs, targets in epoch]
        assert sorted(itertools.chain(*pairs)) == expected
    assert any((first[0] != second[0]).any() for first, second in zip(batches[:3], batches[3:], strict=True))


def test_where_fewer_drawn_digits_are_kept_images_of_the_data_set_come_in_their_place_and_scribbles_stay():
    shades = np.arange(1, 181, dtype=np.uint8)  # tell the images apart: 60 of the data set, 60 digits, 60 scribbles
    images = np.broadcast_to(shades[:, np.newaxis, np.newaxis], (180, 28, 28))
    targets = np.concatenate([training.one_hot(np.arange(120) % 10), np.full((60, 10), 0.1, np.float32)])
    epochs = batches_of(images, targets, 60, 180, epochs=[(training.UNTOUCHED, kept) for kept in (1, 0.5, 0)])
    seen = [np.rint(inputs[:, 0, 0, 0] * 255).astype(int) for inputs, _ in epochs]
    drawn_digits = [np.count_nonzero((shade > 60) & (shade <= 120)) for shade in seen]
    assert drawn_digits[0] == 60 and 15 < drawn_digits[1] < 45 and drawn_digits[2] == 0
    for shade in seen:
        assert len(shade) == 180
        assert set(shade) >= {*range(1, 61), *range(121, 181)} and np.count_nonzero(shade > 120) == 60


def test_drawn_digits_make_room_in_undistorted_epochs_but_not_in_a_single_one_nor_in_long_trainings(monkeypatch):
    courses = {}
    monkeypatch.setattr(training, "distorted_batches", lambda *arguments: courses.update({epochs: arguments[-1]}) or [])
    data = training.hold_out(*drawn_data_set(120, seed=9))
    weak, none = training.Distortion(0.7, 0.8), training.UNTOUCHED
    usual, fewer = training.DRAWN_AT_THE_END, training.DRAWN_AT_THE_DEEPERS_END
    asked = (1, weak, usual), (3, weak, usual), (10, weak, usual), (20, weak, fewer), (40, weak, usual)
    for epochs, distortion, at_the_end in *asked, (5, training.STRONG, usual):
        model = training.build_cnn(0.2)
        monkeypatch.setattr(model, "fit", lambda data, **_: SimpleNamespace(history=list(data)))
        training.train(model, *data, epochs=epochs, batch_size=32, seed=0, distortion=distortion, at_the_end=at_the_end)
    assert courses == {
        1: [(none, 1)],
        3: 2 * [(weak, 1)] + [(none, 1 / 3)],
        10: 7 * [(weak, 1)] + 3 * [(none, 1 / 3)],
        20: 16 * [(weak, 1)] + 4 * [(none, 0)],
        40: 36 * [(weak, 1)] + 4 * [(none, 1)],
        5: 5 * [(training.STRONG, 1)],
    }


@pytest.mark.parametrize(
    "options, distortion",
    [
        ([], training.USUAL),
        (["--epochs", "29"], training.USUAL),
        (["--epochs", "30"], training.MILD),
        (["--dataset", "synthetic", "--epochs", "30"], training.STRONG),
        (["--deeper"], training.USUAL._replace(shift=training.DEEPERS_SHIFT)),
        (["--no-augmentation"], training.UNTOUCHED),
    ],
)
def test_how_far_images_are_distorted_depends_on_the_training(options, distortion, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["train", *options])
    assert training.distortion_for(training.parse_arguments()) == distortion


def test_weights_decay_in_long_trainings_alone(monkeypatch):
    data = training.hold_out(*drawn_data_set(120, seed=9))
    decays = []
    for epochs in 29, 30:
        model = training.build_cnn(0.2)
        monkeypatch.setattr(model, "fit", lambda *_, **__: SimpleNamespace(history={}))
        training.train(model, *data, epochs=epochs, batch_size=32, seed=0, drawn=0)
        decays.append(model.optimizer.weight_decay)
    assert decays == [None, training.WEIGHT_DECAY]


def test_tensorflow_does_not_tune_what_fit_is_fed_with(monkeypatch):
    """At the end of fit its tuner (2.21) sleeps on: up to a minute."""
    fed = {}
    model = training.build_cnn()
    monkeypatch.setattr(
        model, "fit", lambda data, **options: fed.update(options, data=data) or SimpleNamespace(history={})
    )
    data = training.hold_out(*drawn_data_set(240, seed=9))
    training.train(model, *data, epochs=1, batch_size=32, seed=0, drawn=0)
    for each in fed["data"], fed["validation_data"]:
        assert each.options().autotune.enabled is False
    assert fed["steps_per_epoch"] == 7 and sum(len(targets) for _, targets in fed["data"]) == 220


# --- confidence ---


def net(*last):
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), *last])


@pytest.mark.parametrize(
    "model",
    [
        training.answering([keras.Input((28, 28, 1)), keras.layers.Flatten()], "linear"),
        net(keras.layers.Dense(10, activation="softmax")),
        net(keras.layers.Dense(10), keras.layers.Softmax()),
    ],
)
def test_calibration_undoes_what_was_done_to_the_logits(model):
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (3000, 28, 28)).astype(np.uint8)
    last = training.layer_of_logits(model)
    weights = [random.normal(0, 0.15, each.shape) for each in last.get_weights()]
    last.set_weights(weights)
    exact = training.probabilities_of(model, images)
    labels = np.array([random.choice(10, p=each / each.sum()) for each in exact.astype(float)])
    last.set_weights([3 * each for each in weights])
    assert training.expected_calibration_error(training.probabilities_of(model, images), labels) > 0.1
    training.calibrate(model, images, labels)
    assert training.expected_calibration_error(training.probabilities_of(model, images), labels) < 0.04
    for got, expected in zip(last.get_weights(), weights, strict=True):
        assert np.allclose(got, expected, rtol=0.1)


def test_none_is_as_much_rarer_as_bayes_says_and_the_digits_keep_their_proportions():
    model = training.answering([keras.Input((28, 28, 1)), keras.layers.Flatten()], "linear")
    images = np.random.default_rng(0).integers(0, 256, (50, 28, 28)).astype(np.uint8)
    trained, expected = 0.2, training.NO_DIGITS
    softmax = keras.Model(model.inputs, training.layer_of_logits(model).output)
    before = training.probabilities_of(softmax, images).astype(float)
    training.make_none_rarer(model, trained)
    weights = np.array([(1 - expected) / (1 - trained)] * 10 + [expected / trained])
    after = before * weights / (before * weights).sum(axis=1, keepdims=True)
    assert np.allclose(training.probabilities_of(softmax, images), after, atol=1e-5)


@pytest.mark.parametrize("epochs", [1, 2, 10])
def test_share_of_scribbles_is_the_one_that_is_mixed_in(epochs):
    targets = training.with_drawn(*drawn_data_set(300, seed=1), training.drawn_for(epochs), seed=0)[1]
    is_scribble = targets.max(axis=1) < 0.5
    assert training.share_of_scribbles(epochs) == pytest.approx(is_scribble.mean(), abs=0.003)


@pytest.mark.parametrize("last", [keras.layers.Dense(10, activation="softmax"), keras.layers.Dense(11, use_bias=False)])
def test_a_net_without_none_or_its_bias_is_left_as_it_is(last):
    model = net(last)
    before = model.get_weights()
    training.make_none_rarer(model, 0.1)
    assert all(map(np.array_equal, before, model.get_weights()))


@pytest.mark.parametrize("build", [training.build_cnn, training.build_deeper_cnn])
def test_what_is_no_digit_counts_a_tenth_for_each(build):
    model = build()
    last = training.layer_of_logits(model)
    kernel, bias = last.get_weights()
    last.set_weights([0 * kernel, np.where(np.arange(11) == 10, 30, bias)])  # surely none
    assert np.allclose(training.probabilities_of(model, np.zeros((1, 28, 28), np.uint8)), 0.1)
    last.set_weights([0 * kernel, np.where(np.arange(11) == 7, 30, bias)])
    assert np.allclose(training.probabilities_of(model, np.zeros((1, 28, 28), np.uint8)), np.eye(10)[7], atol=1e-5)


def past_the_last_layer():
    """A net of which some goes past its last Dense."""
    image = keras.Input((28, 28, 1))
    whole, shrunk = keras.layers.Flatten()(image), keras.layers.Flatten()(keras.layers.MaxPooling2D()(image))
    logits = keras.layers.Add()([keras.layers.Dense(10)(whole), keras.layers.Dense(10)(shrunk)])
    return keras.Model(image, keras.layers.Softmax()(logits))


@pytest.mark.parametrize(
    "model, reason",
    [
        (net(keras.layers.Dense(9, activation="softmax")), r"into \(None, 9\); it should be"),
        (net(keras.layers.Dense(10)), "softmax"),
        (
            net(keras.layers.Dense(10), keras.layers.BatchNormalization(), keras.layers.Softmax()),
            "a Dense: it is calibrated",
        ),
        (past_the_last_layer(), "a Dense: it is calibrated"),
    ],
)
def test_a_net_that_could_not_be_used_is_refused_before_the_training(monkeypatch, tmp_path, model, reason):
    monkeypatch.setattr(training, "build_cnn", lambda width: model)
    monkeypatch.setattr(training, "SYNTHETIC_COUNTS", (200, 100))
    monkeypatch.setattr(training, "train", None)
    with pytest.raises(SystemExit, match=reason):
        main(monkeypatch, "--dataset", "synthetic", "--model", tmp_path / "a.h5")


# --- data ---


def test_mnist_is_downloaded_once_and_kept(tmp_path, monkeypatch):
    calls = []
    x, y = drawn_data_set(120, seed=3)
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: calls.append(1) or ((x, y), (x[:100], y[:100])))
    path = tmp_path / "dataset" / "mnist.npz"
    first, second = training.load_mnist(path), training.load_mnist(path)
    assert calls == [1]
    for arrays in (first, second):
        assert np.array_equal(arrays[0], x) and np.array_equal(arrays[3], y[:100])
    assert [p.name for p in path.parent.iterdir()] == ["mnist.npz"]


def test_where_mnist_cannot_be_kept_it_is_used_all_the_same(tmp_path, monkeypatch, capsys):
    x, y = drawn_data_set(120, seed=3)
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: ((x, y), (x[:100], y[:100])))
    (tmp_path / "file").write_text("no folder")
    arrays = training.load_mnist(tmp_path / "file" / "mnist.npz")
    assert np.array_equal(arrays[0], x) and np.array_equal(arrays[3], y[:100])
    assert "cannot be kept in" in capsys.readouterr().out


def test_a_failed_download_says_why_and_what_to_do(tmp_path, monkeypatch):
    def fail():
        raise Exception("URL fetch failure: no route to host")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", fail)
    path = tmp_path / "dataset" / "mnist.npz"
    with pytest.raises(training.DatasetError) as caught:
        training.load_mnist(path)
    for part in ("no route to host", str(path), training.MNIST_URL):
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


@pytest.mark.parametrize("content", [pytest.param(content, id=name) for name, content in damaged_files()])
def test_a_damaged_data_set_is_named_and_left_alone(tmp_path, content):
    path = tmp_path / "mnist.npz"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        np.savez(path, **content)
    before = path.read_bytes()
    with pytest.raises(training.DatasetError, match="Move it away") as caught:
        training.load_mnist(path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


def test_the_scripts_exit_names_a_damaged_data_set(tmp_path, monkeypatch):
    monkeypatch.setattr(training, "DATASET", tmp_path / "mnist.npz")
    training.DATASET.write_bytes(b"half a file")
    with pytest.raises(SystemExit, match="is not the MNIST data set"):
        main(monkeypatch, "--model", tmp_path / "model.h5")
    assert [path.name for path in tmp_path.iterdir()] == ["mnist.npz"]


@pytest.mark.parametrize("share, count", [(1 / 12, 100), (1 / 30, 40)])
def test_a_share_is_held_out_and_nothing_is_in_both(share, count):
    images = np.arange(1200, dtype=np.uint16).reshape(1200, 1, 1)
    labels = np.arange(1200)
    (x, y), (x_held, y_held) = training.hold_out(images, labels, share)
    assert len(y_held) == count and sorted([*y, *y_held]) == list(range(1200))
    assert np.array_equal(x[:, 0, 0], y) and np.array_equal(x_held[:, 0, 0], y_held)
    assert set(y_held) <= set(training.hold_out(images, labels, 1 / 12)[1][1])


@pytest.mark.parametrize("options, held_out, seeds", [([], 100, [7]), (["--deeper"], 40, [8, 7])])
def test_the_deeper_net_learns_from_more_images_and_from_a_net_trained_before(
    options, held_out, seeds, tmp_path, monkeypatch
):
    def train(model, trained_on, validated_on, epochs, batch_size, seed, drawn, distortion, at_the_end, teacher):
        assert len(trained_on[1]) == 1200 - held_out and len(validated_on[1]) == held_out
        trained.append((seed, model, teacher))
        if len(trained) == len(seeds):
            raise KeyboardInterrupt
        return {}

    trained = []
    monkeypatch.setattr(training, "train", train)
    monkeypatch.setattr(training, "data_set", lambda _: [*drawn_data_set(1200, 0), *drawn_data_set(100, 1)])
    with pytest.raises(SystemExit):
        main(monkeypatch, *options, "--seed", 7, "--no-show", "--model", tmp_path / "model.h5")
    assert [seed for seed, _, _ in trained] == seeds
    assert [teacher for _, _, teacher in trained] == [None, *[model for _, model, _ in trained[:-1]]]


def test_a_net_learns_from_labels_and_teacher_halfway():
    images, labels = drawn_data_set(20, seed=3)
    teacher = training.build_cnn(0.2)
    batches = batches_of(images, training.one_hot(labels), 20, 10, epochs=[(training.USUAL, 1)])
    for (inputs, targets), (same, halfway) in zip(batches, training.taught(batches, teacher), strict=True):
        assert np.array_equal(inputs, same)
        assert np.allclose(halfway, (targets + teacher.predict(inputs, verbose=0)) / 2, atol=1e-6)


def test_what_is_fitted_has_the_teachers_answers(monkeypatch):
    fed = {}
    model, teacher = training.build_cnn(0.2), training.build_cnn(0.2)
    monkeypatch.setattr(model, "fit", lambda data, **_: fed.update(data=data) or SimpleNamespace(history={}))
    data = training.hold_out(*drawn_data_set(120, seed=9))
    training.train(model, *data, epochs=1, batch_size=32, seed=0, drawn=0, teacher=teacher)
    for inputs, targets in fed["data"]:
        labels = 2 * targets - teacher.predict(inputs, verbose=0)
        assert np.allclose(sorted(labels[0]), [0] * 9 + [1], atol=1e-5)


def test_the_net_gets_values_from_0_to_1():
    scaled = training.net_input(np.arange(256, dtype=np.uint8).reshape(1, 16, 16))
    assert scaled.shape == (1, 16, 16, 1) and scaled.dtype == np.float32
    assert scaled.min() == 0 and scaled.max() == 1


# --- what is saved ---


def test_where_nothing_can_be_saved_it_is_said_before_the_training(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(SystemExit, match="Nothing can be saved in"):
        training.check_can_save(tmp_path / "file" / "model.h5")
    monkeypatch.setattr(training, "DISK_SPACE", 1e18)
    with pytest.raises(SystemExit, match="is full"):
        training.check_can_save(tmp_path / "model.h5")
    monkeypatch.undo()
    with pytest.raises(SystemExit, match="Nothing can be saved in"):
        training.check_can_save(tmp_path / f"{'x' * 240}.h5")  # the names of its pictures would be too long
    (tmp_path / "folder.h5").mkdir()
    with pytest.raises(SystemExit, match="is a folder"):
        training.check_can_save(tmp_path / "folder.h5")
    assert {path.name for path in tmp_path.iterdir()} == {"file", "folder.h5"}


def test_killed_while_it_saves_it_leaves_the_earlier_model_and_a_file_that_git_ignores(tmp_path):
    path = tmp_path / "model.h5"
    path.write_text("the earlier model")
    check = f"""
import os, signal, pathlib
import handwritten_digit_recognition as training
training.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
training.save_model(training.build_cnn(), pathlib.Path({str(path)!r}))
"""
    done = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True)
    assert done.returncode == -signal.SIGKILL and path.read_text() == "the earlier model"
    (left,) = {each.name for each in tmp_path.iterdir()} - {path.name}
    ignored = subprocess.run(["git", "check-ignore", "--no-index", f"models/{left}"], cwd=ROOT, capture_output=True)
    assert ignored.returncode in (0, 128)  # 128: this is no checkout


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /dev/full")
def test_where_nothing_more_can_be_printed_it_ends_with_one_line(project, tmp_path):
    script = project / "handwritten_digit_recognition.py"
    command = [sys.executable, "-I", script, "--epochs", "1", "--no-show"]
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(command, cwd="/", stdout=full, stderr=subprocess.PIPE, encoding="utf-8")
    assert done.returncode == 1
    assert done.stderr == "Stopped: No space left on device. What had been saved is whole.\n"


def test_without_drawn_digits_there_are_no_more_images_than_in_the_data_set(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(training, "data_set", lambda _: [*drawn_data_set(600, 0), *drawn_data_set(100, 1)])
    monkeypatch.delattr(training, "make_none_rarer")  # no scribbles, no share of them
    monkeypatch.setattr(training, "save_picture", lambda *_: None)  # it takes a while
    main(monkeypatch, "--no-drawn", "--epochs", 1, "--batch-size", 50, "--no-show", "--model", tmp_path / "model.h5")
    printed = capsys.readouterr().out
    assert "\n11/11 - " in printed, "batches, of 550 images: 50 are held out"
    assert "Drawing" not in printed


def test_a_loss_that_is_no_number_ends_the_training_and_saves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(training, "LEARNING_RATE", float("nan"))
    monkeypatch.setattr(training, "data_set", lambda _: [*drawn_data_set(600, 0), *drawn_data_set(100, 1)])
    path = tmp_path / "model.h5"
    monkeypatch.setattr(sys, "argv", ["train", "--epochs", "3", "--no-show", "--model", str(path)])
    with pytest.raises(SystemExit, match="nothing was saved"):
        training.main()
    assert not list(tmp_path.iterdir())


def test_where_nothing_can_be_saved_is_said_before_digits_are_drawn(tmp_path, monkeypatch):
    (tmp_path / "model.h5").mkdir()
    monkeypatch.delattr(training, "synthetic_digits")
    with pytest.raises(SystemExit, match="is a folder"):
        main(monkeypatch, "--dataset", "synthetic", "--model", tmp_path / "model.h5")


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path):
    path = tmp_path / "model.h5"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), training.written_whole(path) as beside:
        beside.write_text("half")
        1 / 0  # noqa: B018
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
    with training.written_whole(path) as beside:
        beside.write_text("new")
    assert path.read_text() == "new" and list(tmp_path.iterdir()) == [path]


def test_the_confusion_matrix_counts_and_the_surest_errors_come_first():
    labels = np.array([0, 0, 1, 2, 3])
    probabilities = np.full((5, 10), 0.01)
    for i, (answer, confidence) in enumerate([(0, 0.9), (5, 0.6), (1, 0.9), (7, 0.8), (3, 0.9)]):
        probabilities[i, answer] = confidence
    figure = training.plot_errors(probabilities, np.zeros((5, 28, 28), np.uint8), labels)
    matrix, *errors = figure.axes
    cells = {(text.get_position()[1], text.get_position()[0]): text.get_text() for text in matrix.texts}
    assert cells == {(0, 0): "1", (0, 5): "1", (1, 1): "1", (2, 7): "1", (3, 3): "1"}
    titles = [axis.get_title() for axis in errors if axis.get_title()]
    assert titles == ["2 read as 7, 80%", "0 read as 5, 60%"]


def test_the_curves_show_every_epoch():
    history = {"loss": [3, 2, 1], "val_loss": [4, 3, 2], "accuracy": [0.1, 0.2, 0.3], "val_accuracy": [0.4, 0.5, 0.6]}
    figure = training.plot_curves(history)
    drawn = [list(line.get_ydata()) for axis in figure.axes for line in axis.lines]
    assert drawn == [history[key] for key in ("loss", "val_loss", "accuracy", "val_accuracy")]


def test_the_class_counts_are_those_of_the_labels():
    y_train, y_test = np.repeat(np.arange(10), range(10, 20)), np.arange(10)
    figure = training.plot_data(np.zeros((len(y_train), 28, 28), np.uint8), y_train, y_test)
    heights = [bar.get_height() for bar in figure.axes[1].patches]
    assert heights == [*range(10, 20), *[1] * 10]
