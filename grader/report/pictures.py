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

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

FEWEST = 6  # values; fewer are better read than seen
WIDEST = 256  # rows or columns of a heat map
LONGEST = 512  # points of a line
SIDE = 190  # of a panel, in pixels, at most
TITLE = 104  # the width that its title takes
GAP = 34
PIXELS = 24  # the side of a heat map's entry, at most
THIN = 9  # and at least, across an array that is much longer than wide
CROSSES = 400  # entries that are no numbers, marked one by one
VIRIDIS = ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"]
DIVERGING = ["#542788", "#998ec3", "#f7f7f7", "#f1a340", "#b35806"]
LINES = ("#0072b2", "#d55e00")
NOT_A_NUMBER = (128, 128, 128)


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
    low, high = _range(wanted.values, got.values)
    panels: list[tuple[str, np.ndarray, np.ndarray, tuple[int, ...] | None]] = []
    for title, view in (("expected", wanted), ("yours", got)):
        if image:
            top = 1.0 if high <= 1 else 255.0
            pixels = np.nan_to_num(view.values / top * 255, nan=128).clip(0, 255).astype(np.uint8)
        else:
            pixels = _colours(view.values, low, high, VIRIDIS)
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
        most = max(map(abs, _range(difference)))
        pixels = _colours(difference, 0.0 - most, most, DIVERGING)
        panels.append(("yours − expected", pixels, difference, wanted.at))
        scales.append((2, 1, DIVERGING, (0.0 - most, most)))
        where = f"row {wanted.index[0]}, column {wanted.index[1]}"
        parts.append(f"their difference, at most {most:.3g} in size; the furthest, framed, is at {where}")
    kind = "Images" if image else "Heat maps"
    height = max(len(pixels) * _entry(pixels)[1] for _, pixels, _, _ in panels)
    side = max(TITLE, *(pixels.shape[1] * _entry(pixels)[0] for _, pixels, _, _ in panels))
    body = [_text(0, 12, wanted.label, weight="bold")]
    for place, (title, pixels, values, at) in enumerate(panels):
        body.append(_panel(place * (side + GAP), 36, title, pixels, values, at))
    for first, count, colours, (least, most) in scales:
        width = count * side + (count - 1) * GAP
        body.append(_scale(first * (side + GAP), 36 + height + 12, width, colours, least, most))
    total = max(len(panels) * (side + GAP) - GAP, 8.0 * len(wanted.label))
    return _svg(total, 36 + height + (40 if scales else 4), f"{kind} of {'; '.join(parts)}.", body)


def _entry(pixels: np.ndarray) -> tuple[float, float]:
    """Return how wide and how high an entry is drawn: square, unless it would be too thin to see."""
    rows, columns = pixels.shape[:2]
    square = min(PIXELS, SIDE / max(rows, columns))
    if max(rows, columns) <= 4 * min(rows, columns):
        return square, square
    return max(square, min(THIN, SIDE / columns)), max(square, min(THIN, SIDE / rows))


def _panel(
    x: float, y: float, title: str, pixels: np.ndarray, values: np.ndarray, at: tuple[int, ...] | None
) -> str:
    across, down = _entry(pixels)
    width, height = pixels.shape[1] * across, pixels.shape[0] * down
    box = f'x="{x:g}" y="{y:g}" width="{width:.2f}" height="{height:.2f}"'
    data = base64.b64encode(_png(pixels)).decode()
    parts = [
        _text(x, y - 7, title),
        f'<image {box} preserveAspectRatio="none" style="image-rendering:pixelated" '
        f'href="data:image/png;base64,{data}"/>',
        f'<rect {box} fill="none" stroke="currentColor" stroke-opacity="0.5"/>',
    ]
    lost = np.argwhere(~np.isfinite(values.reshape(*values.shape[:2], -1)).all(axis=-1))[:CROSSES]
    arm = min(across, down) / 4
    crosses = "".join(
        f"M{x + (column + 0.5) * across - arm:.1f} {y + (row + 0.5) * down - arm:.1f}"
        f"l{2 * arm:.1f} {2 * arm:.1f}m0 {-2 * arm:.1f}l{-2 * arm:.1f} {2 * arm:.1f}"
        for row, column in lost
    )
    if crosses:
        parts.append(f'<path d="{crosses}" fill="none" stroke="white" stroke-width="1.5"/>')
    if at is not None:
        # White on black: one of the two is seen on any colour.
        wide, high = max(across, 6.0), max(down, 6.0)
        left, top = x + (at[1] + 0.5) * across - wide / 2, y + (at[0] + 0.5) * down - high / 2
        parts += [
            f'<rect x="{left:.2f}" y="{top:.2f}" width="{wide:.2f}" height="{high:.2f}" fill="none" '
            f'stroke="{colour}" stroke-width="{stroke}"/>'
            for colour, stroke in (("black", 3.5), ("white", 1.5))
        ]
    return "".join(parts)


