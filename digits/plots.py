"""The figures of a training: learning curves, the data, its distortion, the errors, whether confidence is right.

python -m digits.plots          shows synthetic digits and non-digits, and saves them as models/synthetic_digits.png
"""

from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from digits.augmentation import distorted, elastic_fields
from digits.calibration import calibration_error
from digits.drawing import non_digits, synthetic_digits
from digits.files import ROOT, near, written_whole

IN_A_BIN = 250  # answers in each bin of the reliability diagram


def curves(history: dict[str, list[float]], distorted_epochs: int, accuracy: float) -> Figure:
    """Return a figure of the loss and the accuracy after each epoch, on training and validation images.

    history: as Keras' fit gives it; distorted_epochs: how many epochs, the first ones, distort their images; accuracy:
    on the test images, from 0 to 1.
    """
    epochs = np.arange(1, len(history["loss"]) + 1)
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained", num="Learning curves")
    figure.suptitle(f"Learning curves: {accuracy:.2%} of the test images are read right in the end")
    trained = f"training images, {'distorted, ' if distorted_epochs else ''}some parts of the net left out"
    for axis, measure in zip(axes, ("loss", "accuracy"), strict=True):
        axis.plot(epochs, history[measure], "o-", label=trained)
        axis.plot(epochs, history[f"val_{measure}"], "o-", label="validation images, undistorted, with the whole net")
        if 0 < distorted_epochs < len(epochs):
            label = "from here on nothing is distorted"
            axis.axvline(distorted_epochs + 0.5, linestyle="--", color="grey", label=label)
        axis.set(title=measure.capitalize(), xlabel="epoch", xlim=(0.5, len(epochs) + 0.5), xticks=epochs)
        if len(epochs) > 15:
            axis.set_xticks([epoch for epoch in epochs if epoch % 5 == 0])
        axis.grid(alpha=0.3)
    axes[1].yaxis.set_major_formatter(matplotlib.ticker.PercentFormatter(1.0))
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize="small")
    return figure


def data(x_train: np.ndarray, y_train: np.ndarray, y_test: np.ndarray) -> Figure:
    """Return a figure of ten training images, uint8 (n, 28, 28), of each digit, and of how many of each there are."""
    figure, (samples, counts) = plt.subplots(1, 2, figsize=(11, 5), layout="constrained", num="Data set")
    figure.suptitle(f"The data: {len(y_train):,} images to train and validate with, {len(y_test):,} to test")
    grid = np.zeros((10 * 28, 10 * 28), np.uint8)
    for digit in range(10):
        for column, image in enumerate(x_train[y_train == digit][:10]):
            grid[digit * 28 : digit * 28 + 28, column * 28 : column * 28 + 28] = image
    samples.imshow(grid, cmap="gray_r")
    samples.set(title="Training images", xticks=[], yticks=range(14, 280, 28), yticklabels=range(10))

    in_training, in_test = np.bincount(y_train, minlength=10), np.bincount(y_test, minlength=10)
    counts.bar(np.arange(10) - 0.2, in_training, 0.4, label="training and validation")
    counts.bar(np.arange(10) + 0.2, in_test, 0.4, label="test")
    counts.set(title="Images of each digit", xticks=range(10), ylim=(0, 1.2 * in_training.max()))
    counts.legend()
    return figure


def augmented(images: np.ndarray, labels: np.ndarray, strength: float) -> Figure:
    """Return a figure of one training image of each digit, and beside it seven of its distortions.

    images: uint8 (n, 28, 28); labels: (n,); strength: as of augmentation.distorted, 0 if the training distorts nothing.
    """
    random = np.random.default_rng(0)
    originals = np.stack([images[labels == digit][0] for digit in range(10) if (labels == digit).any()])
    bent = [distorted(originals, elastic_fields(100, random), random, strength) for _ in range(7)]
    grid = np.hstack([np.vstack(list(column)) for column in (originals, *bent)])
    figure, axis = plt.subplots(figsize=(6, 7), layout="constrained", num="Augmented images")
    axis.imshow(grid, cmap="gray_r")
    axis.axvline(27.5, color="black", linewidth=1)
    title = "Distorted anew in each epoch" if strength else "Nothing is distorted in this training"
    axis.set(
        title=title, xticks=[14, 126], xticklabels=["original", "distorted" if strength else "the same"], yticks=[]
    )
    return figure


