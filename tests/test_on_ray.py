import json
import subprocess
import sys

import pytest
from conftest import ROOT
from drawing import picture_of, save_picture
from PIL import Image

pytest.importorskip("ray", reason="reading on many machines takes ray[data]")
pytest.importorskip("pyarrow", reason="reading on many machines takes ray[data]")

from pyarrow import parquet

from digits import read
from digits.files import SHIPPED
from digits.on_ray import SCHEMA, Reader

TEXTS = {"a.png": "58", "b.PNG": "7", "inner/c.png": "203", "scan.tif": "12", "text.png": ""}


@pytest.fixture
def pictures(tmp_path):
    """A folder with pictures of TEXTS, of which scan.tif has a second page, 345, and text.png is none."""
    (tmp_path / "pictures" / "inner").mkdir(parents=True)
    for name, text in TEXTS.items():
        save_picture(tmp_path / "pictures" / name, picture_of(text, height=80, pen=7))
    first, second = (Image.fromarray(picture_of(text, height=80, pen=7)) for text in ("12", "345"))
    first.save(tmp_path / "pictures" / "scan.tif", save_all=True, append_images=[second])
    (tmp_path / "pictures" / "text.png").write_text("not a picture")
    (tmp_path / "pictures" / "notes.txt").write_text("not looked at")
    return tmp_path / "pictures"


def test_a_worker_turns_files_into_rows_one_a_page(pictures, classify):
    paths = [pictures / name for name in ("scan.tif", "text.png")]
    table = Reader(SHIPPED)({"path": [str(path) for path in paths], "bytes": [path.read_bytes() for path in paths]})
    assert table.schema == SCHEMA
    one, two, none = table.to_pylist()
    assert [(row["image"], row["page"], row["text"]) for row in (one, two)] == [
        (str(paths[0]), 1, "12"),
        (str(paths[0]), 2, "345"),
    ]
    assert json.loads(two["digits"]) == read(paths[0], classify, page=2)["digits"] and two["error"] is None
    assert (none["page"], none["text"], none["error"]) == (1, "", "not a picture in a known format")


@pytest.mark.slow
def test_two_workers_read_a_folder_and_replace_what_an_earlier_run_left(pictures, tmp_path):
    result = tmp_path / "result"
    result.mkdir()
    parquet.write_table(SCHEMA.empty_table(), result / "earlier.parquet")
    command = [sys.executable, "-m", "digits.on_ray", pictures, result, "--model", SHIPPED, "--workers", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.startswith("6 pages, 1 of them not read, ")
    assert not (result / "earlier.parquet").exists()
    rows = parquet.read_table(result).to_pylist()
    found = sorted((row["image"], row["page"], row["text"]) for row in rows)
    assert found == sorted([(str(pictures / name), 1, text) for name, text in TEXTS.items()]
                           + [(str(pictures / "scan.tif"), 2, "345")])  # fmt: skip
