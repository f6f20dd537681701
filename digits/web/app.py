"""The application behind the page: reads the pictures that are sent, and serves the page, samples and training figures.

Nothing that is uploaded is written to disk or to a log.
"""

import mimetypes
import os
from pathlib import Path

import cv2
import numpy as np
from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect

from digits.classifier import Classifier
from digits.files import DEFAULT_MODEL, IMAGES
from digits.finding import find_rows
from digits.layers import layers_of
from digits.model_files import record_beside
from digits.overlay import with_boxes
from digits.picture import SUFFIXES, PictureError, PictureTooLargeError, read_picture
from digits.reading import read_rows, result_of
from digits.web.filters import filters_of

MAX_BYTES = 20_000_000  # of an upload
MAX_PIXELS = 25_000_000  # of an upload: a picture from a phone's camera has 12 to 24.5 million
PAGE = Path(__file__).parent / "page"
SERVED = {  # as the first part of an address: the folder, and the endings of the files that can be fetched from it
    "web": (PAGE, {".html", ".css", ".js", ".svg"}),
    "images": (IMAGES, SUFFIXES),
    "models": (DEFAULT_MODEL.parent, {".png"}),
}
for suffix, kind in {".js": "text/javascript", ".css": "text/css", ".webp": "image/webp"}.items():
    mimetypes.add_type(kind, suffix)  # whatever Windows' registry says, or an old Python does not know


def web_app(classify: Classifier, model: Path = DEFAULT_MODEL) -> FastAPI:
    """Return the application; it reads with `classify`, which was loaded from the file `model`."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    readers = CapacityLimiter(os.cpu_count() or 1)  # pictures read at a time, which bounds the memory they take
    record, filters = record_beside(model), filters_of(model)  # of the model that answers, even if replaced later
    layers = layers_of(model, record)

    @app.post("/api/read")
    async def read(request: Request, name: str = "picture", pixels: bool = False):
        data = await body_of(request)
        return await to_thread.run_sync(answer_to, data, name, pixels, classify, limiter=readers)

    @app.post("/api/boxes")
    async def boxes(request: Request):
        data = await body_of(request)
        return await to_thread.run_sync(picture_with_boxes, data, classify, limiter=readers)

    @app.get("/api/samples")
    def samples():
        return {"pictures": fetchable("images"), "max_bytes": MAX_BYTES, "model": model.name}

    @app.get("/api/training")
    def training():
        is_served = model.parent.resolve() == SERVED["models"][0].resolve()  # pictures in other folders are not served
        pictures = [name for name in fetchable("models") if is_served and name.startswith(f"{model.stem}_")]
        return {"pictures": pictures, "layers": layers, "record": record, "filters": filters}

    @app.get("/")
    def page():
        return FileResponse(PAGE / "index.html")

    @app.get("/{folder}/{name}")
    def file(folder: str, name: str):
        if folder not in SERVED or name not in fetchable(folder):
            raise HTTPException(404, "There is nothing at this address.")
        return FileResponse(SERVED[folder][0] / name)

    @app.exception_handler(StarletteHTTPException)
    def refused(request, error):
        return JSONResponse({"error": error.detail}, error.status_code, error.headers)

    @app.exception_handler(RequestValidationError)
    def misunderstood(request, error):
        return JSONResponse({"error": "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors())}, 400)

    @app.exception_handler(ClientDisconnect)
    def left(request, error):
        return Response(status_code=400)  # to nobody: the client went away while it sent its picture

    @app.exception_handler(Exception)
    def failed(request, error):
        return JSONResponse({"error": "This picture cannot be read: something in the program failed."}, 500)

    return app


def fetchable(folder):
    """Return the names of the files in `folder` that can be fetched, sorted; not those that JSON cannot hold."""
    place, suffixes = SERVED[folder]
    return sorted(
        path.name
        for path in place.iterdir()
        if path.suffix.lower() in suffixes
        and not path.name.startswith(".")
        and path.name.isprintable()
        and path.is_file()
    )


async def body_of(request):
    """Return the body of the request, bytes. Raises HTTPException where it is empty, too large or a form."""
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        raise HTTPException(415, "Send the picture itself as the body, not a form: curl --data-binary @photo.jpg")
    too_large = HTTPException(413, f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MAX_BYTES:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise too_large
    if not body:
        raise HTTPException(400, "There is no picture in the body.")
    return body


def answer_to(data: bytes, name: str, with_pixels: bool, classify: Classifier) -> JSONResponse:
    """Return the response for a picture file, the bytes `data`: the JSON of prediction.py --json.

    If `with_pixels`, also the width and height of the picture and, with each digit, the image that the net saw, 784
    numbers from 0, paper, to 255, ink, row by row, and the probability that it is not a digit. Raises HTTPException.
    """
    picture = picture_in(data)
    reading = read_rows(find_rows(picture), classify)
    result = result_of(name, reading)
    if with_pixels:
        result["height"], result["width"] = picture.shape[:2]
        for digit, mark in zip(result["digits"], reading.marks, strict=True):
            digit["pixels"] = np.round(255 * mark.mark.pixels).astype(int).ravel().tolist()
            digit["not_a_digit"] = round(10 * float(mark.probabilities.min()), 4)  # which was shared out among the ten
    return JSONResponse(result)


def picture_with_boxes(data: bytes, classify: Classifier) -> Response:
    """Return the response for a picture file, the bytes `data`: the PNG of --save. Raises HTTPException."""
    picture = picture_in(data)
    reading = read_rows(find_rows(picture), classify)
    drawn = with_boxes(picture, reading.marks, result_of("", reading)["digits"])
    return Response(cv2.imencode(".png", drawn)[1].tobytes(), media_type="image/png")


def picture_in(data):
    """Return the picture in a file, the bytes `data`. Raises HTTPException."""
    try:
        return read_picture(data, MAX_PIXELS)
    except PictureError as error:
        status = 413 if isinstance(error, PictureTooLargeError) else 415
        raise HTTPException(status, f"This cannot be read: {error}.") from error
