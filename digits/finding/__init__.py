"""Finds the marks in a picture that may be digits. There is no net in here: what is a digit, the net says later.

    for mark in find_marks(picture):                    picture: uint8 (h, w, 3) BGR, or (h, w) grey
        mark.box, mark.row, mark.pixels                 pixels: float32 (28, 28) in MNIST's form

A picture becomes marks in these steps, a module each:

    sheet          what lies around a sheet of paper, or a board, is painted over
    ink            how much darker each pixel is than the paper around it, whatever the light
    pieces         the connected pieces of ink, less the lines of ruled paper (lines), margins, shadows (exclusion)
    grouping       pieces that belong together, like the body of a 5 and its bar; the groups in rows
    touching       the ways to cut a wide mark in two
    marks          all of these in turn

Lengths are in pixels of a working copy, whose long side is at most LONG_SIDE, unless they are given as shares.
"""

from digits.finding.marks import Mark, find_marks

__all__ = ["Mark", "find_marks"]
