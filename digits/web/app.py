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
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect

from digits.classifier import Classifier
from digits.files import DEFAULT_MODEL, IMAGES, Page
from digits.finding import find_rows
from digits.layers import layers_of
from digits.model_files import record_beside
from digits.overlay import with_boxes
from digits.picture import SUFFIXES, PictureError, PictureTooLargeError, pages_in, read_picture
from digits.reader import result_on
from digits.reading import Reading, read_rows, result_of
from digits.upright import read_upright, turned
from digits.web.filters import filters_of
from digits.web.upload import MAX_BYTES, SCHEMA, file_in

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
    app = FastAPI(title="Handwritten digits", version="1", docs_url=None, redoc_url=None)
    readers = CapacityLimiter(os.cpu_count() or 1)  # pictures read at a time, which bounds the memory they take
    record, filters = record_beside(model), filters_of(model)  # of the model that answers, even if replaced later
    layers = layers_of(model, record)

    @app.post("/api/read", openapi_extra=SCHEMA)
    async def read(request: Request, name: str = "", page: int = 1, turn: bool = True, pixels: bool = False):
        """Read the digits in a picture, sent as the body or in a form.

        **name**: "image" in the answer. **page**: of a PDF or TIFF. **turn**: whether a picture on its side is turned.
        **pixels**: whether to tell the size of the picture and, with each digit, the 28x28 image that the net saw.
        """
        data, sent_as = await file_in(request)
        wanted = name or sent_as, page, turn, pixels
        return await to_thread.run_sync(answer_to, data, *wanted, classify, limiter=readers)

    @app.post("/api/boxes", openapi_extra=SCHEMA)
    async def boxes(request: Request, page: int = 1, turn: bool = True):
        """Return a PNG of a picture, sent as the body or in a form, with boxes about what was read in it."""
        data, _ = await file_in(request)
        return await to_thread.run_sync(picture_with_boxes, data, page, turn, classify, limiter=readers)

    @app.get("/health")
    def health():
        """Whether the server is up, for what watches over it."""
        return {"status": "ok"}

    @app.get("/docs", include_in_schema=False)
    def docs():
        return get_swagger_ui_html(openapi_url="/openapi.json", title=app.title, swagger_favicon_url="/web/icon.svg")

    @app.get("/api/samples")
    def samples():
        return {"pictures": fetchable("images"), "max_bytes": MAX_BYTES, "model": model.name}

    @app.get("/api/training")
    def training():
        is_served = model.parent.resolve() == SERVED["models"][0].resolve()  # pictures in other folders are not served
        pictures = [name for name in fetchable("models") if is_served and name.startswith(f"{model.stem}_")]
        return {"pictures": pictures, "layers": layers, "record": record, "filters": filters}

    @app.get("/", include_in_schema=False)
    def page():
        return FileResponse(PAGE / "index.html")

    @app.get("/{folder}/{name}", include_in_schema=False)
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
