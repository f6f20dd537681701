"""A row of writing as the row reader takes it, and what its answers mean: connectionist temporal classification (CTC).

The net looks at a row from left to right and gives, for each frame of FRAME px, the probabilities of "nothing new" (the
blank) and of each of CHARACTERS. The text is what is left when repetitions and then blanks are taken out (Graves,
Fernandez, Gomez, Schmidhuber 2006).
"""

import numpy as np

from digits.calibration import softmax

ROW_HEIGHT = 32  # px
FRAME = 2  # px
DIVIDERS = ".,-/:"  # what divides the digits of a number
DIGITS = "0123456789"
CHARACTERS = f"{DIGITS}?{DIVIDERS}="  # ? is a mark of a digit's size that is not a digit
SIGN = CHARACTERS.index("?")
SIGN_PENALTY = 2.5  # taken off the logit of ?, of which the drawn rows have more than people's
LEAST_CONTRAST = 0.08  # of the paper's brightness: paler ink than this stays pale


def with_contrast(ink: np.ndarray) -> np.ndarray:
    """Return `ink`, float32 (h, w), stretched so that paper is 0 and the darkest hundredth 1."""
    low, high = np.percentile(ink, (30, 99))
    return ((ink - low) / max(high - low, LEAST_CONTRAST)).clip(0, 1)


def labels_of(text: str) -> list[int]:
    """Return the classes of the characters of `text`; class 0 is the blank."""
    return [1 + CHARACTERS.index(character) for character in text]


def frames_of(answers: np.ndarray) -> np.ndarray:
    """Return the net's answers, (n, 1, t, 2 * classes) logits, as logits of each frame: (n, 2 * t, classes)."""
    return answers.reshape(len(answers), -1, 1 + len(CHARACTERS))


def frame_probabilities(answers: np.ndarray) -> np.ndarray:
    """Return the net's answers as probabilities, (n, 2 * t, classes), with signs as rare as in people's rows."""
    logits = frames_of(answers).astype(float)
    logits[..., 1 + SIGN] -= SIGN_PENALTY
    return softmax(logits)


def best_path(frames: np.ndarray) -> list[tuple[str, int, int]]:
    """Return the likeliest class of each frame as characters, each with its first and last frame plus one."""
    if not len(frames):
        return []
    best = frames.argmax(axis=-1)
    starts = np.flatnonzero(np.append(True, best[1:] != best[:-1]))
    ends = np.append(starts[1:], len(best))
    return [
        (CHARACTERS[best[start] - 1], int(start), int(end))
        for start, end in zip(starts, ends, strict=True)
        if best[start]
    ]


def text_of(frames: np.ndarray) -> str:
    return "".join(character for character, _, _ in best_path(frames))


def likelihoods(frames: np.ndarray) -> tuple[float, np.ndarray]:
    """Return how likely it is that `frames`, probabilities (t, classes), hold nothing, and each single character."""
    nothing, during, after = 1.0, np.zeros(len(CHARACTERS)), np.zeros(len(CHARACTERS))
    for blank, characters in zip(frames[:, 0].tolist(), frames[:, 1:], strict=True):
        after = (after + during) * blank
        during = (during + nothing) * characters
        nothing *= blank
    return nothing, during + after


def likelihood(frames: np.ndarray, text: str) -> float:
    """Return how likely it is that `frames`, probabilities (t, classes), hold `text`."""
    states = np.zeros(2 * len(text) + 1, int)  # characters with blanks between and around them
    states[1::2] = labels_of(text)
    may_skip = np.zeros(len(states))  # the blank before a character that is not the one before it
    may_skip[3::2] = states[3::2] != states[1:-2:2]
    reached = np.append(1.0, np.zeros(len(states) - 1))
    first = True
    for emitted in frames[:, states]:
        step = np.append(0, reached[:-1])
        if not first:
            step += np.append((0, 0), reached[:-2])[: len(states)] * may_skip
        reached = (reached + step) * emitted
        first = False
    return float(reached[-2:].sum())
