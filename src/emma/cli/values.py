"""What options may hold: parsers for argparse, which say what is wrong with anything else before any work is done."""

import argparse
import math
from pathlib import Path

RECORD = "lock.json"
"""Name of the file that the folder of a run has (pipeline.record.LOCK, which loads more than a parser needs)."""


def parse_url(text: str) -> str:
    """Parse the URL of an object store."""
    if "://" not in text:
        raise argparse.ArgumentTypeError(f"'{text}' is not a URL such as s3://bucket/prefix; for a folder use --home")
    return text


def parse_place(text: str) -> str:
    """Parse where tasks run: `local`, `ray`, or the address of a Ray cluster."""
    if text in ("local", "ray") or ":" in text:
        return text
    raise argparse.ArgumentTypeError(f"'{text}' is not local, ray, or a Ray address such as head:6379")


def parse_positive(text: str) -> int:
    """Parse a whole number from 1."""
    return _parse_whole(text, 1)


def parse_count(text: str) -> int:
    """Parse a whole number from 0."""
    return _parse_whole(text, 0)


def _parse_whole(text: str, least: int) -> int:
    if not text.strip().isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from {least}")
    return int(text)


def _parse_float(text: str) -> float:
    """A number; what is none is NaN, which is in no range."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def parse_amount(text: str) -> float:
    """Parse a number above 0."""
    amount = _parse_float(text)
    if not 0 < amount < math.inf:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number above 0")
    return amount


def parse_share(text: str) -> float:
    """Parse a number from 0 up to, but not, 1."""
    share = _parse_float(text)
    if not 0 <= share < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a share from 0 to below 1")
    return share


def parse_folder(text: str) -> Path:
    """Parse the path of a folder, which need not be there."""
    path = Path(text)
    # One that lies below a file could never be made either.
    if file := next((each for each in (path, *path.parents) if each.exists() and not each.is_dir()), None):
        raise argparse.ArgumentTypeError(f"'{file}' is a file; name a folder")
    return path


def parse_home(text: str) -> Path:
    """Parse the path of a home, which need not be there."""
    path = parse_folder(text)
    if (path / RECORD).is_file():
        raise argparse.ArgumentTypeError(f"'{text}' is the folder of a run; its home is {path.absolute().parent}")
    return path


def parse_alpha(text: str) -> float:
    """Parse a share from 0 to 1, both of which it may be."""
    share = _parse_float(text)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a share from 0 to 1")
    return share


def parse_page(text: str) -> Path:
    """Parse the path of a file to write, in a folder that is there."""
    path = Path(text)
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"'{text}' is a folder; name a file, such as {path / 'page.html'}")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {path.parent} to write '{path.name}' into; make it first")
    return path
