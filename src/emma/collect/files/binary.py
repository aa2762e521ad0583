"""Recognise files that are no text by their signature and, where a text could begin so, by what follows it."""

import re

SIGNATURE_BYTES = 1024
"""Bytes from the beginning of a file that are enough."""
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_CONVERT = "convert it to text first"
_UNPACK = "unpack it, or set `member` of the source"
_EPUB = "an electronic book (EPUB); use the reader 'epub', without `member`"
_COMPRESSED = "decompress it, or name it {} so that it is"

SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b\x08", f"gzip-compressed data; {_COMPRESSED.format('.gz')}"),
    (b"\xfd7zXZ\x00", f"xz-compressed data; {_COMPRESSED.format('.xz')}"),
    (b"\x28\xb5\x2f\xfd", f"Zstandard-compressed data; {_COMPRESSED.format('.zst')}"),
    (b"\x04\x22\x4d\x18", "LZ4-compressed data; decompress it first"),
    (b"\x1f\x9d", "data compressed by `compress`; decompress it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first"),
    (b"Rar!\x1a\x07", "a RAR archive; unpack it first"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"an old Office file (.doc, .xls, .ppt); {_CONVERT}"),
    (b"SQLite format 3\x00", "an SQLite database; export its texts, as CSV for example"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"AT&TFORM", f"a DjVu document; {_CONVERT} (djvutxt)"),
    (b"OggS\x00", "an Ogg recording"),
    (b"fLaC\x00", "a FLAC recording"),
    (b"\x7fELF", "a program (ELF)"),
    (b"\xca\xfe\xba\xbe", "a compiled program"),
    (b"\xfe\xed\xfa", "a program (Mach-O)"),
    (b"\xcf\xfa\xed\xfe", "a program (Mach-O)"),
    (b"\x00asm", "a program (WebAssembly)"),
    (b"ARROW1\x00\x00", "an Arrow file; convert it to Parquet"),
    (b"Obj\x01", "an Avro file; convert it to JSON Lines"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"version https://git-lfs.github.com/spec/", "a pointer of Git LFS, not the file; fetch it with `git lfs pull`"),
)
"""First bytes that no text has, and what has them."""
AMBIGUOUS: tuple[tuple[bytes, str], ...] = (
    (b"PAR1", "a Parquet file; use the reader 'parquet'"),
    (b"ORC", "an ORC file; convert it to Parquet"),
    (b"GIF8", "a GIF image"),
    (b"BM", "a BMP image"),
    (b"RIFF", "a RIFF file (WAV, WebP, AVI)"),
    (b"ID3", "an MP3 recording"),
    (b"MZ", "a program for Windows"),
)
"""First bytes that a text may have too; control characters soon after them decide."""
CONTROL_BYTES = 64
PATTERNS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"), f"bzip2-compressed data; {_COMPRESSED.format('.bz2')}"),
    (re.compile(rb"\s{0,64}%PDF-\d\.\d"), f"a PDF; {_CONVERT} (pdftotext)"),
    (re.compile(rb"%!PS-Adobe-\d"), f"a PostScript document; {_CONVERT} (ps2ascii)"),
    (re.compile(rb"\s{0,64}\{\\rtf\d?\s*[\\{]"), f"a Rich Text document; {_CONVERT}"),
    (re.compile(rb".{60}(BOOKMOBI|TEXtREAd)", re.DOTALL), f"an e-book (MOBI); {_CONVERT}"),
    (re.compile(rb"\x00\x00\x00.ftyp", re.DOTALL), "a recording (MP4)"),
    (re.compile(rb"\x80[\x02-\x05][\x80-\xff()\]}cKXc]"), "a Python pickle"),
)
ZIP = re.compile(rb"PK(\x03\x04|\x05\x06|\x07\x08PK\x03\x04)")
IN_ZIP: tuple[tuple[bytes, str], ...] = (
    (b"application/epub+zip", _EPUB),
    (b"META-INF/container.xml", _EPUB),
    (b"application/vnd.oasis.opendocument", f"an OpenDocument file; {_CONVERT}"),
    (b"[Content_Types].xml", f"an Office file (.docx, .xlsx, .pptx); {_CONVERT}"),
    (b"word/", f"an Office file (.docx); {_CONVERT}"),
    (b"xl/", f"an Office file (.xlsx); {_CONVERT}"),
    (b"ppt/", f"an Office file (.pptx); {_CONVERT}"),
)


def recognise_binary(head: bytes) -> str:
    """Describe a file by its first SIGNATURE_BYTES, and what to do with it; empty where it may be text."""
    head = head.removeprefix(b"\xef\xbb\xbf")  # which careless tools put before anything
    description = _describe_signature(head) or next((what for shape, what in PATTERNS if shape.match(head)), "")
    if description:
        return description
    if is_zip(head):
        return next((what for name, what in IN_ZIP if name in head[:512]), f"a zip archive; {_UNPACK}")
    return f"a tar archive; {_UNPACK}" if is_tar(head) else ""


def _describe_signature(head: bytes) -> str:
    plain = next((what for sign, what in SIGNATURES if head.startswith(sign)), "")
    if plain or not _CONTROL.search(head[:CONTROL_BYTES]):
        return plain
    return next((what for sign, what in AMBIGUOUS if head.startswith(sign)), "")


def is_zip(head: bytes) -> bool:
    """Whether a file begins like a zip archive, an empty one included."""
    return ZIP.match(head) is not None


def is_tar(head: bytes) -> bool:
    """Whether a file begins with a tar header: its checksum is that of its bytes (POSIX pax, "ustar")."""
    block, field = head[:512], head[148:156].strip(b" \x00")
    if len(block) < 512 or not re.fullmatch(rb"[0-7]{1,7}", field):
        return False
    # The checksum takes its own eight bytes for spaces.
    return int(field, 8) == sum(block[:148]) + 8 * 0x20 + sum(block[156:])
