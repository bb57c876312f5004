"""The chart: how many times faster than interpreted construct, on a logarithmic scale."""

from __future__ import annotations

from pathlib import Path

from benchmarks.floors import Cases
from benchmarks.payloads import STATES
from benchmarks.peers import BASELINE, BY_HAND, CLASSES, COMPILED, CONTAINERS, PEERS
from benchmarks.shapes import SHAPES
from benchmarks.states import SAME
from benchmarks.timing import ratio

_COLORS = {
    BASELINE: "#8c8c8c",
    COMPILED: "#b5b5b5",
    BY_HAND: "#e0a030",
    CONTAINERS: "#6fa8dc",
    CLASSES: "#1f5fa8",
    SAME: "#1f5fa8",
}
#: Parse and build beside each other, two payloads a row.
_NAMES = [*(shape.name for shape in SHAPES if shape.kind is not None), *STATES]
_CASES = [f"{name} {verb}" for name in _NAMES for verb in ("parse", "build")]
_COLUMNS = 4


def draw(measured: Cases, machine: str, target: Path) -> None:
    """Write the chart as an SVG file: the same bytes for the same numbers."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update(
        {"svg.hashsalt": "snapformat", "svg.fonttype": "none", "font.family": "sans-serif"}
    )
    from matplotlib import pyplot

    cases = [case for case in _CASES if case in measured]
    rows = -(-len(cases) // _COLUMNS)
    figure, axes = pyplot.subplots(
        rows, _COLUMNS, figsize=(15.5, 0.6 + 2.6 * rows), sharex=True, squeeze=False
    )
    for axis in axes.flat[len(cases) :]:
        axis.set_visible(False)
    for axis, case in zip(axes.flat, cases, strict=False):
        found = measured[case]
        # Where both were measured, the one that decodes as much as the others.
        ours = SAME if SAME in found else CLASSES
        names = [name for name in (*PEERS, SAME) if name in found and (name != CLASSES or ours == CLASSES)]
        names.reverse()
        ratios = [ratio(found, BASELINE, name) for name in names]
        axis.barh(names, ratios, color=[_COLORS.get(name, "#c9d3c0") for name in names])
        for place, faster in enumerate(ratios):
            axis.annotate(
                f"{faster:.3g}",
                (faster, place),
                xytext=(3, 0),
                textcoords="offset points",
                va="center",
                size=7,
            )
        axis.set_xscale("log")
        axis.set_xlim(0.2, 1000)
        axis.set_title(case, size=10)
        axis.tick_params(labelsize=7)
        axis.spines[["top", "right"]].set_visible(False)
    figure.suptitle("Times as fast as construct, interpreted (logarithmic)", size=12)
    figure.text(0.5, 0.005, machine, ha="center", size=7, color="#555555")
    figure.tight_layout(rect=(0, 0.02, 1, 1))
    figure.savefig(target, metadata={"Date": None})
    pyplot.close(figure)
