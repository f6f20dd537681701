"""Joins what two nets say of a row: the classifier of each mark in it, the row reader of the row from left to right.

Both give probabilities. The row reader's frames (rows.py) are shared out among the marks and the gaps between them;
each way to read a mark is then as likely as both together make it (a product of experts, Hinton 2002). This is done
twice: first to see where a mark is several characters, or a digit has no mark, then with the marks that come of that.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from digits.arrays import trimmed
from digits.finding import Mark, Row
from digits.mnist_form import to_mnist
from digits.rows import CHARACTERS, DIGITS, DIVIDERS, FRAME, best_path, likelihood, likelihoods

ROW_WEIGHT, MARK_WEIGHT = 0.7, 0.7  # exponents of what the row reader and the classifier say
STRANGER = 0.3  # exponent of what the row reader says which digit it is, where only the classifier knows the hand
FLOOR = 3e-4  # neither net rules anything out
SPOILED = 0.1  # share of digits among the marks that the classifier takes for none: crossed by a line, cut off
MISSED = 0.03  # of the row reader's likelihood: what is left of it where no mark was found
OVERHANG = 5  # px of a row's ink: so far beside a mark the row reader may answer for it
MIN_INK = 0.4  # of a row's ink: where it is as dark, there is a stroke
CONFIDENCE = 0.18, 0.48, 0.14  # weights of the log odds of both nets and of the row reader alone, and a constant
TALL = 0.6  # of the usual height: lower marks in which nothing is read are left out, higher ones are ?
NO_MARKS = DIVIDERS + "="


class Character(NamedTuple):
    character: str  # a digit, ? or what divides digits
    confidence: float
    mark: Mark
    probabilities: np.ndarray  # float (10,): of the digits


def cut_apart(row: Row, of_marks: np.ndarray, frames: np.ndarray, knows_hand: bool = False) -> Row:
    """Return the row with marks that seem to be several characters cut between them, and with marks for missing digits.

    of_marks: probabilities (n, 10); frames: the row reader's (t, classes); knows_hand: whether the classifier does.
    """
    marks = []
    for index, start, end in intervals(row, frames):
        path = best_path(frames[start:end])
        if index is None:
            is_several = is_missed(frames[start:end], path)
        else:
            is_several = len(likeliest(ways_to_read(frames[start:end], of_marks[index], knows_hand))) > 1
        if is_several:
            marks += parts_of(row, index, path, start, end)
        elif index is not None:
            marks.append(row.marks[index])
    return row._replace(marks=marks)


def characters_of(
    row: Row, of_marks: np.ndarray, frames: np.ndarray, knows_hand: bool = False
) -> tuple[list[Character], float]:
    """Return the characters in a row, and how likely it is that all of them are right; arguments as of cut_apart."""
    characters, together = [], 1.0
    usual = np.percentile([mark.box[3] for mark in row.marks] or [0], 75)
    for index, start, end in intervals(row, frames):
        if index is None:
            character, likely = divider_in(row, frames, start, end)
        else:
            mark = row.marks[index]
            ways = ways_to_read(frames[start:end], of_marks[index], knows_hand)
            character, likely = character_in(mark, ways, mark.box[3] >= TALL * usual)
        characters += [character] if character else []
        together *= likely
    return characters, together if knows_hand else confidence_in(characters, together, frames)


def characters_alone(row: Row, of_marks: np.ndarray) -> tuple[list[Character], float]:
    """Return the same from the classifier alone, where there is no row reader."""
    found = [
        Character(str(shares.argmax()), float(shares.max()), mark, shares)
        for mark, shares in zip(row.marks, of_marks, strict=True)
    ]
    return found, float(np.prod([each.confidence for each in found]))


def intervals(row, frames):
    """Return (index of a mark, or None for a gap; its first frame; its last frame plus one), from left to right.

    Between two marks the border is where the row reader is surest that nothing begins, and near the middle.
    """
    spans = np.array([mark.span for mark in row.marks]).reshape(-1, 2) / FRAME
    log_nothing = np.log(frames[:, 0] + 1e-6)
    borders = [0]
    for (left, right), (next_left, next_right) in pairwise(spans):
        first = int(np.clip((left + right) / 2, borders[-1], len(frames) - 1))
        last = int(np.clip((next_left + next_right) / 2, first, len(frames) - 1))
        off_middle = np.abs(np.arange(first, last + 1) - (right + next_left) / 2)
        borders.append(first + int((log_nothing[first : last + 1] - 0.2 * off_middle).argmax()))
    borders.append(len(frames))
    found, at = [], 0
    for i, (left, right) in enumerate(spans):
        start = max(at, borders[i], int(left - OVERHANG / FRAME))
        end = max(start, min(borders[i + 1], int(np.ceil(right + OVERHANG / FRAME))))
        found += [(None, at, start), (i, start, end)] if start > at else [(i, start, end)]
        at = end
    return [*found, (None, at, len(frames))] if at < len(frames) else found


def ways_to_read(frames, of_mark, knows_hand=False):
    """Return how likely each way to read a mark is: by the text, or None for all that is not named.

    Named are each character alone, nothing, and the best path if it is several. frames: the row reader's, of the mark;
    of_mark: (10,), what the classifier says, which knows only digits that are alone, and "not a digit". If it knows the
    hand, the row reader still says whether there is one digit, but little of which.
    """
    nothing, singles = likelihoods(frames)
    if knows_hand:
        singles[: len(DIGITS)] = less_sure(singles[: len(DIGITS)])
    of_row = dict(zip(CHARACTERS, singles.tolist(), strict=True)) | {"": nothing}
    several = "".join(character for character, _, _ in best_path(frames))
    if len(several) > 1:
        of_row[several] = likelihood(frames, several)
    of_row[None] = max(0.0, 1 - sum(of_row.values()))
    not_one_digit = len(of_mark) * of_mark.min()  # calibration.digit_probabilities shared it out
    by_mark = dict(zip(DIGITS, of_mark - of_mark.min() + SPOILED * not_one_digit, strict=True))
    by_mark["/"] = max(by_mark["1"], not_one_digit)  # which is all that it can say of a slash
    scores = {
        text: (likely + FLOOR) ** ROW_WEIGHT * (by_mark.get(digit_of(text), not_one_digit) + FLOOR) ** MARK_WEIGHT
        for text, likely in of_row.items()
    }
    total = sum(scores.values())
    return {text: float(score / total) for text, score in scores.items()}


def less_sure(likely):
    """Return likelihoods (n,) that differ less, with the same sum."""
    shares = (likely + 1e-9) ** STRANGER
    return likely.sum() * shares / shares.sum()


def digit_of(text):
    """Return the digit that is all of a mark but for what divides it from others, or the text itself."""
    return (text or "").strip(DIVIDERS) or text


def likeliest(ways):
    return max((text for text in ways if text is not None), key=ways.get)


def character_in(mark, ways, is_tall):
    """Return the Character of a mark, or None if it is nothing, and how likely that is right."""
    best = likeliest({text: likely for text, likely in ways.items() if text is None or len(text) < 2})
    shares = np.array([ways[digit] for digit in DIGITS])
    shares += (1 - shares.sum()) / len(shares)
    if best or is_tall:
        return Character(best or "?", ways[best], mark, shares), ways[best]
    return None, ways[best]


def divider_in(row, frames, start, end):
    """Return the Character that divides two marks, or None if nothing does, and how likely that is right."""
    nothing, singles = likelihoods(frames[start:end])
    likely = {each: float(singles[CHARACTERS.index(each)]) for each in NO_MARKS}
    best = max(likely, key=likely.get)
    if likely[best] <= nothing:
        return None, nothing
    total = sum(likely.values())  # which of them it is is another question
    mark = part_of(row, start * FRAME, end * FRAME)
    return Character(best, likely[best] / (total + nothing), mark, np.full(10, 0.1)), total


def confidence_in(characters, together, frames):
    """Return how likely it is that the characters of a row are all right (Platt 1999).

    together: how likely both nets make them, mark by mark. The row reader is also asked about the row as a whole; it
    answers for the digits and signs alone, whatever divides them.
    """
    undivided = frames.copy()
    undivided[:, 0] += frames[:, [1 + CHARACTERS.index(each) for each in NO_MARKS]].sum(axis=1)
    alone = likelihood(undivided, "".join(each.character for each in characters if each.character not in NO_MARKS))
    of_both, of_row, constant = CONFIDENCE
    it = log_odds(together) * of_both + log_odds(alone) * of_row + constant
    return float(1 / (1 + np.exp(-it)))


def log_odds(likely):
    likely = np.clip(likely, 1e-9, 1 - 1e-9)
    return np.log(likely / (1 - likely))


def is_missed(frames, path):
    """Whether there is a digit where no mark was found."""
    text = "".join(character for character, _, _ in path)
    is_number = any(character.isdigit() for character in text)
    return is_number and likelihood(frames, text) * MISSED > np.prod(frames[:, 0])


def parts_of(row, index, path, start, end):
    """Return a Mark for each character on the best path through a mark, or through a gap (index None)."""
    borders = [
        border_between(row.ink, FRAME * (start + before), FRAME * (start + after))
        for (_, _, before), (_, after, _) in pairwise(path)
    ]
    left, right = row.marks[index].span if index is not None else (start * FRAME, end * FRAME)
    edges = [left, *borders, right]
    return [part_of(row, *edges[i : i + 2]) for i in range(len(path))]


def border_between(ink, first, last):
    """Return the column in the middle from `first` to `last`, or the column without ink that is nearest to it."""
    columns = np.arange(first, min(last, ink.shape[1] - 1) + 1)
    off_middle = np.abs(columns - (first + last) / 2)
    return int(columns[(off_middle + len(columns) * (ink[:, columns] > MIN_INK).any(axis=0)).argmin()])


def part_of(row, left, right):
    """Return the ink of a row between two of its columns as a Mark."""
    first, last = max(0, int(left)), max(int(left) + 1, round(right))
    (x, y, w, h), mask = trimmed(row.ink[:, first:last] > MIN_INK, first, 0)
    corners = row.to_picture @ np.array([[x, x + w, x, x + w], [y, y, y + h, y + h], [1, 1, 1, 1]])
    width, height = row.picture_size
    box_left, box_top = np.floor(corners.min(axis=1)).clip(0, (width - 1, height - 1)).astype(int).tolist()
    box_right, box_bottom = np.ceil(corners.max(axis=1)).clip(0, (width, height)).astype(int).tolist()
    box = box_left, box_top, max(1, box_right - box_left), max(1, box_bottom - box_top)
    return Mark(box, row.number, to_mnist(mask), (x, x + w))
