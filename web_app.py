"""Draw, upload or film digits in the browser.

    python web_app.py                           serves the page at http://127.0.0.1:8000 and opens it
    python web_app.py --port 8001 --no-browser  elsewhere, and only serves it
    python web_app.py --host 0.0.0.0            to every machine that reaches this one
    python web_app.py --model models/mine.h5    reads with another model

Other programs send a picture and get what prediction.py --json prints:

    curl --data-binary @images/seven.png http://127.0.0.1:8000/api/read

The page lies in web/ and talks to nothing but this server; the digits are read by prediction.py. Nothing that is
uploaded is written to disk or to a log.
"""

import argparse
import errno
import hashlib
import ipaddress
import json
import mimetypes
import os
import re
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # `python -I` leaves it out

MOST_BYTES = 20_000_000  # of an upload
MOST_PIXELS = 25_000_000  # of an upload: a picture from a phone's camera has 12 to 24.5 million
os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(MOST_PIXELS)  # whatever it was: OpenCV looks once, when it is imported

try:
    import uvicorn
    from anyio import CapacityLimiter, to_thread
    from fastapi import FastAPI, HTTPException, Request
    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import FileResponse, JSONResponse, Response
    from starlette.exceptions import HTTPException as StarletteHTTPException
    from starlette.requests import ClientDisconnect
except ImportError as error:
    sys.exit(f"{error.name} is missing. The page takes two packages more:  pip install fastapi uvicorn")

import cv2  # noqa: E402
import numpy as np  # noqa: E402

from prediction import IMAGES, MODEL, ROOT, SUFFIXES, Classifier, ModelError, load_classifier, read_marks, result_of  # noqa: E402
from preprocessing import PictureError, PictureTooLargeError, picture_of  # noqa: E402

PAGE = ROOT / "web"
SERVED = {  # folder: the endings of the files that can be fetched from it
    PAGE: {".html", ".css", ".js", ".svg"},
    IMAGES: SUFFIXES,
    MODEL.parent: {".png"},
}
for suffix, kind in {".js": "text/javascript", ".css": "text/css", ".webp": "image/webp"}.items():
    mimetypes.add_type(kind, suffix)  # whatever Windows' registry says, or an old Python does not know
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def main():
    options = parse_arguments()
    try:
        classify = load_classifier(options.model)
    except ModelError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        listener = listening(options.host, options.port)
    except OSError as error:
        print(trouble_with(options.host, options.port, error), file=sys.stderr)
        return 1
    address, own = addresses_of(listener)
    with suppress(OSError):  # somebody may have seen enough, or the disk behind standard output be full
        print(f"Draw at {address}   (Ctrl-C ends it)", flush=True)
    if not bound_to(listener).is_loopback:
        print(
            "Every machine that reaches this one can now have pictures read, and see those in images/ and models/.",
            file=sys.stderr,
        )
    if not options.no_browser and has_display():
        webbrowser.open(own)
    cv2.setNumThreads(1)  # as many pictures are read at a time as there are cores, see `readers`
    serve(guarded(web_app(one_at_a_time(classify), options.model), own_names(listener, options.host)), listener)
    return 0


# --- what is served ---


