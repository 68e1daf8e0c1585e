"""What pictures are drawn with: heat maps, lines, scales and text, as pieces of SVG.

Text and frames take the page's own colour. A heat map is an image of one pixel
an entry, enlarged, so that its size in bytes does not grow with its size on the
page. Numbers that are not finite are crosses.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from html import escape

import numpy as np

SIDE = 190  # of a panel, in pixels, at most
PIXELS = 24  # the side of a heat map's entry, at most
THIN = 9  # and at least, across an array that is much longer than wide
CROSSES = 400  # entries that are no numbers, marked one by one
NOT_A_NUMBER = (128, 128, 128)


def drawing(width: float, height: float, says: str, body: Sequence[str]) -> str:
    """Return a whole picture, which `says` tells those who cannot see it."""
    label = escape(says)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" width="{width:.0f}" '
        f'height="{height:.0f}" viewBox="-2 0 {width + 4:.0f} {height:.0f}" '
        f'style="max-width:100%;height:auto" font-family="sans-serif" font-size="12" '
        f'fill="currentColor">{"".join(body)}</svg>'
    )


def text(x: float, y: float, words: str, anchor: str = "start", weight: str = "normal") -> str:
    """Write a line of text on the base line `y`."""
    said = escape(words)
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-weight="{weight}">{said}</text>'


def panel(
    x: float, y: float, title: str, pixels: np.ndarray, values: np.ndarray, at: tuple[int, ...] | None
) -> str:
    """Draw `pixels` under a title, a cross where `values` are no numbers, and a frame `at` an entry."""
    across, down = entry(pixels)
    width, height = pixels.shape[1] * across, pixels.shape[0] * down
    box = f'x="{x:g}" y="{y:g}" width="{width:.2f}" height="{height:.2f}"'
    data = base64.b64encode(png(pixels)).decode()
    parts = [
        text(x, y - 7, title),
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


def entry(pixels: np.ndarray) -> tuple[float, float]:
    """Return how wide and how high an entry is drawn: square, unless it would be too thin to see."""
    rows, columns = pixels.shape[:2]
    square = min(PIXELS, SIDE / max(rows, columns))
    if max(rows, columns) <= 4 * min(rows, columns):
        return square, square
    return max(square, min(THIN, SIDE / columns)), max(square, min(THIN, SIDE / rows))


def scale(x: float, y: float, width: float, ramp: Sequence[str], low: float, high: float) -> str:
    """Draw the colours that values from `low` to `high` have."""
    pixels = coloured(np.linspace(0.0, 1.0, 64)[None], 0.0, 1.0, ramp)
    data = base64.b64encode(png(pixels)).decode()
    return (
        f'<image x="{x:g}" y="{y:g}" width="{width:g}" height="7" preserveAspectRatio="none" '
        f'href="data:image/png;base64,{data}"/>'
        + text(x, y + 21, f"{low:.3g}")
        + text(x + width, y + 21, f"{high:.3g}", anchor="end")
    )


def line(
    x: float, y: float, width: float, height: float, values: np.ndarray, steps: int,
    low: float, high: float, colour: str, dash: str, stroke: float,
) -> str:  # fmt: skip
    """Draw a line that is broken, and a cross on its edge, where a value is no number."""
    share = fraction(values, low, high)
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


def axes(x: float, y: float, width: float, height: float, low: float, high: float) -> str:
    """Draw the frame that a line lies in, its limits, and where zero is."""
    zero = ""
    if low < 0 < high:
        level = y + height * (1 - float(fraction(np.zeros(1), low, high)[0]))
        zero = f'<path d="M{x:g} {level:.1f}h{width:g}" stroke="currentColor" stroke-opacity="0.3"/>'
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="none" '
        f'stroke="currentColor" stroke-opacity="0.5"/>{zero}'
        + text(x - 6, y + 10, f"{high:.3g}", anchor="end")
        + text(x - 6, y + height, f"{low:.3g}", anchor="end")
    )


def key(x: float, y: float, colour: str, dash: str, stroke: float, title: str) -> str:
    """Say which line is which."""
    line = f'stroke="{colour}" stroke-width="{stroke:g}" stroke-dasharray="{dash}"'
    return f'<path d="M{x:g} {y - 4:g}h26" {line}/>' + text(x + 32, y, title)


def limits(*arrays: np.ndarray) -> tuple[float, float]:
    """Return the least and largest number in all the arrays; (0, 0) if there is none."""
    finite = np.concatenate([array[np.isfinite(array)] for array in arrays])
    # Adding zero makes a 0 of -0.
    return (float(finite.min()) + 0.0, float(finite.max()) + 0.0) if finite.size else (0.0, 0.0)


def fraction(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return where values lie between `low` and `high`, within [0, 1]; NaN where they are no numbers."""
    unit = max(abs(low), abs(high)) or 1.0  # the difference of two huge numbers may be infinite
    span = high / unit - low / unit
    if not span:
        return np.where(np.isfinite(values), 0.5, np.nan)
    share = (values / unit - low / unit) / span
    return np.where(np.isfinite(values), share.clip(0.0, 1.0), np.nan)


def coloured(values: np.ndarray, low: float, high: float, ramp: Sequence[str]) -> np.ndarray:
    """Return uint8 `[rows, columns, 3]`: each value's colour, between those of `low` and `high`."""
    share = fraction(values, low, high)
    stops = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in ramp], np.float64)
    places = np.linspace(0.0, 1.0, len(stops))
    mixed = [np.interp(np.nan_to_num(share), places, channel) for channel in stops.T]
    shown = np.where(np.isfinite(share)[..., None], np.stack(mixed, axis=-1), NOT_A_NUMBER)
    return shown.astype(np.uint8)


def png(pixels: np.ndarray) -> bytes:
    """Encode uint8 `[rows, columns, 3]` as PNG."""
    rows, columns, _ = pixels.shape

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    lines = b"".join(b"\0" + row.tobytes() for row in np.ascontiguousarray(pixels))
    header = struct.pack("!IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data
