"""Arrays as pictures: what is shown of them, and what is said of it."""

from __future__ import annotations

import base64
import re
import struct
import xml.etree.ElementTree as etree
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays

from grader.report.pictures import picture

SVG = "{http://www.w3.org/2000/svg}"
RNG = np.random.default_rng(0)


def label(drawn: str) -> str:
    return etree.fromstring(drawn).attrib["aria-label"]


def pixels(drawn: str) -> list[np.ndarray]:
    """Read back the images that are embedded in a picture, `[rows, columns, 3]` each."""
    found = []
    for data in re.findall(r"data:image/png;base64,([^\"]+)", drawn):
        png = base64.b64decode(data)
        assert png.startswith(b"\x89PNG\r\n\x1a\n")
        columns, rows = struct.unpack("!II", png[16:24])
        size = struct.unpack("!I", png[33:37])[0]
        lines = np.frombuffer(zlib.decompress(png[41 : 41 + size]), np.uint8).reshape(rows, 1 + 3 * columns)
        assert not lines[:, 0].any()
        found.append(lines[:, 1:].reshape(rows, columns, 3))
    return found


def test_a_matrix_is_drawn_thrice_and_the_furthest_entry_named() -> None:
    expected = RNG.normal(size=(5, 7))
    returned = expected.copy()
    returned[4, 1] += 2.0
    drawn = picture(expected, returned, "output")
    assert label(drawn).startswith("Heat maps of `output`, 5 rows by 7 columns: expected, between")
    assert label(drawn).endswith("at most 2 in size; the furthest, framed, is at row 4, column 1.")
    texts = [text.text for text in etree.fromstring(drawn).iter(f"{SVG}text")]
    assert texts[:4] == ["output", "expected", "yours", "yours − expected"]
    wanted, got, difference = pixels(drawn)[:3]
    same = np.ones((5, 7), bool)
    same[4, 1] = False
    assert ((wanted == got).all(axis=-1) | ~same).all()
    assert len(np.unique(difference[same], axis=0)) == 1


def test_expected_and_yours_are_on_one_scale() -> None:
    wanted, got = pixels(picture(np.full((3, 3), 1.0), np.full((3, 3), 5.0), "output"))[:2]
    # The least of both in the first colour, the largest in the last.
    assert (wanted == (0x44, 0x01, 0x54)).all() and (got == (0xFD, 0xE7, 0x25)).all()


def test_the_difference_has_a_scale_of_its_own_that_is_symmetric() -> None:
    expected = RNG.normal(size=(3, 4))
    difference = np.zeros((3, 4))
    difference[0, 0], difference[2, 3] = 0.5, -1.0
    drawn = etree.fromstring(picture(expected, expected + difference, "output"))
    texts = [text.text for text in drawn.iter(f"{SVG}text")]
    assert texts[-2:] == ["-1", "1"]


def test_of_many_axes_the_plane_that_is_off_the_most_is_shown() -> None:
    expected = RNG.normal(size=(2, 3, 5, 7))
    returned = expected.copy()
    returned[1, 2, 0, 6] += 3
    assert "`output[1, 2]`, 5 rows by 7 columns" in label(picture(expected, returned, "output"))


def test_channels_come_last() -> None:
    expected = RNG.normal(size=(2, 9, 8, 4))
    returned = expected.copy()
    returned[1, 5, 5, 2] = 9
    assert "`maps[1, :, :, 2]`, 9 rows by 8 columns" in label(picture(expected, returned, "maps"))


@pytest.mark.parametrize("top", [1.0, 255.0])
def test_an_image_is_shown_as_an_image(top: float) -> None:
    expected = top * RNG.random((2, 20, 16, 3))
    drawn = picture(expected, expected[:, ::-1], "image")
    assert label(drawn).startswith("Images of `image[")
    shown = int(re.search(r"image\[(\d)\]", label(drawn)).group(1))  # type: ignore[union-attr]
    wanted, got, difference = pixels(drawn)[:3]
    np.testing.assert_array_equal(wanted, (expected[shown] / top * 255).astype(np.uint8))
    np.testing.assert_array_equal(got, wanted[::-1])
    assert difference.shape == (20, 16, 3)


def test_a_vector_is_drawn_as_lines_that_differ_in_more_than_colour() -> None:
    drawn = picture(np.arange(10.0), np.arange(10.0)[::-1], "loss")
    assert label(drawn).startswith("Lines of `loss`, 10 values: expected, solid, between 0 and 9; yours, d")
    dashes = [path.attrib.get("stroke-dasharray") for path in etree.fromstring(drawn).iter(f"{SVG}path")]
    assert "6 4" in dashes and "" in dashes


def test_what_is_no_number_is_crossed_out_and_said() -> None:
    expected = RNG.normal(size=(4, 5))
    returned = expected.copy()
    returned[1, 2] = np.nan
    drawn = picture(expected, returned, "output")
    assert "no number at 1 of 20" in label(drawn) and "row 1, column 2" in label(drawn)
    assert (pixels(drawn)[1][1, 2] == 128).all()
    assert any(path.attrib["stroke"] == "white" for path in etree.fromstring(drawn).iter(f"{SVG}path"))


def test_another_shape_is_shown_without_a_difference() -> None:
    expected = RNG.normal(size=(3, 4))
    drawn = picture(expected, expected.T, "output")
    assert "yours, 4 rows by 3 columns" in label(drawn) and "difference" not in label(drawn)
    assert [image.shape[:2] for image in pixels(drawn)[:2]] == [(3, 4), (4, 3)]


@pytest.mark.parametrize(
    ("expected", "returned"),
    [
        (np.float32(1), np.float32(2)),
        (np.zeros(5), np.ones(5)),
        (np.zeros((2, 2)), np.ones((2, 2))),
        (np.zeros((0, 9)), np.zeros((0, 9))),
        (np.zeros((6, 6)), np.zeros(6)),
        (np.zeros(36), np.zeros(1)),
    ],
)
def test_what_is_better_read_than_seen_is_not_drawn(expected: np.ndarray, returned: np.ndarray) -> None:
    assert picture(np.asarray(expected), np.asarray(returned), "output") == ""


def test_large_arrays_are_cut_to_where_they_are_off() -> None:
    expected = np.zeros((2000, 1500), np.float32)
    returned = expected.copy()
    returned[1900, 3] = 1.0
    drawn = picture(expected, returned, "output")
    assert "`output[1744:2000, 0:256]`" in label(drawn) and "row 1900, column 3" in label(drawn)
    assert len(drawn) < 100_000
    line = picture(np.zeros(10_000), np.eye(1, 10_000, 5000)[0], "output")
    assert "`output[4744:5256]`, 512 values" in label(line) and len(line) < 50_000


def test_a_name_is_text() -> None:
    drawn = picture(np.zeros(9), np.ones(9), '"><script>alert(1)</script>' * 9)
    assert "<script" not in drawn and "&lt;script" in drawn
    assert len(label(drawn)) < 400


@given(
    arrays.arrays(
        some.sampled_from([np.bool_, np.int8, np.uint64, np.float16, np.float32, np.float64]),
        arrays.array_shapes(min_dims=1, max_dims=5, max_side=6),
    ),
)
def test_any_array_can_be_drawn(expected: np.ndarray) -> None:
    returned = expected.ravel()[::-1].reshape(expected.shape)
    for drawn in (picture(expected, returned, "output"), picture(returned.astype(np.float64), expected, "o")):
        assert not drawn or label(drawn)
        assert "nan" not in drawn.split("base64")[0] and "inf" not in re.sub(r"base64,[^\"]*", "", drawn)
