"""The cuts of the timeline."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.pipeline.segment import plan_segments
from velocity_engine.plugin_types import EncoderSettings


def settings(gop: int | None, whole: bool = False) -> EncoderSettings:
    return EncoderSettings(encoder="libx264", pixel_format="yuv420p", options={}, gop_size=gop, whole=whole)


def cuts(count: int, gop: int | None, *, idr: int | None = None, whole: bool = False, rate: int = 30) -> list[int]:
    segments = plan_segments(count, EncoderConfig(idr=idr), settings(gop, whole), Fraction(rate))
    return [segment.first for segment in segments]


@pytest.mark.parametrize(
    ("count", "gop", "starts"),
    [
        (300, 150, [0, 150]),
        (300, 30, [0, 150]),
        (300, 1, [0, 150]),
        (300, 1000, [0]),
        (1, 150, [0]),
        (225, 150, [0]),
        (226, 150, [0, 150]),
        (500, 100, [0, 100, 200, 300, 400]),
    ],
)
def test_segments_are_whole_gops_of_about_five_seconds(count: int, gop: int, starts: list[int]) -> None:
    assert cuts(count, gop) == starts


def test_segments_begin_with_idr_frames_where_they_are_rarer() -> None:
    assert cuts(300, 30, idr=90) == [0, 90, 180, 270]


def test_a_constant_bitrate_is_not_cut() -> None:
    assert cuts(10_000, 150, whole=True) == [0]


@given(st.integers(1, 5000), st.integers(1, 700), st.integers(1, 120))
def test_every_frame_is_in_one_segment(count: int, gop: int, rate: int) -> None:
    segments = plan_segments(count, EncoderConfig(), settings(gop), Fraction(rate))
    assert [segment.number for segment in segments] == list(range(len(segments)))
    assert [n for segment in segments for n in range(segment.first, segment.last)] == list(range(count))
    assert all(segment.first % gop == 0 for segment in segments)


@pytest.mark.parametrize(
    ("seconds", "gop", "starts"),
    [(1.0, 150, [0, 30, 60, 90]), (0.5, 30, [0, 15, 30, 45, 60, 75, 90, 105]), (2.0, 10, [0, 60]), (10.0, 30, [0])],
)
def test_short_segments_are_cut_within_gops(seconds: float, gop: int, starts: list[int]) -> None:
    config = EncoderConfig(segment_seconds=seconds)
    assert [one.first for one in plan_segments(120, config, settings(gop), Fraction(30))] == starts


EDGES = {20: 9, 60: 1, 90: 2, 120: 2, 275: 1}


def starts(count: int, config: EncoderConfig, edges: dict[int, int]) -> list[int]:
    return [one.first for one in plan_segments(count, config, settings(150), Fraction(30), edges)]


def test_a_segment_is_cut_where_most_layers_come_or_go() -> None:
    """A second from its ends at least: neither at 20 nor at 275."""
    assert starts(300, EncoderConfig(), EDGES) == [0, 90, 150]
    assert starts(450, EncoderConfig(), {**EDGES, 330: 1}) == [0, 90, 150, 300, 330]


@pytest.mark.parametrize("asked", [EncoderConfig(gop=150), EncoderConfig(idr=150)])
def test_key_frames_lie_only_where_they_are_asked_for(asked: EncoderConfig) -> None:
    assert starts(300, asked, EDGES) == [0, 150]


@given(st.integers(1, 2000), st.dictionaries(st.integers(1, 1999), st.integers(1, 9), max_size=40))
def test_every_frame_is_in_one_segment_of_a_second_or_more(count: int, edges: dict[int, int]) -> None:
    plain = starts(count, EncoderConfig(), {})
    cut = starts(count, EncoderConfig(), edges)
    assert set(plain) <= set(cut)
    assert len(cut) <= 2 * len(plain)
    lengths = [end - start for start, end in zip(cut, [*cut[1:], count], strict=True)]
    assert sum(lengths) == count
    assert min(lengths) >= min(30, count)


def test_a_part_has_the_same_segments_wherever_it_stands() -> None:
    config = EncoderConfig()
    plain = plan_segments(1000, config, settings(150), Fraction(30), breaks=(400,))
    longer = plan_segments(1600, config, settings(150), Fraction(30), breaks=(400, 1000))
    assert [(one.first - 400, one.last - 400) for one in plain if one.first >= 400] == [
        (one.first - 1000, one.last - 1000) for one in longer if one.first >= 1000
    ]
    assert {one.first for one in longer} >= {0, 400, 1000}
    asked = EncoderConfig(gop=150)
    assert plan_segments(1000, asked, settings(150), Fraction(30), breaks=(400,)) == plan_segments(
        1000, asked, settings(150), Fraction(30)
    )