def web_app(classify: Classifier, model: Path = MODEL) -> FastAPI:
    """Return the application; `classify`, from the file `model`, is called from several threads and must bear it."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    readers = CapacityLimiter(os.cpu_count() or 1)  # pictures read at a time, which bounds the memory they take
    layers, record = layers_of(model), kept_record(model)  # of the model that answers, whatever takes its place later

    @app.post("/api/read")
    async def read(request: Request, name: str = "picture", pixels: bool = False):
        data = await body_of(request)
        return await to_thread.run_sync(answer_to, data, name, pixels, classify, limiter=readers)

    @app.get("/api/samples")
    def samples():
        return {"pictures": fetchable(IMAGES), "most_bytes": MOST_BYTES}

    @app.get("/api/training")
    def training():
        is_served = model.parent.resolve() == MODEL.parent.resolve()  # elsewhere its pictures stay
        pictures = [name for name in fetchable(MODEL.parent) if is_served and name.startswith(f"{model.stem}_")]
        return {"pictures": pictures, "layers": layers, "record": record}

    @app.get("/")
    def page():
        return FileResponse(PAGE / "index.html")

    @app.get("/{folder}/{name}")
    def file(folder: str, name: str):
        if ROOT / folder not in SERVED or name not in fetchable(ROOT / folder):
            raise HTTPException(404, "There is nothing at this address.")
        return FileResponse(ROOT / folder / name)

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
    """Return the names of the files in `folder` that can be fetched, sorted: none that is no text, which JSON is."""
    return sorted(
        path.name
        for path in folder.iterdir()
        if path.suffix.lower() in SERVED[folder]
        and not path.name.startswith(".")
        and path.name.isprintable()
        and path.is_file()
    )


async def body_of(request):
    """Return the body of the request, bytes. Raises HTTPException where it is no picture of a size that is read."""
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        raise HTTPException(415, "Send the picture itself as the body, not a form: curl --data-binary @photo.jpg")
    too_large = HTTPException(413, f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MOST_BYTES:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise too_large
    if not body:
        raise HTTPException(400, "There is no picture in the body.")
    return body


def answer_to(data: bytes, name: str, with_pixels: bool, classify: Classifier) -> JSONResponse:
    """Return the response for a picture file, the bytes `data`: the JSON of prediction.py --json.

    If `with_pixels`, also the width and height of the picture and, with each digit, the image that the net saw: 784
    numbers from 0, paper, to 255, ink, row by row. Raises HTTPException.
    """
    try:
        picture = picture_of(np.frombuffer(data, np.uint8))
    except PictureError as error:
        status = 413 if isinstance(error, PictureTooLargeError) else 415
        raise HTTPException(status, f"This cannot be read: {error}.") from error
    marks, probabilities = read_marks(picture, classify)
    result = result_of(name, marks, probabilities)
    if with_pixels:
        result["height"], result["width"] = picture.shape[:2]
        for digit, mark in zip(result["digits"], marks, strict=True):
            digit["pixels"] = np.round(255 * mark.pixels).astype(int).ravel().tolist()
    return JSONResponse(result)


def one_at_a_time(function: Callable) -> Callable:
    """Return `function` with a lock around it: a net of cv2.dnn answers in one thread at a time."""
    lock = threading.Lock()

    def locked(*arguments):
        with lock:
            return function(*arguments)

    return locked


def kept_record(path: Path) -> dict:
    """Return the record of the training of the model at `path`; empty where there is none of this very model."""
    try:
        record = json.loads(path.with_suffix(".json").read_bytes())
    except (OSError, ValueError):
        return {}
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return record if isinstance(record, dict) and record.get("sha256") == digest else {}


def layers_of(path: Path) -> list[dict]:
    """Return the layers of the model at `path`: kind, settings, number of weights; none where it is no .h5."""
    try:
        import h5py  # comes with TensorFlow
    except ImportError:
        return []
    if not h5py.is_hdf5(path):
        return []
    with h5py.File(path) as file:
        layers = json.loads(file.attrs["model_config"])["config"]["layers"]
        return [entry_of(layer, file["model_weights"]) for layer in layers if layer["class_name"] != "InputLayer"]


def entry_of(layer, weights):
    settings = layer["config"]
    sizes = []
    if settings["name"] in weights:
        weights[settings["name"]].visititems(lambda _, item: sizes.append(getattr(item, "size", 0)))
    return {"kind": layer["class_name"], "settings": settings_in_words(settings), "weights": int(sum(sizes))}


def settings_in_words(settings):
    """Return what the settings of a layer say about it, like "32 filters, 5x5, relu"."""
    activation = settings.get("activation", "")  # a name, or of a layer of its own kind all its settings
    words = [
        f"{settings['filters']} filters" if "filters" in settings else "",
        f"{settings['units']} units" if "units" in settings else "",
        "x".join(map(str, settings.get("kernel_size") or settings.get("pool_size") or [])),
        f"{settings['rate']:.0%} left out" if "rate" in settings else "",
        activation["class_name"] if isinstance(activation, dict) else activation,
    ]
    return ", ".join(filter(None, words))


# --- to whom ---


def guarded(app: Callable, names: set[str]) -> Callable:
    """Return `app` with HEADERS on each answer, and closed to requests whose Host is not one of `names`.

    Without the second, any web page could point a name of its own at this machine and read the answers.
    """
    headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]

    async def guarded_app(scope, receive, send):
        async def send_with_headers(message):
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *headers]
            await send(message)

        if is_for(names, dict(scope["headers"]).get(b"host", b"").decode("latin-1")):
            await app(scope, receive, send_with_headers)
        else:
            refusal = JSONResponse({"error": "This server does not answer for this Host."}, 421)
            await refusal(scope, receive, send_with_headers)

    return guarded_app


def is_for(names: set[str], host: str) -> bool:
    """Whether the header Host names this server; where "any address" is among `names`, each IP address does."""
    parts = re.fullmatch(r"(?:\[([0-9a-f:.]+)\]|([^][:@/\s]+))(?::\d+)?", host.lower())
    if parts is None:
        return False
    name = parts[1] or parts[2]
    return name in names or ("any address" in names and is_address(name))


def is_address(name):
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def own_names(listener: socket.socket, host: str) -> set[str]:
    """Return the set of names by which the server may be called, see is_for; `host` is what the user called it."""
    names = {"localhost", "127.0.0.1", "::1", host.lower()}
    if bound_to(listener).is_unspecified:
        names |= {"any address", socket.gethostname().lower(), f"{socket.gethostname().lower()}.local"}
    return names


# --- where ---


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on `port` of `host`. Raises OSError."""
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=512)


