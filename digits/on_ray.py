"""Reads any number of pictures, on one machine or many, with Ray Data:  pip install "ray[data]"

    python -m digits.on_ray scans/ read/                        a folder, and those in it
    python -m digits.on_ray s3://bucket/scans s3://bucket/read  wherever Ray Data reads and writes

RESULT becomes a folder of Parquet files, a row a page: image, page, text, error, confidence, and digits as JSON. What
an earlier run left there is replaced. RAY_ADDRESS names a cluster, whose machines all have the project in this place.
"""

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anybody

import cv2
import pyarrow
import ray
from ray.data import ActorPoolStrategy, SaveMode

from digits.classifier import load_classifier
from digits.files import DEFAULT_MODEL
from digits.picture import SUFFIXES, SUFFIXES_OF_OTHERS
from digits.reader import read_all

BATCH = 16  # files that a worker is given at a time
COLUMNS = {"image": "string", "page": "int32", "text": "string", "error": "string", "confidence": "float32"}
SCHEMA = pyarrow.schema(COLUMNS | {"digits": "string"})


class Reader:
    """A worker: loads a model once, and reads batches of files with it."""

    def __init__(self, model: str):
        cv2.setNumThreads(1)  # there is a worker for each core
        self.classify = load_classifier(model)

    def __call__(self, files: dict) -> pyarrow.Table:
        """Return the rows of the result for files of "path" and "bytes", a list or array of each."""
        rows = [
            {"page": 1, **result, "image": path, "digits": json.dumps(result["digits"])}
            for path, data in zip(files["path"], files["bytes"], strict=True)
            for result in read_all([data], self.classify)
        ]
        return pyarrow.Table.from_pylist(rows, SCHEMA)


def read_folder(source: str, result: str, model: str | Path, workers: int) -> None:
    """Read every picture in `source`, with so many workers, and write what was read to `result`."""
    suffixes = [suffix[1:] for suffix in SUFFIXES | SUFFIXES_OF_OTHERS]
    files = ray.data.read_binary_files(
        source, include_paths=True, file_extensions=suffixes, num_cpus=0, concurrency=workers
    )
    pages = files.map_batches(
        Reader,
        fn_constructor_args=[str(model)],
        batch_size=BATCH,
        compute=ActorPoolStrategy(min_size=1, max_size=workers),
        num_cpus=1,
    )
    pages.write_parquet(result, mode=SaveMode.OVERWRITE, ray_remote_args={"num_cpus": 0}, concurrency=workers)


def main():
    parser = argparse.ArgumentParser(description="Read any number of pictures with Ray Data.")
    parser.add_argument("source", metavar="SOURCE", help="a folder, or the address of one")
    parser.add_argument("result", metavar="RESULT", help="the folder to write Parquet files to")
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, help="in the same place on all machines (default: %(default)s)"
    )
    parser.add_argument("--workers", type=int, help="how many read at a time (default: one for each core)")
    options = parser.parse_args()
    ray.init(log_to_driver=False)
    start = time.perf_counter()
    workers = options.workers or int(ray.cluster_resources()["CPU"])
    read_folder(options.source, options.result, options.model, workers)
    seconds = time.perf_counter() - start
    pages = ray.data.read_parquet(options.result, columns=["error"]).to_pandas()
    print(f"{len(pages)} pages, {pages['error'].notna().sum()} of them not read, {len(pages) / seconds:.1f} a second")


if __name__ == "__main__":
    main()
