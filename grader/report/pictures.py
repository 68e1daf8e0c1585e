"""Arrays worth seeing: expected, returned and their difference, as inline SVG.

Written by hand in place of a plotting library: a picture takes about a
millisecond, not a hundred, and text and frames take the colour of the page's
own text, so that it suits a light and a dark theme. NumPy alone; what is drawn
may come from a stranger, so that its size, values and name are held in bounds.

Colours: viridis for values, purple to orange for differences, blue and
vermilion for lines, all distinct to colour-blind eyes; lines differ in dash and
the furthest entry is framed, so that nothing is said by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.grading.compare import Mismatch
from grader.report import svg

FEWEST = 6  # values; fewer are better read than seen
WIDEST = 256  # rows or columns of a heat map
LONGEST = 512  # points of a line
TITLE = 104  # the width that its title takes
GAP = 34
VIRIDIS = ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"]
DIVERGING = ["#542788", "#998ec3", "#f7f7f7", "#f1a340", "#b35806"]
LINES = ("#0072b2", "#d55e00")


@dataclass(frozen=True)
class View:
    """The part of an array that is shown: a line, a plane, or an image with its channels."""

    label: str
    values: np.ndarray  # float64
    at: tuple[int, ...]  # the furthest entry, within `values`
    index: tuple[int, ...]  # and along the same axes of the whole array


def picture(expected: np.ndarray, returned: np.ndarray, name: str) -> str:
    """Draw an output beside what was expected, and the difference.

    Args:
        expected: of any shape and numeric type.
        returned: likewise; of another shape, it is drawn without a difference.
        name: what to call the output.

    Returns:
        An `<svg>` element whose label says what it shows, "" where words do
        better: scalars, few values, shapes that cannot be drawn side by side.
    """
    if min(expected.size, returned.size) < FEWEST:
        return ""
    distance = _distance(expected, returned)
    wanted, got = _view(expected, distance, name), _view(returned, distance, name)
    if wanted is None or got is None or wanted.values.ndim != got.values.ndim:
        return ""
    with np.errstate(all="ignore"):
        difference = got.values - wanted.values if distance is not None else None
        if wanted.values.ndim == 1:
            return _lines(wanted, got, difference)
        return _maps(wanted, got, difference)


def picture_of(
    finding: Mismatch | None, expected: Mapping[str, np.ndarray], returned: Mapping[str, np.ndarray]
) -> str:
    """Draw the output that a finding is about, "" where it is about none that both sides have."""
    if finding is None or finding.output not in expected or finding.output not in returned:
        return ""
    return picture(expected[finding.output], returned[finding.output], finding.output)


def _distance(expected: np.ndarray, returned: np.ndarray) -> np.ndarray | None:
    """Return how far each entry is off, infinite where either is no number; None if shapes differ."""
    if expected.shape != returned.shape:
        return None
    want, got = expected.astype(np.float64), returned.astype(np.float64)
    with np.errstate(all="ignore"):
        distance = np.abs(got - want)
    same = (want == got) | (np.isnan(want) & np.isnan(got))
    return np.where(same, 0.0, np.where(np.isfinite(distance), distance, np.inf))


def _view(array: np.ndarray, distance: np.ndarray | None, name: str) -> View | None:
    """Choose the axes that are shown; the others stand where the furthest entry is."""
    long = [axis for axis, length in enumerate(array.shape) if length > 1]
    if not long:
        return None
    shown = long[-2:]
    image = False
    if len(long) >= 3 and array.shape[-1] <= 4 and min(array.shape[axis] for axis in long[-3:-1]) > 4:
        shown = long[-3:-1]  # channels come last
        image = array.shape[-1] == 3 and _looks_like_an_image(array)
    worst = np.unravel_index(0 if distance is None else int(distance.argmax()), array.shape)
    most = LONGEST if len(shown) == 1 else WIDEST
    place: list[int | slice] = [int(index) for index in worst]
    at, index = [], tuple(int(worst[axis]) for axis in shown)
    for axis in shown:
        start = max(0, min(int(worst[axis]) - most // 2, array.shape[axis] - most))
        place[axis] = slice(start, start + most)
        at.append(int(worst[axis]) - start)
    if image:
        place[-1] = slice(None)
    return View(_label(name, place, array.shape), array[tuple(place)].astype(np.float64), tuple(at), index)


def _looks_like_an_image(array: np.ndarray) -> bool:
    finite = array[np.isfinite(array)]
    return bool(min(array.shape[-3:-1]) >= 16 and finite.size and 0 <= finite.min() and finite.max() <= 255)


def _label(name: str, place: Sequence[int | slice], shape: Sequence[int]) -> str:
    parts = []
    for index, length in zip(place, shape, strict=True):
        if isinstance(index, int):
            parts.append(str(index))
        else:
            whole = index.start is None or (index.start == 0 and index.stop >= length)
            parts.append(":" if whole else f"{index.start}:{index.stop}")
    while parts and parts[-1] == ":":
        parts.pop()
    return f"{name[:60]}[{', '.join(parts)}]" if parts else name[:60]


def _maps(wanted: View, got: View, difference: np.ndarray | None) -> str:
    """Draw heat maps or images side by side: the first two on one scale, the difference on its own."""
    image = wanted.values.ndim == 3
    low, high = svg.limits(wanted.values, got.values)
    panels: list[tuple[str, np.ndarray, np.ndarray, tuple[int, ...] | None]] = []
    for title, view in (("expected", wanted), ("yours", got)):
        if image:
            top = 1.0 if high <= 1 else 255.0
            pixels = np.nan_to_num(view.values / top * 255, nan=128).clip(0, 255).astype(np.uint8)
        else:
            pixels = svg.coloured(view.values, low, high, VIRIDIS)
        panels.append((title, pixels, view.values, view.at if difference is not None else None))
    scales = [] if image else [(0, 2, VIRIDIS, (low, high))]
    parts = [
        f"`{wanted.label}`, {_size(wanted.values)}: expected, {_between(wanted.values)}",
        f"yours, {_size(got.values) + ', ' if difference is None else ''}{_between(got.values)}",
    ]
    if difference is not None:
        if image:  # of the channels, the one that is off the most
            strongest = np.abs(np.nan_to_num(difference)).argmax(axis=-1)[..., None]
            difference = np.take_along_axis(difference, strongest, axis=-1)[..., 0]
        most = max(map(abs, svg.limits(difference)))
        pixels = svg.coloured(difference, 0.0 - most, most, DIVERGING)
        panels.append(("yours − expected", pixels, difference, wanted.at))
        scales.append((2, 1, DIVERGING, (0.0 - most, most)))
        where = f"row {wanted.index[0]}, column {wanted.index[1]}"
        parts.append(f"their difference, at most {most:.3g} in size; the furthest, framed, is at {where}")
    kind = "Images" if image else "Heat maps"
    height = max(len(pixels) * svg.entry(pixels)[1] for _, pixels, _, _ in panels)
    side = max(TITLE, *(pixels.shape[1] * svg.entry(pixels)[0] for _, pixels, _, _ in panels))
    body = [svg.text(0, 12, wanted.label, weight="bold")]
    for place, (title, pixels, values, at) in enumerate(panels):
        body.append(svg.panel(place * (side + GAP), 36, title, pixels, values, at))
    for first, count, colours, (least, most) in scales:
        width = count * side + (count - 1) * GAP
        body.append(svg.scale(first * (side + GAP), 36 + height + 12, width, colours, least, most))
    total = max(len(panels) * (side + GAP) - GAP, 8.0 * len(wanted.label))
    return svg.drawing(total, 36 + height + (40 if scales else 4), f"{kind} of {'; '.join(parts)}.", body)


def _lines(wanted: View, got: View, difference: np.ndarray | None) -> str:
    """Draw two lines on one scale, and the difference below on its own."""
    width, left = 3 * svg.SIDE, 64
    low, high = svg.limits(wanted.values, got.values)
    steps = max(len(wanted.values), len(got.values))
    body = [
        svg.text(0, 12, wanted.label, weight="bold"),
        svg.key(left, 30, LINES[0], "", 4, "expected"),
        svg.key(left + 110, 30, LINES[1], "6 4", 2, "yours"),
        svg.axes(left, 40, width, 120, low, high),
        svg.line(left, 40, width, 120, wanted.values, steps, low, high, LINES[0], "", 4),
        svg.line(left, 40, width, 120, got.values, steps, low, high, LINES[1], "6 4", 2),
    ]
    parts = [
        f"`{wanted.label}`, {_size(wanted.values)}: expected, solid, {_between(wanted.values)}",
        f"yours, dashed, {_size(got.values) + ', ' if difference is None else ''}{_between(got.values)}",
    ]
    bottom = 160.0
    if difference is not None:
        most = max(map(abs, svg.limits(difference)))
        parts.append(f"their difference, at most {most:.3g} in size, furthest at {wanted.index[0]}")
        body += [
            svg.text(left, 184, "yours − expected"),
            svg.axes(left, 192, width, 60, 0.0 - most, most),
            svg.line(left, 192, width, 60, difference, steps, -most, most, "currentColor", "", 2),
        ]
        bottom = 252.0
    body.append(svg.text(left, bottom + 16, "0"))
    body.append(svg.text(left + width, bottom + 16, str(steps - 1), anchor="end"))
    return svg.drawing(left + width + 2, bottom + 22, f"Lines of {'; '.join(parts)}.", body)


def _between(values: np.ndarray) -> str:
    low, high = svg.limits(values)
    lost = int((~np.isfinite(values)).sum())
    between = f"between {low:.3g} and {high:.3g}"
    return f"{between}, and no number at {lost} of {values.size}" if lost else between


def _size(values: np.ndarray) -> str:
    if values.ndim == 1:
        return f"{len(values)} values"
    return f"{values.shape[0]} rows by {values.shape[1]} columns"