def trouble_with(host, port, error):
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use. Take another:  python web_app.py --port {port + 1}"
    return f"Cannot listen on port {port} of {host}: {error.strerror or error}"


def bound_to(listener):
    """Return the address that the socket listens on, an ipaddress."""
    return ipaddress.ip_address(listener.getsockname()[0])


def addresses_of(listener):
    """Return two addresses of the page: for a browser on another machine, if it can be reached, and on this one."""
    address, port = bound_to(listener), listener.getsockname()[1]
    if address.is_unspecified:  # only pages at localhost may use a camera
        return f"http://{own_address(listener.family)}:{port}", f"http://localhost:{port}"
    return 2 * (f"http://{in_brackets(address)}:{port}",)


def own_address(family):
    """Return the address that this machine has in its network, as in a URL; without a network its name."""
    somewhere = "2001:db8::1" if family == socket.AF_INET6 else "203.0.113.1"  # nobody's, RFC 3849 and RFC 5737
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((somewhere, 9))  # sends nothing, but takes the address that it would send from
        except OSError:
            return socket.gethostname()
        return in_brackets(ipaddress.ip_address(probe.getsockname()[0]))


def in_brackets(address):
    return f"[{address}]" if address.version == 6 else address


def has_display():
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def serve(app, listener):
    """Answer requests until Ctrl-C."""
    config = uvicorn.Config(
        app, log_level="error", access_log=False, server_header=False, ws="none", lifespan="off",
        timeout_graceful_shutdown=2,
    )  # fmt: skip
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])


def parse_arguments():
    parser = argparse.ArgumentParser(description="Draw, upload or film digits in the browser.")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=port_number, default=8000, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--model", type=Path, default=MODEL, help="read with this one (default: %(default)s)")
    parser.add_argument("--no-browser", action="store_true", help="do not open the page")
    return parser.parse_args()


def port_number(text):
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port; ports are 0 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
