"""Finds the marks in a picture that may be digits. There is no net in here: what is a digit, the nets say later.

    for row in find_rows(picture).rows:                 picture: uint8 (h, w, 3) BGR, or (h, w) grey
        row.ink                                         float32 (32, w), as the row reader sees it
        for mark in row.marks:
            mark.box, mark.row, mark.pixels             pixels: float32 (28, 28) in MNIST's form

A picture becomes marks in these steps, a module each:

    sheet          a sheet of paper, or a board, is levelled, and what lies around it is painted over
    ink            how much darker each pixel is than the paper around it, whatever the light
    lines          lines that are long against the digits are taken off the ink
    pieces         the connected pieces of ink that is left, less margins, frames, shadows (exclusion)
    grouping       pieces that belong together, like the body of a 5 and its bar; the groups in rows
    rows           each row is cut out of the ink, level, as the row reader takes it
    marks          all of these in turn

Lengths are in pixels of a working copy, whose long side is at most LONG_SIDE, unless they are given as shares.
"""

from digits.finding.marks import Found, Mark, Row, find_marks, find_rows

__all__ = ["Found", "Mark", "Row", "find_marks", "find_rows"]
