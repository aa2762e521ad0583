"""Hot loops, compiled with numba: arrays in, arrays out. Ground floor: depends on nothing else of EMMA's.

Text comes as an Arrow string column does: `data`, the UTF-8 bytes of all documents, and `offsets`, where each begins.
Every kernel has a ten-line slow version of itself in its test.
"""

import hashlib
from contextlib import suppress
from pathlib import Path

STAMP = "kernels.sha256"


def drop_stale(folder: Path) -> None:
    """Delete compiled kernels if any source in `folder` is not what it was when they were compiled.

    numba goes by the date of a kernel's own file, and would not notice that another one that it calls has changed.
    """
    digest = hashlib.sha256()
    for source in sorted(folder.glob("*.py")):
        digest.update(source.read_bytes())
    stamp = folder / "__pycache__" / STAMP
    with suppress(OSError):  # a folder that cannot be written holds nothing compiled either
        if stamp.exists() and stamp.read_text() == digest.hexdigest():
            return
        for index in stamp.parent.glob("*.nbi"):
            index.unlink(missing_ok=True)
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(digest.hexdigest())


drop_stale(Path(__file__).parent)
