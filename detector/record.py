"""Record: one page of a crawl, as files of any format hold it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

__all__ = ["Record", "moment"]


class Record(NamedTuple):
    """One page of a shard, or why there is none (``error``).

    ``position`` says where in the file ``source`` it stands: the number of its line (from 1), of
    its row (from 0), or the offset of its WARC record in bytes; 0 in a file of one page.
    ``date`` is as :func:`moment` gives it. ``truncated`` names what cut the page before it came
    here: ``content-encoding`` (its compressed body breaks off), ``warc-truncated`` (the crawler
    says that it cut it), ``archive`` (the archive breaks off in it).
    """

    source: str
    position: int = 0
    url: str | None = None
    page: bytes | str | None = None
    content_type: str | None = None
    date: str | None = None
    truncated: tuple[str, ...] = ()
    error: str | None = None


def moment(value: Any) -> str | None:
    """Return a date as ISO 8601 in UTC to the second, which sorts as text; else as it was given.

    Takes ISO 8601, seconds or milliseconds since 1970, and ``datetime``; what has no time zone is
    taken for UTC.

    >>> moment("2026-01-02T03:04:05+02:00"), moment(1767323045), moment("last week")
    ('2026-01-02T01:04:05Z', '2026-01-02T03:04:05Z', 'last week')
    """
    if value is None or value == "" or isinstance(value, (dict, list, bool)):
        return None
    try:
        if isinstance(value, (int, float)):
            value = datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        elif not isinstance(value, datetime):
            value = datetime.fromisoformat(str(value))
        value = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return str(value)
    return cast("str", value.strftime("%Y-%m-%dT%H:%M:%SZ"))
