"""The chart: how many times faster than interpreted construct, on a logarithmic scale."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers import BASELINE, BY_HAND, CLASSES, COMPILED, CONTAINERS, PEERS
from benchmarks.report import Times

_COLORS = {
    BASELINE: "#8c8c8c",
    COMPILED: "#b5b5b5",
    BY_HAND: "#e0a030",
    CONTAINERS: "#6fa8dc",
    CLASSES: "#1f5fa8",
}
_CASES = (
    "S parse",
    "S build",
    "M parse",
    "M build",
    "V 33 KB parse",
    "V 33 KB build",
    "V 84 KB parse",
    "V 84 KB build",
)


def draw(times: Times, machine: str, target: Path) -> None:
    """Write the chart as an SVG file: the same bytes for the same numbers."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update(
        {"svg.hashsalt": "snapformat", "svg.fonttype": "none", "font.family": "sans-serif"}
    )
    from matplotlib import pyplot

    cases = [case for case in _CASES if case in times]
    figure, axes = pyplot.subplots(2, (len(cases) + 1) // 2, figsize=(13, 6.2), sharex=True, squeeze=False)
    # Above the operation, one row for parsing and one for building.
    ordered = [case for verb in ("parse", "build") for case in cases if case.endswith(verb)]
    for axis, case in zip(axes.flat, ordered, strict=False):
        found = times[case]
        names = [name for name in PEERS if name in found][::-1]
        ratios = [found[BASELINE] / found[name] for name in names]
        axis.barh(names, ratios, color=[_COLORS.get(name, "#c9d3c0") for name in names])
        for place, ratio in enumerate(ratios):
            axis.annotate(
                f"{ratio:.3g}", (ratio, place), xytext=(3, 0), textcoords="offset points", va="center", size=7
            )
        axis.set_xscale("log")
        axis.set_xlim(0.2, 500)
        axis.set_title(case, size=10)
        axis.tick_params(labelsize=7)
        axis.spines[["top", "right"]].set_visible(False)
    figure.suptitle("Times as fast as construct, interpreted (logarithmic)", size=12)
    figure.text(0.5, 0.005, machine, ha="center", size=7, color="#555555")
    figure.tight_layout(rect=(0, 0.02, 1, 1))
    figure.savefig(target, metadata={"Date": None})
    pyplot.close(figure)
