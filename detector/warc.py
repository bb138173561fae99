"""Pages of WARC and WET files, their bodies decoded as HTTP says and within bounds."""

from __future__ import annotations

import io
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, BinaryIO, Protocol

from detector.config import Config
from detector.decode import looks_binary
from detector.optional import needs
from detector.record import Record, moment

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

__all__ = ["read_warc"]

PAGE_TYPES = frozenset(
    ("", "text/html", "application/xhtml+xml", "text/plain", "text/markdown", "text/xml",
     "application/xml", "application/vnd.wap.xhtml+xml")
)  # fmt: skip
"""Media types that are read as pages; "" where neither server nor crawler names one."""

_MOST_CODINGS = 4
_MOST_REASONS = 100
_PIECE = 1 << 10
_ZLIB = frozenset(("gzip", "x-gzip", "deflate"))
_IDENTITY = frozenset(("", "identity", "none", "binary", "8bit", "7bit", "utf-8"))


class _Reader(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read_warc(
    name: str, stream: BinaryIO, config: Config, passed: Counter[str]
) -> Iterator[Record]:
    """Yield the pages of a WARC file, plain or compressed: of responses, resources, conversions.

    ``position`` of a record is its offset in the file in bytes. What is no page is counted in
    ``passed``. Raises OSError where the file cannot be read any further, or breaks off.
    """
    with needs("scan"):
        from fastwarc.warc import ArchiveIterator, WarcRecordType
    pages = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion
    # HTTP is parsed here: a record whose headers cannot be read costs itself only.
    whole = True
    for record in ArchiveIterator(stream, parse_http=False):
        if not record.record_type & pages:
            passed[str(record.record_type)] += 1
        else:
            read = _read(name, record, config)
            if isinstance(read, Record):
                yield read
            else:
                # Servers name media types, as many as they like.
                passed[read if read in passed or len(passed) < _MOST_REASONS else "other"] += 1
        whole = _is_whole(record)
    # The iterator ends there as it does at the end of a file, whatever is missing.
    if not whole:
        raise OSError("the archive breaks off")


def _is_whole(record: WarcRecord) -> bool:
    """Say whether all of a record is there, and go to its end."""
    record.reader.consume()
    # Headers that break off before they say how much comes have no such line.
    return "Content-Length" in record.headers and record.reader.tell() >= record.content_length


def _read(name: str, record: WarcRecord, config: Config) -> Record | str:
    """Return the page of a record, or why it is none."""
    headers = record.headers
    url, date = headers.get("WARC-Target-URI"), moment(headers.get("WARC-Date"))
    told = Record(name, record.stream_pos, url, date=date)
    content_type = headers.get("Content-Type")
    codings: list[str] = []
    if record.is_http:
        try:
            record.parse_http(quirks_mode=True)
        except OSError as error:
            return told._replace(error=f"its HTTP headers cannot be read: {error}")
        http = record.http_headers
        if http is None:
            return told._replace(error="the archive breaks off in its HTTP headers")
        content_type = http.get("Content-Type")
        codings = [
            coding.strip().lower()
            for header in ("Content-Encoding", "Transfer-Encoding")
            for value in http.get_multiple(header)
            for coding in value.split(",")
        ]
    media = _media(content_type) or _media(headers.get("WARC-Identified-Payload-Type"))
    if media not in PAGE_TYPES:
        return media
    raw = record.reader.read(config.max_bytes + 1)
    truncated = ["archive"] if len(raw) < min(record.content_length, config.max_bytes) else []
    if headers.get("WARC-Truncated"):
        truncated.append("warc-truncated")
    if not raw.strip():
        return "empty"
    if len(codings) > _MOST_CODINGS:
        return told._replace(error=f"its body is encoded {len(codings)} times over")
    for coding in reversed(codings):
        data, whole = _decoded(raw, coding, config.max_bytes + 1)
        if data is None:
            return told._replace(error=f"its body cannot be decoded as {coding}")
        if not whole and "content-encoding" not in truncated:
            truncated.append("content-encoding")
        raw = data
    if not raw.strip():
        return "empty"
    return told._replace(page=raw, content_type=content_type, truncated=tuple(truncated))


def _media(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().lower()[:100]


def _decoded(raw: bytes, coding: str, limit: int) -> tuple[bytes | None, bool]:
    """Return at most ``limit`` bytes of what ``raw`` encodes, and whether nothing is damaged.

    None where nothing can be read. Many crawlers store bodies decoded and leave the header: what
    cannot be decoded and is text stands for itself.
    """
    from fastwarc.stream_io import BrotliReader, ChunkedReader, ZstdReader

    readers: dict[str, Callable[[io.BytesIO], _Reader]] = {
        "br": BrotliReader, "zstd": ZstdReader, "chunked": ChunkedReader,
    }  # fmt: skip
    if coding in _IDENTITY:
        return raw, True
    data, whole = b"", False
    if coding in readers:
        data, whole = _read_out(readers[coding](io.BytesIO(raw)), limit)
    elif coding in _ZLIB:
        data, whole = _inflated(raw, limit)
    if data or whole:
        return data, whole
    return (None, False) if looks_binary(raw) else (raw, True)


def _read_out(reader: _Reader, limit: int) -> tuple[bytes, bool]:
    pieces: list[bytes] = []
    left = limit
    try:
        while left and (piece := reader.read(min(_PIECE, left))):
            pieces.append(piece)
            left -= len(piece)
    except OSError:  # the piece in which it happens is lost
        return b"".join(pieces), False
    return b"".join(pieces), True


def _inflated(raw: bytes, limit: int) -> tuple[bytes, bool]:
    """Decode gzip and ``deflate``, which servers send with the zlib header or without."""
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        inflater = zlib.decompressobj(window)
        try:
            data = inflater.decompress(raw, limit)
        except zlib.error:
            continue
        if data:
            return data, inflater.eof or len(data) == limit
    return b"", False
