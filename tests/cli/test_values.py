from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
import typer

from velocity_engine.cli import values


@pytest.mark.parametrize(("text", "expected"), [("1920x1080", (1920, 1080)), (" 16X9 ", (16, 9)), ("64×36", (64, 36))])
def test_size(text: str, expected: tuple[int, int]) -> None:
    assert values.size(text) == expected


@pytest.mark.parametrize("text", ["", "1920", "1920x", "-1x5", "0x10", "1e3x5", "999999x1"])
def test_size_that_is_none(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="WIDTHxHEIGHT"):
        values.size(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30", Fraction(30)),
        ("30000/1001", Fraction(30000, 1001)),
        ("29.97", Fraction(30000, 1001)),
        ("12.5", Fraction(25, 2)),
    ],
)
def test_frame_rate(text: str, expected: Fraction) -> None:
    assert values.frame_rate(text) == expected


@pytest.mark.parametrize("text", ["", "0", "-25", "1/0", "fast"])
def test_frame_rate_that_is_none(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="30000/1001"):
        values.frame_rate(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("5M", 5_000_000), ("2.5m", 2_500_000), ("800K", 800_000), ("192000 bit/s", 192_000), ("24 kB/s", 192_000)],
)
def test_bits_per_second(text: str, expected: int) -> None:
    assert values.bits_per_second(text) == expected


@pytest.mark.parametrize("text", ["", "M", "5G", "-5M", "5 M b", "nan"])
def test_bits_per_second_that_is_none(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="bits a second"):
        values.bits_per_second(text)


def test_a_bitrate_that_says_no_unit() -> None:
    with pytest.raises(typer.BadParameter, match=r"says no unit.*'5000000 bit/s'.*'5000000 B/s'"):
        values.bits_per_second("5000000")


@pytest.mark.parametrize(("text", "expected"), [("cbr", 0), ("VBR", 1), ("cqp", 2), ("0", 0), ("2", 2)])
def test_rate_control(text: str, expected: int) -> None:
    assert values.rate_control(text) == expected


def test_rate_control_that_is_none() -> None:
    with pytest.raises(typer.BadParameter, match="cbr, vbr, cqp"):
        values.rate_control("3")


@pytest.mark.parametrize(("text", "expected"), [("h265", "h265"), ("AV1", "av1"), ("1", 1)])
def test_codec(text: str, expected: str | int) -> None:
    assert values.codec(text) == expected


def test_files_of_customizations(tmp_path: Path) -> None:
    entries = [{"layer": "Headline", "text": "Hello"}]
    file = tmp_path / "c.json"
    for content in (entries, {"customizationMap": entries}):
        file.write_text(json.dumps(content))
        assert values._read_entries(file) == entries
    for text in ("{", "3", '{"layer": "x"}'):
        file.write_text(text)
        with pytest.raises(typer.BadParameter):
            values._read_entries(file)


def test_asset_files(tmp_path: Path) -> None:
    picture = tmp_path / "a=b.png"
    picture.touch()
    assert values.asset_files([f"logo={picture}"]) == {"logo": str(picture)}
    for wrong in ("logo", f"={picture}", f"logo={tmp_path}/none.png"):
        with pytest.raises(typer.BadParameter, match="ID=FILE"):
            values.asset_files([wrong])


def test_output_file(tmp_path: Path) -> None:
    assert values.output_file(f"{tmp_path}/x.mp4") == f"{tmp_path}/x.mp4"
    assert values.output_file("s3://bucket/x.mp4") == "s3://bucket/x.mp4"
    with pytest.raises(typer.BadParameter, match="does not exist"):
        values.output_file(f"{tmp_path}/no/x.mp4")
    with pytest.raises(typer.BadParameter, match="is a folder"):
        values.output_file(str(tmp_path))
