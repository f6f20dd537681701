"""The lines that are printed of a result."""

import csv

from test_reading import reading_of

from digits.files import Page
from digits.picture import PictureError
from digits.printed import CSV_HEADER, in_csv, in_words
from digits.reader import result_on

PAGE = Page("a.png")


def result_for(*marks, page=PAGE, turned=0):
    """Return the result for marks that are given as (row, likeliest digit, its probability)."""
    return result_on(page, reading_of(*marks)._replace(turned=turned))


def line_for(*marks, top=None, **where):
    return in_words(result_for(*marks, **where), top)


def test_the_line_tells_how_sure_it_is_and_why_nothing_is_found():
    unsure, line = (0, 7, 0.3), (0, 1, 0.99)
    assert line_for((0, 7, 0.987)) == "a.png: 7  (98.7 %)"
    assert line_for((0, 7, 0.9), (0, 3, 0.3), (1, 4, 0.8)) == "a.png: 7? / 4  (21.6 %)"
    assert line_for() == "a.png: no digit found"
    assert line_for(unsure) == "a.png: no digit found  (1 mark, none of them surely a digit)"
    assert line_for(unsure, unsure, line) == "a.png: no digit found  (3 marks, none of them surely a digit)"
    assert line_for(unsure, top=3).startswith(line_for(unsure) + "\n    7 30.0 %, ")


def test_nothing_is_certain():
    assert line_for((0, 7, 0.9994)) == "a.png: 7  (99.9 %)"
    assert line_for((0, 7, 0.9996)) == "a.png: 7  (>99.9 %)"


def test_the_line_names_the_page_and_the_turn():
    assert line_for((0, 7, 0.987), page=Page("scan.pdf", 2, 3)) == "scan.pdf page 2: 7  (98.7 %)"
    assert line_for((0, 7, 0.987), turned=90) == "a.png: 7  (98.7 %, after a quarter turn to the right)"
    assert line_for((0, 7, 0.987), turned=270) == "a.png: 7  (98.7 %, after a quarter turn to the left)"


def test_a_row_of_the_table_can_be_taken_apart_again():
    results = [
        result_for((0, 7, 0.987), (1, 4, 1), page=Page('a, "b".pdf', 2, 3)),
        result_for(),
        result_on(Page("c.png"), PictureError("a, b")),
    ]
    rows = list(csv.DictReader([CSV_HEADER, *map(in_csv, results)]))
    assert rows == [
        {"image": 'a, "b".pdf', "page": "2", "text": "7 / 4", "confidence": "0.987"},
        {"image": "a.png", "page": "1", "text": "", "confidence": "0.0"},
        {"image": "c.png", "page": "1", "text": "", "confidence": "0.0"},
    ]
