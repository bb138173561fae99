"""Judging records: in this process, or several, for a shard that is to keep more than one busy."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from detector.record import Record
from detector.result import Result
from detector.scoring import Detector

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["judge", "judge_in_processes"]

Judged = tuple[Record, Result]
_CHUNK_PAGES = 64
_CHUNK_SOURCE = 2_000_000
_PATIENCE = 3.0  # seconds of waiting after which it is looked whether a process has died


def judge(records: Iterable[Record], detector: Detector) -> Iterator[Judged]:
    """Score records in batches and yield each, without its page, with its result, in order.

    What ``records`` raises comes behind the results of what it gave before.
    """
    waiting: deque[Record] = deque()

    def pages() -> Iterator[tuple[str | None, bytes | str, str | None]]:
        for record in records:
            waiting.append(record._replace(page=None))
            yield record.url, record.page or b"", record.content_type

    for result in detector.score_many(pages()):
        yield waiting.popleft(), result


def judge_in_processes(
    records: Iterable[Record], detector: Detector, jobs: int
) -> Iterator[Judged]:
    """Do what :func:`judge` does in ``jobs`` processes, while this one reads.

    Raises ``concurrent.futures.BrokenExecutor`` where one of them dies.
    """
    source = _Chunks(records)
    chunks = iter(source)
    start = list(islice(chunks, 2))
    if len(start) < 2:  # judged before processes would have started
        for chunk in start:
            yield from judge(chunk, detector)
    else:
        from joblib.externals.loky import get_reusable_executor

        executor = get_reusable_executor(max_workers=jobs)
        waiting: deque[Future[list[Judged]]] = deque()
        for chunk in chain(start, chunks):
            waiting.append(executor.submit(_judged, chunk, detector))
            if len(waiting) > 2 * jobs:
                yield from _answer(waiting.popleft(), executor)
        while waiting:
            yield from _answer(waiting.popleft(), executor)
    if source.error is not None:
        raise source.error


def _answer(future: Future[list[Judged]], executor: Any) -> list[Judged]:
    """Return what ``future`` holds, or raise ``BrokenExecutor``.

    A process that is killed in the midst of an answer leaves the executor waiting for the rest of
    it, because the executor itself keeps that pipe open for writing: then it is closed.
    """
    while True:
        try:
            return future.result(timeout=_PATIENCE)
        except TimeoutError:
            processes = list(executor._processes.values())
            if any(process.exitcode not in (None, 0) for process in processes):
                for process in processes:
                    process.kill()
                executor._result_queue._writer.close()


def _judged(chunk: list[Record], detector: Detector) -> list[Judged]:
    return list(judge(chunk, detector))


class _Chunks:
    """Records by the chunk, up to the first exception, which is kept in ``error``."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.error: Exception | None = None
        self._records = iter(records)

    def __iter__(self) -> Iterator[list[Record]]:
        chunk: list[Record] = []
        size = 0
        try:
            for record in self._records:
                chunk.append(record)
                size += len(record.page or "")
                if len(chunk) >= _CHUNK_PAGES or size >= _CHUNK_SOURCE:
                    yield chunk
                    chunk, size = [], 0
        except Exception as error:  # what came before it is not lost
            self.error = error
        if chunk:
            yield chunk
