"""datatrove: a filter that drops documents judged spam, and says for what."""

from __future__ import annotations

from typing import Any

from detector.integrations.annotate import Annotate
from detector.optional import needs
from detector.result import KINDS
from detector.scoring import Detector

with needs("datatrove"):
    from datatrove.data import Document
    from datatrove.pipeline.filters.base_filter import BaseFilter

__all__ = ["DetectorFilter"]


class DetectorFilter(BaseFilter):  # type: ignore[misc]
    """Keeps documents judged ham. The reason of the others is the kind that weighs more.

    All documents get the fields of :func:`detector.integrations.annotate.annotation` in their
    metadata, dropped ones too (see ``exclusion_writer``). With ``drop=False`` none is dropped.
    ``text`` may be plain text or HTML. ``batch_size`` documents are scored together.
    """

    name = "🕵 search-engine spam"

    def __init__(
        self,
        detector: Detector | None = None,
        drop: bool = True,
        exclusion_writer: Any = None,
        batch_size: int = 100,
    ) -> None:
        super().__init__(exclusion_writer, batch_size)
        self.annotate = Annotate(detector=detector)
        self.drop = drop

    def filter(self, doc: Document) -> bool | tuple[bool, str]:
        """Return whether ``doc`` is kept, with the reason where it is not."""
        return self.filter_batch([doc])[0]

    def filter_batch(self, batch: list[Document]) -> list[bool | tuple[bool, str]]:
        """Return for each document whether it is kept, with the reason where it is not."""
        kept: list[bool | tuple[bool, str]] = []
        added = self.annotate.annotations(doc.text for doc in batch)
        for doc, row in zip(batch, added, strict=True):
            doc.metadata.update(row)
            if self.drop and row["detector_verdict"] == "spam":
                kept.append((False, max(KINDS, key=lambda kind: float(row[f"detector_{kind}"]))))
            else:
                kept.append(True)
        return kept
