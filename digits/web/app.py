"""The application behind the page: reads the pictures that are sent, and serves the page, samples and training figures.

Nothing that is uploaded is written to disk or to a log, but for the digits that the user corrects (own).
"""

import mimetypes
import os
from pathlib import Path

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect

from digits.classifier import Classifier
from digits.files import DEFAULT_MODEL, IMAGES
from digits.picture import SUFFIXES
from digits.web.answer import answer_to, picture_with_boxes
from digits.web.model import model_at
from digits.web.own import own_routes
from digits.web.upload import MAX_BYTES, SCHEMA, file_in

PAGE = Path(__file__).parent / "page"
SERVED = {  # as the first part of an address: the folder, and the endings of the files that can be fetched from it
    "web": (PAGE, {".html", ".css", ".js", ".svg"}),
    "images": (IMAGES, SUFFIXES),
    "models": (DEFAULT_MODEL.parent, {".png"}),
}
for suffix, kind in {".js": "text/javascript", ".css": "text/css", ".webp": "image/webp"}.items():
    mimetypes.add_type(kind, suffix)  # whatever Windows' registry says, or an old Python does not know


def web_app(classify: Classifier, model: Path = DEFAULT_MODEL, kept: Path | None = None) -> FastAPI:
    """Return the application; it reads with `classify`, which was loaded from the file `model`.

    kept: the folder in which it keeps the user's own digits, to learn from them; None: it may not be taught.
    """
    app = FastAPI(title="Handwritten digits", version="1", docs_url=None, redoc_url=None)
    readers = CapacityLimiter(os.cpu_count() or 1)  # pictures read at a time, which bounds the memory they take
    app.state.model = model_at(model, classify)  # that answers, even if its file is replaced later
    if kept:
        app.include_router(own_routes(app, model, kept, readers))

    @app.post("/api/read", openapi_extra=SCHEMA)
    async def read(request: Request, name: str = "", page: int = 1, turn: bool = True, pixels: bool = False):
        """Read the digits in a picture, sent as the body or in a form.

        **name**: "image" in the answer. **page**: of a PDF or TIFF. **turn**: whether a picture on its side is turned.
        **pixels**: whether to tell the size of the picture and, with each digit, the 28x28 image that the net saw.
        """
        data, sent_as = await file_in(request)
        wanted = name or sent_as, page, turn, pixels
        return await to_thread.run_sync(answer_to, data, *wanted, app.state.model.classify, limiter=readers)

    @app.post("/api/boxes", openapi_extra=SCHEMA)
    async def boxes(request: Request, page: int = 1, turn: bool = True):
        """Return a PNG of a picture, sent as the body or in a form, with boxes about what was read in it."""
        data, _ = await file_in(request)
        classify = app.state.model.classify
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
        return {
            "pictures": fetchable("images"),
            "max_bytes": MAX_BYTES,
            "model": app.state.model.path.name,
            "may_teach": bool(kept),
        }

    @app.get("/api/training")
    def training():
        _, path, record, layers, filters = app.state.model
        is_served = path.parent.resolve() == SERVED["models"][0].resolve()  # pictures in other folders are not served
        pictures = [name for name in fetchable("models") if is_served and name.startswith(f"{path.stem}_")]
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
