"""The user's own digits: kept from what was corrected on the page, learned from in a process of its own, forgotten."""

import atexit
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import cv2
import numpy as np
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.responses import FileResponse

from digits.classifier import ModelError
from digits.files import BENEATH, OWN, ROOT, remove_model, typed, written_whole
from digits.joining import Character
from digits.rows import DIGITS
from digits.web.answer import reading_in
from digits.web.model import model_at
from digits.web.upload import file_in

KEPT = ROOT / "dataset" / "own"  # a folder for each digit, with its images
LIMIT = 2000  # images that are kept
LEARN = [sys.executable, "-u", str(ROOT / "handwritten_digit_recognition.py"), "--no-show"]


# --- the images ---


def kept_in(folder: Path) -> dict[str, list[str]]:
    """Return the names of the images that are kept of each digit, the oldest first."""
    return {digit: [path.name for path in sorted((folder / digit).glob("*.png"), key=age_of)] for digit in DIGITS}


def age_of(path):
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:  # deleted since
        return 0


def keep(folder: Path, marks: list[Character], text: str) -> int:
    """Keep each mark as the 28x28 image that the net sees, under the digit that `text` has for it; return how many.

    A ? in `text` stands for a mark that is not to be kept; all but ? and digits is passed over. What is kept already is
    kept once, under its latest digit. Raises ValueError where `text` does not fit, or if LIMIT would be passed.
    """
    signs = "".join(re.findall("[0-9?]", text))
    if len(signs) != len(marks):
        raise ValueError(f"Boxes: {len(marks)}, typed: {len(signs)}. Type a digit for each box, or a ?.")
    if not signs.strip("?"):
        raise ValueError("There is nothing to keep: type what the digits are.")
    labelled = [(sign, mark) for sign, mark in zip(signs, marks, strict=True) if sign != "?"]
    if sum(map(len, kept_in(folder).values())) + len(labelled) > LIMIT:
        raise ValueError(f"No more than {LIMIT:,} images are kept. Delete some under Your hand.")
    for digit, mark in labelled:
        data = cv2.imencode(".png", np.round(255 * mark.mark.pixels).astype(np.uint8))[1].tobytes()
        name = f"{sha256(data).hexdigest()[:16]}.png"
        for other in DIGITS:
            (folder / other / name).unlink(missing_ok=True)
        (folder / digit).mkdir(parents=True, exist_ok=True)
        with written_whole(folder / digit / name) as beside:
            beside.write_bytes(data)
    return len(labelled)


# --- the lesson ---


class Lesson:
    """A run of the training script that learns from the images in a folder, in a process of its own."""

    def __init__(self, options: list[str], when_learned: Callable[[], None]):
        """Start it with the script's options; when_learned is called once it has saved what it learned."""
        self.said: list[str] = []  # the script's lines so far
        self.state = "learning"  # then "learned", "unchanged" or "failed"
        threading.Thread(target=self.follow, args=(options, when_learned), daemon=True).start()

    def follow(self, options, when_learned):
        earlier = age_of(OWN)
        try:
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
            with subprocess.Popen([*LEARN, *options], cwd=ROOT, encoding="utf-8", errors="replace", **pipes) as process:
                atexit.register(process.terminate)
                for line in process.stdout:
                    self.said.append(line.strip())
            if has_saved := age_of(OWN) != earlier:
                when_learned()
            self.state = "failed" if process.returncode else "learned" if has_saved else "unchanged"
        except (OSError, ModelError) as error:
            self.said.append(str(error))
            self.state = "failed"


# --- what the page asks ---


def own_routes(app: FastAPI, base: Path, folder: Path, readers: CapacityLimiter) -> APIRouter:
    """Return the routes by which the page keeps images in `folder`, learns from them, and forgets what was learned.

    app.state.model is the Model that answers; base: the one that it begins with; readers: as many pictures are read at
    a time.
    """
    routes = APIRouter(prefix="/api/own", dependencies=[Depends(check_origin)], include_in_schema=False)
    beneath = BENEATH if base.absolute() == OWN else base.absolute()
    taught = beneath.with_suffix(".h5") if beneath.suffix == ".onnx" else beneath
    lessons: list[Lesson] = []  # the last one

    @routes.get("")
    def own():
        lesson = lessons[-1] if lessons else None
        return {
            "kept": kept_in(folder),
            "lesson": {"state": lesson.state, "said": lesson.said} if lesson else None,
            "model": app.state.model.path.name,
            "is_own": app.state.model.path.absolute() == OWN,
            "beneath": beneath.name,
            "command": None if can_learn() else f"python handwritten_digit_recognition.py --own {typed(folder)}",
        }

    @routes.post("")
    async def correct(request: Request, text: str, page: int = 1, turn: bool = True):
        data, _ = await file_in(request)
        classify = app.state.model.classify
        _, reading = await to_thread.run_sync(reading_in, data, page, turn, classify, limiter=readers)
        try:
            return {"kept": keep(folder, reading.marks, text)}
        except ValueError as error:
            raise HTTPException(409, str(error)) from error

    @routes.get("/{digit}/{name}")
    def image(digit: str, name: str):
        return FileResponse(path_of(folder, digit, name))

    @routes.delete("")
    def delete_all():
        for digit, names in kept_in(folder).items():
            for name in names:
                (folder / digit / name).unlink(missing_ok=True)
        return {}

    @routes.delete("/{digit}/{name}")
    def delete(digit: str, name: str):
        path_of(folder, digit, name).unlink()
        return {}

    @routes.post("/lesson")
    def learn(anyway: bool = False):
        check_is_over(lessons)
        options = ["--own", str(folder), "--model", str(taught), *(["--anyway"] if anyway else [])]
        lessons[:] = [Lesson(options, use_own)]
        return {}

    @routes.delete("/lesson")
    def forget():
        check_is_over(lessons)
        remove_model(OWN)
        lessons.clear()
        app.state.model = model_at(beneath)
        return {}

    def use_own():
        app.state.model = model_at(OWN)

    return routes


def check_origin(request: Request):
    """Raise HTTPException for what another web page sends, which browsers let it do unless they are told."""
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "Only this server's own page may do that.")


def check_is_over(lessons):
    if lessons and lessons[-1].state == "learning":
        raise HTTPException(409, "It is learning already: wait until that is over.")


def path_of(folder, digit, name):
    """Return the path of an image that is kept. Raises HTTPException if there is none."""
    if digit not in set(DIGITS) or not re.fullmatch(r"[\w-]+\.png", name) or not (folder / digit / name).is_file():
        raise HTTPException(404, "There is no such image.")
    return folder / digit / name


def can_learn():
    return all(map(find_spec, ("tensorflow", "onnx", "tf2onnx")))
