"""What markers say of a template's time."""

from __future__ import annotations

from pathlib import Path

import pytest
from lengths_support import marker, template

import velocity_engine as ve
from velocity_engine.model import regions


def kinds(opened: ve.Template) -> list[tuple[str, float, float, str]]:
    return [(one.kind, one.start, one.end, one.name) for one in opened.regions]


def test_what_no_marker_names_is_kept(tmp_path: Path) -> None:
    opened = template(tmp_path, [marker("Middle velocity:hold", 40, 20), marker("End card", 60, 40)])
    assert kinds(opened) == [("protect", 0, 40, ""), ("hold", 40, 60, "Middle"), ("protect", 60, 100, "")]
    assert [one.name for one in opened.markers] == ["Middle", "End card"]


def test_where_markers_only_protect_the_rest_stretches(tmp_path: Path) -> None:
    opened = template(tmp_path, [marker("velocity:protect", 0, 30), marker("End card\r\nvelocity:protect", 80, 50)])
    assert kinds(opened) == [
        ("protect", 0, 30, "velocity:protect"), ("stretch", 30, 80, ""), ("protect", 80, 100, "End card"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "comment",
    [
        "velocity:loop Beat",
        "Beat VELOCITY:Loop",
        '{"name": "Beat velocity:loop"}',
        '{"name": "Beat", "velocity": "loop"}',
    ],
)
def test_ways_to_write_it(tmp_path: Path, comment: str) -> None:
    assert kinds(template(tmp_path, [marker(comment, 0, 100)])) == [("loop", 0, 100, "Beat")]


def test_a_marker_without_duration_holds_its_frame(tmp_path: Path) -> None:
    assert kinds(template(tmp_path, [marker("velocity:hold", 40)]))[1] == ("hold", 40, 41, "velocity:hold")


@pytest.mark.parametrize(
    ("markers", "said"),
    [
        ([marker("A velocity:hold", 10, 30), marker("B velocity:loop", 30, 30)], "'A' and 'B' overlap"),
        ([marker("A velocity:freeze", 10, 30)], "says velocity:freeze"),
        ([marker("A velocity:loop", 10)], "has no duration"),
    ],
)
def test_what_markers_cannot_say(tmp_path: Path, markers: list[dict[str, object]], said: str) -> None:
    opened = template(tmp_path, markers)
    assert [said in finding.message for finding in opened.findings if finding.feature == "marker.region"] == [True]
    for asked in (lambda: opened.regions, lambda: opened.lengths, lambda: opened.timeline(5)):
        with pytest.raises(ve.DurationError, match=said):
            asked()


def test_words_of_others_are_none(tmp_path: Path) -> None:
    opened = template(tmp_path, [marker("see https://velocity:8080/x and angular_velocity:9", 0, 10)])
    assert [one.region for one in opened.markers] == [""]


def test_as_many_regions_as_a_timeline_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is told once, before any is looked at; markers without such a word do not count."""
    monkeypatch.setattr(regions, "MAX_REGIONS", 10)
    named = [marker(f"{number}", number) for number in range(50)]
    ten = [marker("velocity:hold", 10 * number, 5) for number in range(10)]
    assert template(tmp_path, named + ten).timeline(5).end == 125
    opened = template(tmp_path, [*named, *ten, *ten, marker("velocity:freeze", 1)])
    said = "21 markers name regions, more than 10"
    assert [said in one.message for one in opened.findings if one.feature == "marker.region"] == [True]
    monkeypatch.setattr(regions, "_marked", None)
    for asked in (lambda: opened.regions, lambda: opened.lengths, lambda: opened.timeline(5)):
        with pytest.raises(ve.DurationError, match=said):
            asked()


def test_a_hundred_thousand_regions_are_refused(tmp_path: Path) -> None:
    opened = template(tmp_path, [marker("velocity:hold", 0.0005 * number, 0.0005) for number in range(100_000)])
    with pytest.raises(ve.DurationError, match="100000 markers name regions, more than 10000"):
        opened.timeline(5)
