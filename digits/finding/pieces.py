"""From ink to pieces: the connected pieces of ink, each cut out at a share of its own darkness."""

import cv2
import numpy as np

from digits.arrays import square_of
from digits.finding.exclusion import is_frame, possible_digits
from digits.finding.ink import Page
from digits.finding.lines import without_lines
from digits.finding.piece import Piece, connected, growth, overlap, usual_height

MIN_INK = 0.045  # of the paper's brightness: paler than this is never ink
CUTS = 0.4, 0.55, 0.7  # of a piece's own darkness: where its edge is; the later ones where it is joined to a shadow
FAINT_CUT = 0.22  # the same for a stroke's faint ends
FAINT_GROWTH = 0.25  # of a digit's height: a faint end makes it wider or higher by at most this, a ruled line by more


def ink_pieces(page: Page) -> tuple[list[Piece], np.ndarray]:
    """Return the connected pieces of ink that may belong to digits, each cut out at a share of its own darkness.

    With them comes the ink, float32 (h, w), without lines and frames. What is left out as not a digit is searched again
    at a higher share: a digit in it may be joined to a shadow.
    """
    faintest = max(MIN_INK, 4 * page.noise)
    labels, darkness = darkness_about(page.ink, faintest)
    mended = without_lines(page.ink, page.ink > np.maximum(faintest, CUTS[0] * darkness))
    if mended is not page.ink:
        page = page._replace(ink=mended)
        labels, darkness = darkness_about(page.ink, faintest)
    pieces: list[Piece] = []
    frames: list[Piece] = []
    search = labels > 0
    for cut in CUTS:
        dark = (page.ink > np.maximum(faintest, cut * darkness)) & search
        found = connected(dark, page.ink)
        frames += [piece for piece in found if is_frame(piece, found)]
        pieces = possible_digits(pieces + found, page)
        kept = {id(piece) for piece in pieces}
        search = np.zeros_like(search)
        for piece in found:
            if id(piece) not in kept and may_hide_digits(piece, page):
                search[piece.place] |= piece.mask
        if not search.any():
            break
    faint = (page.ink > np.maximum(faintest, FAINT_CUT * darkness)) & (labels > 0)
    return with_faint_ends(pieces, connected(faint, page.ink)), without(frames, page.ink)


def without(frames, ink):
    """Return `ink`, float32 (h, w), without the pieces `frames` and their soft edges."""
    if not frames:
        return ink
    drawn = np.zeros(ink.shape, np.uint8)
    for frame in frames:
        drawn[frame.place] |= frame.mask
    return np.where(cv2.dilate(drawn, square_of(2)) > 0, np.float32(0), ink)


def may_hide_digits(piece, page):
    """Whether a piece that was left out may be a digit joined to a shadow or to the edge of a sheet."""
    return piece.size > 0.05 * min(page.ink.shape) and piece.area > 0.05 * piece.w * piece.h


def darkness_about(ink, faintest):
    """Return labels of the components of the ink, int32 (h, w), and the darkness of each at its place, float32."""
    count, labels = cv2.connectedComponents((ink > faintest).astype(np.uint8))
    return labels, darkness_of_each(labels, ink, count)[labels]


def darkness_of_each(labels, ink, count):
    """Return the darkness of each component, float32 (count,): the 98.5th percentile of its ink."""
    inside = labels > 0
    order = np.lexsort((ink[inside], labels[inside]))
    ends = np.searchsorted(labels[inside][order], np.arange(count), side="right")
    starts = np.append(0, ends[:-1])
    darkness = np.zeros(count, np.float32)
    if count > 1:
        darkness[1:] = ink[inside][order][(starts + 0.985 * (ends - 1 - starts)).astype(int)[1:]]
    return darkness


def with_faint_ends(pieces, fainter):
    """Return `pieces`, each replaced by the piece of `fainter` that it is part of, unless that is much larger."""
    if not pieces:
        return []
    size = usual_height(pieces)
    kept, grown = list(pieces), []
    for piece in fainter:
        parts = [part for part in kept if overlap(part, piece)]
        tall = sum(part.h > 0.4 * size for part in parts)
        if not parts or not 0 <= growth(parts, piece) <= FAINT_GROWTH * size:
            continue
        if tall <= 1 and piece.size <= 1.5 * size:
            kept = [part for part in kept if not any(part is other for other in parts)]
            grown.append(piece)
    return kept + grown
