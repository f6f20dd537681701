import numpy as np
import pytest
from conftest import ROOT
from drawing import picture_of, row_of

from digits import read, read_picture
from digits.finding import find_rows
from digits.upright import read_upright, turned


@pytest.mark.parametrize("degrees", [90, 270])
@pytest.mark.parametrize("name", ["phone_number.jpg", "two_rows.jpg"])
def test_a_number_on_its_side_is_read_with_its_boxes_in_the_turned_picture(classify, name, degrees):
    picture = read_picture(ROOT / "images" / name)
    upright, way_back = read(picture, classify), 360 - degrees
    assert "turned" not in upright
    assert read(turned(picture, degrees), classify) == {**upright, "turned": way_back}


def test_a_picture_that_is_surely_read_is_not_turned(classify):
    def never():
        raise AssertionError("the picture was asked for")

    for text in ("7", "6", "1", "18", "4702", "12\n34", "1\n1\n7"):
        picture = picture_of(text, height=120, pen=9)
        assert read_upright(find_rows(picture), never, classify).turned == 0


def test_a_digit_two_digits_and_what_is_none_stay_as_they_lie(classify):
    for text in ("6", "9", "1", "7", "4", "18", "47", "A", "AAA", "+-+"):
        picture = row_of(text)[0]
        for degrees in (90, 180, 270):
            assert "turned" not in read(turned(picture, degrees), classify), (text, degrees)
    assert "turned" not in read(np.full((300, 300), 200, np.uint8), classify)
