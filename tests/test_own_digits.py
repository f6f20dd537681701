"""Labelled pictures become the digits that are learned; what teaches nothing is named and stops nothing."""

import re

import numpy as np
import pytest
from drawing import drawn_data_set, picture_of, row_of, save_picture

from digits.finding import find_rows
from digits.own_digits import OwnDigitsError, own_digits


def save_table(folder, *rows):
    (folder / "labels.csv").write_text("\n".join(["file,label", *rows]))


def test_in_folders_0_to_9_each_picture_is_a_digit_cut_out_as_it_is_when_it_is_read(tmp_path, classify):
    for digit in "719":
        (tmp_path / digit).mkdir()
        save_picture(tmp_path / digit / "a.png", picture_of(digit))
    (tmp_path / "notes").mkdir()
    own = own_digits(tmp_path, classify)
    assert own.labels.tolist() == [1, 7, 9] and own.left_out == []
    assert own.paths == [tmp_path / digit / "a.png" for digit in "179"]
    (mark,) = find_rows(picture_of("1")).rows[0].marks
    assert own.images.dtype == np.uint8 and np.abs(own.images[0] / 255 - mark.pixels).max() < 1 / 255


def test_in_a_table_a_label_may_be_a_number_or_several_rows_of_them(tmp_path, classify):
    save_picture(tmp_path / "a.png", row_of("4071")[0])
    save_picture(tmp_path / "b.png", picture_of("12\n34"))
    save_table(tmp_path, "a.png,4071", "b.png,12/34")
    own = own_digits(tmp_path, classify)
    assert own.labels.tolist() == [4, 0, 7, 1, 1, 2, 3, 4] and own.left_out == []
    marks = [mark for row in find_rows(row_of("4071")[0]).rows for mark in row.marks]
    assert all(np.abs(own.images[i] / 255 - mark.pixels).max() < 1 / 255 for i, mark in enumerate(marks))


def test_a_table_may_be_as_excel_writes_it_and_lie_beside_folders(tmp_path, classify):
    save_picture(tmp_path / "größe.png", picture_of("3"))
    (tmp_path / "labels.csv").write_text("\ufeffFile;Label\r\ngröße.png;3\r\n", encoding="utf-8")
    (tmp_path / "7").mkdir()
    save_picture(tmp_path / "7" / "a.png", picture_of("7"))
    assert own_digits(tmp_path, classify).labels.tolist() == [3, 7]


def test_a_picture_of_28x28_white_on_black_is_taken_as_it_is_and_one_on_paper_is_read(tmp_path, classify):
    (digit,), (label,) = drawn_data_set(1, 0)
    (tmp_path / str(label)).mkdir()
    save_picture(tmp_path / str(label) / "a.png", digit)
    save_picture(tmp_path / str(label) / "b.png", 255 - digit)
    as_it_is, as_read = own_digits(tmp_path, classify).images
    assert np.array_equal(as_it_is, digit) and as_read[0, 0] == 0 and as_read.max() > 200


def test_specks_are_left_out_and_digits_that_touch_cut_apart_as_when_they_are_read(tmp_path, classify):
    speck = picture_of("1")
    speck[250:262, 60:70] = 30
    save_picture(tmp_path / "speck.png", speck)
    save_picture(tmp_path / "touching.png", row_of("53", gap=None)[0])
    save_table(tmp_path, "speck.png,1", "touching.png,53")
    own = own_digits(tmp_path, classify)
    assert own.labels.tolist() == [1, 5, 3] and own.left_out == []


def test_each_picture_that_teaches_nothing_is_named_with_the_reason_and_the_others_teach(tmp_path, classify):
    save_picture(tmp_path / "good.png", picture_of("3"))
    save_picture(tmp_path / "two.png", picture_of("12"))
    (tmp_path / "broken.png").write_bytes(b"no picture")
    save_table(tmp_path, "two.png,7", "broken.png,1", "missing.png,1", "good.png,", "good.png,seven", "good.png,3", ",")
    own = own_digits(tmp_path, classify)
    assert own.labels.tolist() == [3]
    wanted = ["two.png: .*label is 7, but 2 ", "broken.png: ", "missing.png: ", "good.png: .*label ''", "label 'seven'"]
    assert len(own.left_out) == len(wanted)
    assert all(re.search(each, line) for each, line in zip(wanted, own.left_out, strict=True)), own.left_out


def test_where_there_is_nothing_to_learn_from_it_is_said_how_a_folder_should_look(tmp_path, classify):
    with pytest.raises(OwnDigitsError, match=r"no digit to learn from.*folders 0 to 9.*labels\.csv"):
        own_digits(tmp_path, classify)
    with pytest.raises(OwnDigitsError, match=r"missing is not a folder.*folders 0 to 9"):
        own_digits(tmp_path / "missing", classify)
    (tmp_path / "labels.csv").write_text("name;digit\na.png;1")
    with pytest.raises(OwnDigitsError, match="no column file, label"):
        own_digits(tmp_path, classify)
    (tmp_path / "labels.csv").write_bytes("file,label\ngröße.png,1".encode("utf-16"))
    with pytest.raises(OwnDigitsError, match="UTF-8"):
        own_digits(tmp_path, classify)
    save_table(tmp_path, "gone.png,1")
    with pytest.raises(OwnDigitsError, match=r"gone\.png: "):
        own_digits(tmp_path, classify)