def _scale(x: float, y: float, width: float, colours: list[str], low: float, high: float) -> str:
    ramp = _colours(np.linspace(0.0, 1.0, 64)[None], 0.0, 1.0, colours)
    data = base64.b64encode(_png(ramp)).decode()
    return (
        f'<image x="{x:g}" y="{y:g}" width="{width:g}" height="7" preserveAspectRatio="none" '
        f'href="data:image/png;base64,{data}"/>'
        + _text(x, y + 21, f"{low:.3g}")
        + _text(x + width, y + 21, f"{high:.3g}", anchor="end")
    )


def _lines(wanted: View, got: View, difference: np.ndarray | None) -> str:
    """Draw two lines on one scale, and the difference below on its own."""
    width, left = 3 * SIDE, 64
    low, high = _range(wanted.values, got.values)
    steps = max(len(wanted.values), len(got.values))
    body = [
        _text(0, 12, wanted.label, weight="bold"),
        _key(left, 30, LINES[0], "", 4, "expected"),
        _key(left + 110, 30, LINES[1], "6 4", 2, "yours"),
        _axes(left, 40, width, 120, low, high),
        _line(left, 40, width, 120, wanted.values, steps, low, high, LINES[0], "", 4),
        _line(left, 40, width, 120, got.values, steps, low, high, LINES[1], "6 4", 2),
    ]
    parts = [
        f"`{wanted.label}`, {_size(wanted.values)}: expected, solid, {_between(wanted.values)}",
        f"yours, dashed, {_size(got.values) + ', ' if difference is None else ''}{_between(got.values)}",
    ]
    bottom = 160.0
    if difference is not None:
        most = max(map(abs, _range(difference)))
        parts.append(f"their difference, at most {most:.3g} in size, furthest at {wanted.index[0]}")
        body += [
            _text(left, 184, "yours − expected"),
            _axes(left, 192, width, 60, 0.0 - most, most),
            _line(left, 192, width, 60, difference, steps, -most, most, "currentColor", "", 2),
        ]
        bottom = 252.0
    body += [_text(left, bottom + 16, "0"), _text(left + width, bottom + 16, str(steps - 1), anchor="end")]
    return _svg(left + width + 2, bottom + 22, f"Lines of {'; '.join(parts)}.", body)


def _line(
    x: float, y: float, width: float, height: float, values: np.ndarray, steps: int,
    low: float, high: float, colour: str, dash: str, stroke: float,
) -> str:  # fmt: skip
    """Draw a line that is broken, and a cross on its edge, where a value is no number."""
    share = _share(values, low, high)
    across = x + np.arange(len(values)) * (width / max(steps - 1, 1))
    path, lost, pen = [], [], "M"
    for place, part in zip(across, share, strict=True):
        if np.isfinite(part):
            path.append(f"{pen}{place:.1f} {y + height * (1 - part):.1f}")
            pen = "L"
        else:
            lost.append(f"M{place - 3:.1f} {y + 3:.1f}l6 6m0 -6l-6 6")
            pen = "M"
    style = f'fill="none" stroke="{colour}" stroke-width="{stroke:g}"'
    drawn = f'<path d="{"".join(path)}" {style} stroke-dasharray="{dash}"/>' if path else ""
    return drawn + (f'<path d="{"".join(lost)}" {style}/>' if lost else "")


