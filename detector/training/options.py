"""What a training run is told: sizes, seeds and penalties."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

__all__ = ["FitOptions", "TrainOptions"]


@dataclass(frozen=True)
class FitOptions:
    """Options of the character model; the defaults are those of the shipped model."""

    alpha: float = 2e-7
    """L2 penalty of the stochastic gradient descent. Lower fits the generator's words more
    closely and transfers worse."""
    step: float = 0.05
    """Learning rate; the weights are averaged from the second epoch on (Polyak and Juditsky
    1992)."""
    epochs: int = 2
    """Passes over the rows. More pages do more than more passes."""
    sample: float = 0.12
    """Share of the clean characters far from any finding that become training rows."""
    clean_weight: float = 4.0
    """Weight of those rows. Higher means fewer false alarms and shorter findings."""


@dataclass(frozen=True)
class TrainOptions:
    """How much to make, and from which seed. Same options and inputs give the same model."""

    seed: int = 1
    pages: int = 240_000
    wording_pages: int = 80_000
    calibration_pages: int = 48_000
    threshold_pages: int = 120_000
    """Clean pages, mostly Chinese texts, in whose tail the threshold is measured."""
    evaluation_pages: int = 6_000
    jobs: int = 2
    false_rate: float = 0.0009
    """Share of the plain Chinese calibration texts that the threshold may flag for an injection;
    garbling, brief pages, HTML and hard negatives have shares or multiples of it (see thresholds).
    Lower loses spam."""
    fit: FitOptions = field(default_factory=FitOptions)

    def scaled(self, pages: int) -> TrainOptions:
        """Return the options of a run with ``pages`` for fitting and the others in proportion.

        Fewer than 200 for any purpose would leave nothing to fit.
        """

        def part(count: int) -> int:
            return max(200, count * pages // self.pages)

        return replace(
            self,
            pages=pages,
            wording_pages=part(self.wording_pages),
            calibration_pages=part(self.calibration_pages),
            threshold_pages=part(self.threshold_pages),
            evaluation_pages=part(self.evaluation_pages),
        )
