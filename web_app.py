"""Draw, upload or film digits in the browser.

    python web_app.py                           serves the page at http://127.0.0.1:8000 and opens it
    python web_app.py --port 8001 --no-browser  on another port, without opening it
    python web_app.py --host 0.0.0.0            open to every machine that can reach this one
    python web_app.py --model models/mine.h5    reads with another model

Other programs send a picture, as it is or in a form, and get what prediction.py --json prints; /docs says the rest:

    curl --data-binary @images/seven.png http://127.0.0.1:8000/api/read
    curl -F file=@images/seven.png http://127.0.0.1:8000/api/read
"""

import argparse
import os
import sys
import webbrowser
from contextlib import suppress
from pathlib import Path

from digits.classifier import ModelError, load_classifier
from digits.files import DEFAULT_MODEL, near, remark_on

try:
    import python_multipart  # noqa: F401  (FastAPI takes it for forms)
    import uvicorn

    from digits.web.access import addresses_of, bound_to, guarded, listening, own_names, trouble_with
    from digits.web.app import web_app
    from digits.web.own import KEPT
except ImportError as error:
    sys.exit(f"{error.name} is missing. The page needs more packages:  pip install fastapi uvicorn python-multipart")


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
    print(f"Draw at {address}   (Ctrl-C ends it)", flush=True)
    if remark := remark_on(options.model):
        print(remark, file=sys.stderr)
    if not bound_to(listener).is_loopback:
        more = (
            "It can teach the net, too." if options.allow_teaching else "--allow-teaching lets it teach the net, too."
        )
        print(
            "Every machine that reaches this one can now have pictures read, and see those in images/ and models/.",
            more,
            file=sys.stderr,
        )
    if not options.no_browser and has_display():
        webbrowser.open(own)
    import cv2  # after digits, which says what to do where it cannot be loaded

    cv2.setNumThreads(1)  # there are as many pictures at a time as cores
    may_teach = options.allow_teaching or bound_to(listener).is_loopback
    app = web_app(classify, options.model, KEPT if may_teach else None)
    app = guarded(app, own_names(listener, options.host))
    config = uvicorn.Config(
        app, log_level="error", access_log=False, server_header=False, ws="none", lifespan="off",
        timeout_graceful_shutdown=2,
    )  # fmt: skip
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def has_display():
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def parse_arguments():
    parser = argparse.ArgumentParser(description="Draw, upload or film digits in the browser.")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=port_number, default=8000, help="0: any free port (default: %(default)s)")
    parser.add_argument(
        "--model", type=Path, default=near(DEFAULT_MODEL), help="the model to read with (default: %(default)s)"
    )
    parser.add_argument("--allow-teaching", action="store_true", help="with --host: others may teach it, too")
    parser.add_argument("--no-browser", action="store_true", help="do not open the page")
    return parser.parse_args()


def port_number(text):
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, got {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