def _axes(x: float, y: float, width: float, height: float, low: float, high: float) -> str:
    zero = ""
    if low < 0 < high:
        level = y + height * (1 - float(_share(np.zeros(1), low, high)[0]))
        zero = f'<path d="M{x:g} {level:.1f}h{width:g}" stroke="currentColor" stroke-opacity="0.3"/>'
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="none" '
        f'stroke="currentColor" stroke-opacity="0.5"/>{zero}'
        + _text(x - 6, y + 10, f"{high:.3g}", anchor="end")
        + _text(x - 6, y + height, f"{low:.3g}", anchor="end")
    )


def _key(x: float, y: float, colour: str, dash: str, stroke: float, title: str) -> str:
    line = f'stroke="{colour}" stroke-width="{stroke:g}" stroke-dasharray="{dash}"'
    return f'<path d="M{x:g} {y - 4:g}h26" {line}/>' + _text(x + 32, y, title)


def _svg(width: float, height: float, says: str, body: list[str]) -> str:
    label = escape(says)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" width="{width:.0f}" '
        f'height="{height:.0f}" viewBox="-2 0 {width + 4:.0f} {height:.0f}" '
        f'style="max-width:100%;height:auto" font-family="sans-serif" font-size="12" '
        f'fill="currentColor">{"".join(body)}</svg>'
    )


def _text(x: float, y: float, text: str, anchor: str = "start", weight: str = "normal") -> str:
    said = escape(text)
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-weight="{weight}">{said}</text>'


def _range(*arrays: np.ndarray) -> tuple[float, float]:
    """Return the least and largest number in all the arrays; (0, 0) if there is none."""
    finite = np.concatenate([array[np.isfinite(array)] for array in arrays])
    # Adding zero makes a 0 of -0.
    return (float(finite.min()) + 0.0, float(finite.max()) + 0.0) if finite.size else (0.0, 0.0)


def _between(values: np.ndarray) -> str:
    low, high = _range(values)
    lost = int((~np.isfinite(values)).sum())
    between = f"between {low:.3g} and {high:.3g}"
    return f"{between}, and no number at {lost} of {values.size}" if lost else between


def _size(values: np.ndarray) -> str:
    if values.ndim == 1:
        return f"{len(values)} values"
    return f"{values.shape[0]} rows by {values.shape[1]} columns"


def _share(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return where values lie between `low` and `high`, within [0, 1]; NaN where they are no numbers."""
    unit = max(abs(low), abs(high)) or 1.0  # the difference of two huge numbers may be infinite
    span = high / unit - low / unit
    if not span:
        return np.where(np.isfinite(values), 0.5, np.nan)
    share = (values / unit - low / unit) / span
    return np.where(np.isfinite(values), share.clip(0.0, 1.0), np.nan)


def _colours(values: np.ndarray, low: float, high: float, colours: list[str]) -> np.ndarray:
    """Return uint8 `[rows, columns, 3]`: each value's colour, between those of `low` and `high`."""
    share = _share(values, low, high)
    stops = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours], np.float64)
    places = np.linspace(0.0, 1.0, len(stops))
    mixed = [np.interp(np.nan_to_num(share), places, channel) for channel in stops.T]
    shown = np.where(np.isfinite(share)[..., None], np.stack(mixed, axis=-1), NOT_A_NUMBER)
    return shown.astype(np.uint8)


def _png(pixels: np.ndarray) -> bytes:
    """Encode uint8 `[rows, columns, 3]` as PNG."""
    rows, columns, _ = pixels.shape

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    lines = b"".join(b"\0" + row.tobytes() for row in np.ascontiguousarray(pixels))
    header = struct.pack("!IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data
