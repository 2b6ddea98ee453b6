"""Text files, and the decoding that every format shares."""

import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple

from etl.extract import files
from etl.extract.records import Record, RefusedError, Source

# the longer ones first: UTF-32 LE begins as UTF-16 LE does
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_LATIN = frozenset({"ascii", "us-ascii", "latin1", "latin-1", "iso-8859-1", "iso8859-1", "cp1252", "windows-1252"})
_ENCODING = re.compile(
    r"iso-?8859-\d{1,2}|(?:windows-|cp)125\d|koi8-[ru]|mac-?roman|macintosh|cp(?:437|850)|shift-jis|euc-(?:jp|kr)"
    r"|gbk|gb2312|gb18030|big5|iso-2022-(?:jp|kr)|utf-16(?:-?[lb]e)?"
)
"""Encodings of text that a page may declare: of Python's codecs no other is looked up."""
_ASCII_BYTES = frozenset({"iso-2022-jp", "iso-2022-kr"})
"""Encodings whose bytes are ASCII, and so well-formed UTF-8."""
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MAX_CONTROLS = 0.01
"""Share of control characters above which this is no text. Wire text may hold a few (IPTC 7901 has SOH, STX, ETX)."""
_HIGH = re.compile(rb"[\x80-\xff]")
_MULTIBYTE = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_MAX_HIGH = 0.25
"""Share of bytes above 0x7F in a Western text: French and Icelandic stay below 0.1."""


class Decoded(NamedTuple):
    """A text and the encoding it was in."""

    text: str
    encoding: str


def decode(data: bytes, place: str, declared: str | None = None) -> Decoded:
    """Decode by byte order mark, else as UTF-8, else as declared, else as Windows-1252 where that can be.

    UTF-8 comes before what is declared: text in another encoding is hardly ever well-formed UTF-8, and a declaration
    is often wrong. Latin-1 means Windows-1252, as on the web.

    Windows-1252 cannot be where a byte has no meaning in it, where most bytes are not ASCII, or where the bytes hold
    well-formed UTF-8 sequences: that is UTF-8 that was damaged, and reading it otherwise would garble every accent.

    Args:
        data: the bytes.
        place: what to call them in an error.
        declared: the encoding that the format names; one that is unknown, or that the bytes are not in, is no help.

    Raises:
        RefusedError: empty, not_text or bad_encoding.

    """
    for mark, marked in _MARKS:
        if data.startswith(mark):
            return _checked(_marked(data, len(mark), marked, place), marked, place)
    encoding = _known(declared)
    if encoding in _ASCII_BYTES and (text := _as(data, encoding)) is not None:
        return _checked(text, encoding, place)
    try:
        return _checked(data.decode("utf-8"), "utf-8", place)
    except UnicodeDecodeError as error:
        if encoding and (text := _as(data, encoding)) is not None:
            return _checked(text, encoding, place)
        _check_controls(data.decode("latin-1"), place)
        western = _western(data)
        if western is None:
            raise _bad_encoding(place, "utf-8", error.start, error.reason) from None
    return _checked(western, "cp1252", place)


def _known(declared: str | None) -> str | None:
    """The codec of a declared name; None for one that is not known or no encoding of text."""
    name = (declared or "").strip().lower().replace("_", "-")
    if name in _LATIN:
        return "cp1252"
    return name if _ENCODING.fullmatch(name) else None


def _as(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _western(data: bytes) -> str | None:
    """The text in Windows-1252, where it can be that."""
    n_high = sum(1 for _ in _HIGH.finditer(data))
    if _MULTIBYTE.search(data) or n_high > _MAX_HIGH * len(data):
        return None
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return None


def clean(text: str) -> str:
    """Make line ends line feeds, with no byte order mark, and U+FFFD for NUL, at which C programs cut a text."""
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


def read(source: Source) -> Iterator[Record]:
    """Read a text file: one page."""
    data = files.content(source)
    text, encoding = decode(data, source.place)
    yield Record(source.uri, "text", "text/plain", encoding, hashlib.sha256(data).hexdigest(), text)


def _marked(data: bytes, start: int, encoding: str, place: str) -> str:
    """Decode what follows the mark."""
    try:
        return data[start:].decode(encoding)
    except UnicodeDecodeError as error:
        raise _bad_encoding(place, encoding, start + error.start, error.reason) from None


def _checked(text: str, encoding: str, place: str) -> Decoded:
    _check_controls(text, place)
    cleaned = clean(text)
    if not cleaned.strip():
        raise RefusedError("empty", f"{place} holds no text: remove it, or fetch it again")
    return Decoded(cleaned, encoding)


def _check_controls(text: str, place: str) -> None:
    n_controls = sum(1 for _ in _CONTROLS.finditer(text))
    if n_controls > _MAX_CONTROLS * len(text):
        raise RefusedError(
            "not_text",
            f"{place} holds {n_controls} control characters in {len(text)}, as binary files do: extract its text, "
            "or save it as UTF-8",
        )


def _bad_encoding(place: str, encoding: str, offset: int, reason: str) -> RefusedError:
    return RefusedError(
        "bad_encoding",
        f"{place}, byte {offset}: not {encoding} ({reason}), and no other encoding is certain: save it as UTF-8",
    )
