"""What the application answers to a picture: the JSON of prediction.py, or the picture with boxes."""

import cv2
import numpy as np
from fastapi import HTTPException
from fastapi.responses import JSONResponse, Response

from digits.classifier import Classifier
from digits.files import Page
from digits.finding import find_rows
from digits.overlay import with_boxes
from digits.picture import PictureError, PictureTooLargeError, pages_in, read_picture
from digits.reader import result_on
from digits.reading import Reading, read_rows, result_of
from digits.upright import read_upright, turned

MAX_PIXELS = 25_000_000  # of an upload: a picture from a phone's camera has 12 to 24.5 million


def answer_to(
    data: bytes, name: str, page: int, may_turn: bool, with_pixels: bool, classify: Classifier
) -> JSONResponse:
    """Return the response for a picture file, the bytes `data`: the JSON of prediction.py --json.

    If `with_pixels`, also the width and height of the picture and, with each digit, the image that the net saw, 784
    numbers from 0, paper, to 255, ink, row by row, and the probability that it is not a digit. Raises HTTPException.
    """
    picture, reading = reading_in(data, page, may_turn, classify)
    result = result_on(Page(name, page, pages_in(data)), reading)
    if with_pixels:
        result["height"], result["width"] = picture.shape[:2]
        for digit, mark in zip(result["digits"], reading.marks, strict=True):
            digit["pixels"] = np.round(255 * mark.mark.pixels).astype(int).ravel().tolist()
            digit["not_a_digit"] = round(10 * float(mark.probabilities.min()), 4)  # which was shared out among the ten
    return JSONResponse(result)


def picture_with_boxes(data: bytes, page: int, may_turn: bool, classify: Classifier) -> Response:
    """Return the response for a picture file, the bytes `data`: the PNG of --save. Raises HTTPException."""
    picture, reading = reading_in(data, page, may_turn, classify)
    drawn = with_boxes(picture, reading.marks, result_of("", reading)["digits"])
    return Response(cv2.imencode(".png", drawn)[1].tobytes(), media_type="image/png")


def reading_in(data: bytes, page: int, may_turn: bool, classify: Classifier) -> tuple[np.ndarray, Reading]:
    """Return the picture in a file, the bytes `data`, upright, and what is read in it. Raises HTTPException."""
    try:
        picture = read_picture(data, MAX_PIXELS, page)
    except PictureError as error:
        status = 413 if isinstance(error, PictureTooLargeError) else 415
        raise HTTPException(status, f"This cannot be read: {error}.") from error
    found = find_rows(picture)
    reading = read_upright(found, lambda: picture, classify) if may_turn else read_rows(found, classify)
    return turned(picture, reading.turned), reading
