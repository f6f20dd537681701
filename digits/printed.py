"""What prediction.py prints of a result: in words, as JSON, or as a row of a table."""

import csv
import io

from digits.files import Page, printable

CSV_HEADER = "image,page,text,confidence"
TURNED = {90: ", after a quarter turn to the right", 270: ", after a quarter turn to the left"}


def in_words(result: dict, top: int | None = None) -> str:
    """Return the line for a result and, if `top` is given, one below it for each mark: its likeliest digits."""
    digits = result["digits"]
    if any(digit["sure"] for digit in digits):
        how_sure = percent(result["confidence"]) + TURNED.get(result.get("turned", 0), "")
        said = f"{in_a_row(result['text'])}  ({how_sure})"
    else:
        marks = f"{len(digits)} mark{'s' if len(digits) > 1 else ''}"
        said = "no digit found" + (f"  ({marks}, none of them surely a digit)" if digits else "")
    page = Page(result["image"], result.get("page", 1), result.get("pages", 1))
    likeliest = [", ".join(f"{digit} {percent(share)}" for digit, share in mark["top"]) for mark in digits if top]
    return "\n    ".join([f"{printable(page)}: {said}", *likeliest])


def in_csv(result: dict) -> str:
    """Return the row of CSV_HEADER's table for a result."""
    row = io.StringIO()
    cells = result["image"], result.get("page", 1), in_a_row(result["text"]), result["confidence"]
    csv.writer(row, lineterminator="").writerow(cells)
    return row.getvalue()


def in_a_row(text):
    return text.replace("\n", " / ")


def percent(share):
    return f"{100 * share:.1f} %" if share < 0.9995 else ">99.9 %"
