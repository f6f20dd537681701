"""The user's own digits teach the model that reads: what --own prints and saves, and --forget removes."""

import signal
import sys
import time
from argparse import Namespace
from contextlib import contextmanager

import numpy as np

from digits import mnist, model_files
from digits.calibration import digit_probabilities
from digits.classifier import ModelError, load_classifier
from digits.files import BENEATH, OWN, near, printable, remove_model, typed
from digits.own_digits import OwnDigits, OwnDigitsError, own_digits
from digits.quiet_keras import LoadError, load_model
from digits.teaching import Pupil, TeachingError, folds, is_contradicted, others_digits

MOST_LOST = 0.002  # of MNIST's accuracy: what costs other people's digits more is not worth it
SURER = 0.005  # by so much the mean log likelihood of own digits has to rise where no more are read right


def learn_from(options: Namespace) -> None:
    """Teach a model the digits in the folder `options.own`, and save it as OWN.

    It starts from `options.model`, by default the trained model or the shipped one. A line is printed as each step
    begins, "[2/6] ...", then what was learned; if that brings nothing, it is saved only with `options.anyway`. Exits
    with a message where there is nothing to learn from, or no net that can learn.
    """
    start = time.perf_counter()
    base = options.model or BENEATH
    if base == OWN:
        sys.exit(f"{near(OWN)} is what --own saves. Name the model to start from, as --model {typed(BENEATH)}")
    model_files.check_can_save(OWN, "copy the project to a place where you may write")

    # load
    print("Looking for the digits in your pictures ...", flush=True)
    try:
        own = own_digits(options.own, load_classifier(base))
        say_what_was_found(own)
        parts = list(folds(own.labels))
        step = Steps(len(parts) + 3)
        step(f"Looking at other people's digits with {near(base)}")
        x_train, validation = other_people()
        pupil = Pupil(load_model(base), others_digits(x_train, options.seed), options.seed)
        validation = validation and (pupil.features_of(validation[0]), validation[1])
    except (OwnDigitsError, ModelError, LoadError, TeachingError) as error:
        sys.exit(str(error))
    on_mnist = [validation and accuracy_on(pupil, *validation)]

    # check
    before = pupil.probabilities(own.images)
    after = when_held_out(pupil, own, parts, step)
    doubted = is_contradicted(after, own.labels)
    for index in np.flatnonzero(doubted):
        said, read, name = own.labels[index], after[index].argmax(), printable(near(own.paths[index]))
        print(f"  left out: {name}: said to be a {said}, but a {read} to a net that has learned the others")

    # learn
    if doubted.all():
        sys.exit(
            "Nothing was saved: no label is left. Look at the pictures named above, and at what they are said to be."
        )
    step("Learning from all of them")
    pupil.learn(own.images[~doubted], own.labels[~doubted])
    on_mnist.append(validation and accuracy_on(pupil, *validation))

    # tell, save
    was_held_out = ~np.isnan(after[:, 0]) & ~doubted
    labels, before, after = own.labels[was_held_out], before[was_held_out], after[was_held_out]
    brings = say_what_it_brings(before, after, labels, on_mnist)
    if not (brings or options.anyway):
        reads = near(OWN if OWN.exists() else BENEATH)
        print(f"Nothing was saved, and {reads} goes on reading.")
        print(f"To save it all the same: python handwritten_digit_recognition.py --own {typed(options.own)} --anyway")
        return
    step("Saving")
    settings = {
        "base model": str(near(base)),
        "taught": np.bincount(own.labels[~doubted], minlength=10).tolist(),
        "left out": len(own.left_out) + int(doubted.sum()),
        "held out": len(labels),
        "held out, read right before and after": [right_in(before, labels), right_in(after, labels)],
        "MNIST's validation images, accuracy before and after": on_mnist,
    }
    with without_interrupt():
        digest = model_files.save(pupil.model, OWN)
        record = model_files.record_of(settings, {}, time.perf_counter() - start, digest)
        model_files.save_record(record, OWN.with_suffix(".json"))
    print("Read with it:   python prediction.py")
    print("Back to before: python handwritten_digit_recognition.py --forget")


def forget() -> None:
    """Remove the model that was taught, its twin and its record."""
    print(f"{'Removed' if remove_model(OWN) else 'There is no'} {near(OWN)}: prediction.py reads with {near(BENEATH)}.")


@contextmanager
def without_interrupt():
    """Ctrl-C waits: a model is saved with its twin and its record, or not at all."""
    earlier = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, earlier)


class Steps:
    """Prints "[1/7] ..." as each step begins, for whoever waits."""

    def __init__(self, count):
        self.count, self.done = count, 0

    def __call__(self, what):
        self.done += 1
        print(f"[{self.done}/{self.count}] {what} ...", flush=True)


def say_what_was_found(own: OwnDigits):
    counts = np.bincount(own.labels, minlength=10)
    each = "  ".join(f"{digit}: {count}" for digit, count in enumerate(counts) if count)
    print(f"{len(own.labels)} of your digits   {each}")
    if missing := [str(digit) for digit in range(10) if not counts[digit]]:
        print(f"No example of {', '.join(missing)}: what is learned from the others has to do for them.")
    for line in own.left_out:
        print(f"  left out: {printable(line)}")


def other_people():
    """Return MNIST's training images, or None without MNIST, and its validation images with their labels, or None."""
    try:
        (x_train, _), validation = mnist.hold_out(*mnist.load()[0])
        return x_train, validation
    except mnist.DatasetError as error:
        print(f"{error}\nUntil then drawn digits stand for other people's, which is not as good.")
        return None, None


def when_held_out(pupil, own, parts, step):
    """Return the probabilities, (n, 10), of each own digit after a lesson without its part; nan if it is in none."""
    after = np.full((len(own.labels), 10), np.nan)
    for number, (kept, out) in enumerate(parts, start=1):
        step(f"Learning without part {number} of {len(parts)} of your digits, to see how they are read then")
        pupil.learn(own.images[kept], own.labels[kept])
        after[out] = pupil.probabilities(own.images[out])
    return after


def accuracy_on(pupil: Pupil, features: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of images, given as `features`, (n, features), that is read right, as they are."""
    answers = pupil.head.predict(features, batch_size=1000, verbose=0)
    return right_in(digit_probabilities(answers), labels) / len(labels)


def right_in(probabilities, labels):
    return int(np.count_nonzero(probabilities.argmax(axis=1) == labels))


def say_what_it_brings(before, after, labels, on_mnist):
    """Print how own digits that were held out and MNIST's are read before and after; return whether that is better.

    before, after: probabilities (n, 10) of the held-out digits; on_mnist: both accuracies.
    """
    brings = True
    if len(labels):
        right = right_in(before, labels), right_in(after, labels)
        likely = [np.log(each[np.arange(len(labels)), labels].clip(1e-9)).mean() for each in (before, after)]
        brings = right[1] > right[0] or (right[1] == right[0] and likely[1] > likely[0] + SURER)
        print(f"Your digits, each held out once: {right[0]} of {len(labels)} read right before, {right[1]} after.")
        if brings and right[1] == right[0]:
            print("No more are read right, but they are read more surely.")
    else:
        print("Of no digit there are two examples, so that none can be held out to see what it brings.")
    if on_mnist[0] is not None:
        print(f"MNIST's validation images: {on_mnist[0]:.2%} read right before, {on_mnist[1]:.2%} after.")
        if on_mnist[1] < on_mnist[0] - MOST_LOST:
            print("Other people's digits are read less well: are all your labels right?")
            return False
    if not brings:
        print("It brings nothing: the model reads your hand as well, or better, as it is.")
    return brings