def confidence(sets: dict[str, tuple[np.ndarray, np.ndarray]]) -> Figure:
    """Return a reliability diagram: how often answers of each confidence are right, in bins of equal count.

    sets: by name, probabilities (n, 10) and labels (n,).
    """
    figure, (diagram, counts) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained", num="Confidence")
    errors = [f"{calibration_error(*of_set):.1%} on {name}" for name, of_set in sets.items()]
    figure.suptitle(f"How far confidence and truth lie apart, on average: {', '.join(errors)}")
    for name, (probabilities, labels) in sets.items():
        sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
        bins = np.array_split(np.argsort(sure, kind="stable"), max(1, len(labels) // IN_A_BIN))
        points = np.array([(sure[each].mean(), *interval(right[each])) for each in bins])
        middle, low, high = points[:, 1], points[:, 2], points[:, 3]
        diagram.errorbar(points[:, 0], middle, (middle - low, high - middle), fmt="o-", capsize=3, label=name)
        counts.hist(sure, np.linspace(0, 1, 11), alpha=0.5, label=f"{name}, {len(labels):,}")
    diagram.plot([0, 1], [0, 1], "--", color="grey", label="as it should be")
    lowest = min(line.get_xdata().min() for line in diagram.lines if line.get_label() != "as it should be")
    lowest = min(0.9, lowest) - 0.02
    diagram.set(xlim=(lowest, 1.005), ylim=(lowest - 0.05, 1.01))
    diagram.set(title=f"Bins of {IN_A_BIN} answers, with 95 % intervals", xlabel="confidence", ylabel="share right")
    counts.set(title="How sure it is", xlabel="confidence", yscale="log", ylabel="answers")
    for axis in (diagram, counts):
        axis.legend()
        axis.grid(alpha=0.3)
    return figure


def interval(right):
    """Return the share that is right, and its 95 % interval (Wilson 1927); right: bool (n,)."""
    share, n, z = right.mean(), len(right), 1.96
    middle, half = share + z**2 / (2 * n), z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return share, min(share, (middle - half) / (1 + z**2 / n)), max(share, (middle + half) / (1 + z**2 / n))


def errors(probabilities: np.ndarray, images: np.ndarray, labels: np.ndarray) -> Figure:
    """Return a figure of the confusion matrix, and of the wrong answers that the net was surest of.

    probabilities: (n, 10); images: uint8 (n, 28, 28); labels: (n,).
    """
    answers, confidences = probabilities.argmax(axis=1), probabilities.max(axis=1)
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (labels, answers), 1)
    wrong = np.flatnonzero(answers != labels)

    figure = plt.figure(figsize=(12, 5.5), layout="constrained", num="Errors")
    figure.suptitle(f"{len(wrong):,} of {len(labels):,} test images are read wrongly")
    left, right = figure.subfigures(1, 2)
    axis = left.subplots()
    shares = confusion / confusion.sum(axis=1, keepdims=True).clip(1)
    axis.imshow(shares, cmap="Blues", norm=matplotlib.colors.PowerNorm(0.3, 0, 1))  # 0.3: one error still shows
    for label, answer in np.argwhere(confusion):
        colour = "white" if label == answer else "black"
        axis.text(answer, label, confusion[label, answer], ha="center", va="center", color=colour, fontsize=8)
    axis.set(title="Confusion matrix", xlabel="read as", ylabel="true digit", xticks=range(10), yticks=range(10))

    surest = wrong[np.argsort(-confidences[wrong], kind="stable")][:20]
    right.suptitle("The errors of which it was surest" if len(wrong) else "No errors", fontsize="medium")
    for i, axis in zip(surest, right.subplots(4, 5).flat, strict=False):
        axis.imshow(images[i], cmap="gray_r")
        axis.set_title(f"{labels[i]} read as {answers[i]}, {confidences[i]:.0%}", fontsize=8)
    for axis in right.axes:
        axis.set_axis_off()
    return figure


def synthetic() -> Figure:
    """Return a figure of 200 synthetic digits and 200 non-digits."""
    images, labels = synthetic_digits(1000, seed=0)
    digits = np.vstack([np.hstack(list(images[labels == digit][:20])) for digit in range(10)])
    others = np.vstack([np.hstack(list(row)) for row in non_digits(200, seed=0).reshape(10, 20, 28, 28)])
    figure, axes = plt.subplots(1, 2, figsize=(14, 4), layout="constrained", num="Synthetic digits")
    for axis, grid, title in zip(axes, (digits, others), ("Digits", "Not digits"), strict=True):
        axis.imshow(grid, cmap="gray_r")
        axis.set_title(title)
        axis.set_axis_off()
    return figure


def rows(images: list[np.ndarray], texts: list[str], title: str = "Rows that the row reader learns from") -> Figure:
    """Return a figure of the first rows, uint8 (h, w), each with its text."""
    figure, axes = plt.subplots(16, 4, figsize=(14, 16), layout="constrained", num=title)
    figure.suptitle(title)
    width = max(image.shape[1] for image in images[: axes.size])
    for axis, image, text in zip(axes.flat, images, texts, strict=False):
        axis.imshow(np.pad(image, ((0, 0), (0, width - image.shape[1]))), cmap="gray_r", vmin=0, vmax=255)
        axis.set_title(text or "nothing", fontsize=9, loc="left")
    for axis in axes.flat:
        axis.set_axis_off()
    return figure


def row_errors(images: list[np.ndarray], texts: list[str], said: list[str]) -> Figure:
    """Return a figure of the first rows, uint8 (h, w), of which something else is said than their text."""
    wrong = [i for i, (text, answer) in enumerate(zip(texts, said, strict=True)) if text != answer]
    captions = [f"{texts[i] or 'nothing'} read as {said[i] or 'nothing'}" for i in wrong]
    title = f"{len(wrong):,} of {len(texts):,} held-out rows are read wrongly"
    return rows([images[i] for i in wrong], captions, title)


def save(figure: Figure, path: Path, dpi: int = 160) -> None:
    """Save the figure at `path` as PNG. Raises OSError."""
    with written_whole(path) as beside:
        figure.savefig(beside, dpi=dpi, format="png")
    print(f"Saved {near(path)}")


def show() -> None:
    """Open a window with each figure, if there is a display, and wait until they are closed."""
    if matplotlib.get_backend().lower() != "agg":  # agg: there is no display
        print("Close the windows to end.")
        plt.show()


if __name__ == "__main__":
    save(synthetic(), ROOT / "models" / "synthetic_digits.png", dpi=100)
    show()
