"""What codecs and executors do wrong is told with their names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from clear_template import clear_template

import velocity_engine as ve
from velocity_engine import plugins
from velocity_engine.plugin_types import MP4, EncodedSegment, EncoderSettings, Segment
from velocity_engine.plugins.asked import asked_settings

SETTINGS = EncoderSettings(encoder="libx264", pixel_format="yuv420p", options={}, gop_size=5)
WHO = "the codec 'frail' of this program failed"


def raising(error: BaseException) -> Callable[..., Any]:
    def fail(*_arguments: Any) -> Any:
        raise error

    return fail


def giving(value: Any) -> Callable[..., Any]:
    return lambda *_arguments: value


GOOD, CHOSEN = giving([]), giving(SETTINGS)


class Frail:
    """A codec, each part of which can be replaced by a faulty one."""

    key = "frail"
    number = None
    title = "Frail"
    pixel_formats = ("yuv420p",)
    containers = (MP4,)
    keeps_alpha = False
    odd_sizes = False

    def __init__(self, problems: Callable[..., Any] = GOOD, settings: Callable[..., Any] = CHOSEN) -> None:
        self._problems, self._settings = problems, settings

    def problems(self, config: ve.EncoderConfig, width: int, height: int, rate: Fraction) -> Any:
        return self._problems(config, width, height, rate)

    def settings(self, config: ve.EncoderConfig, width: int, height: int, rate: Fraction) -> Any:
        return self._settings(config, width, height, rate)


class Encodes(Frail):
    """One that encodes by itself, as the function that it is given."""

    def __init__(self, encode: Callable[..., Any], settings: Callable[..., Any] = CHOSEN) -> None:
        super().__init__(settings=settings)
        self._encode = encode

    def encoder(self, settings: EncoderSettings, width: int, height: int, rate: Fraction) -> Any:
        return self

    extradata = b""

    def encode(self, frame: Any) -> Any:
        return self._encode(frame)

    def finish(self) -> Any:
        return []


class Cluster:
    """An executor that does as it is told."""

    key = "cluster"

    def __init__(self, run: Callable[[Any, Sequence[Segment], Any], Any]) -> None:
        self._run = run

    def run(self, order: Any, segments: Sequence[Segment], watch: Any) -> Any:
        return self._run(order, segments, watch)


def rendered(folder: Path, **how: Any) -> None:
    config = ve.EncoderConfig(codec=how.pop("codec", "frail"), bitrate="160k", gop=5, segment_seconds=0.2)
    with clear_template(folder, 10, (64, 64)) as template:
        ve.render(template, folder / "out.mp4", encoder=config, **how)


@pytest.mark.parametrize(
    ("codec", "sentence"),
    [
        (Frail(raising(ValueError("no such level"))), "while it checked the configuration: ValueError: no such level"),
        (Frail(giving(None)), "while it checked the configuration: TypeError: problems returned NoneType: it must"),
        (Frail(giving(["no"])), "while it checked the configuration: TypeError: problems returned str in place of"),
        (Frail(settings=raising(KeyError("sett"))), "while it chose its settings: KeyError: 'sett'"),
        (Frail(settings=raising(SystemExit("bye"))), "while it chose its settings: SystemExit: bye"),
        (Frail(settings=giving(None)), "while it chose its settings: TypeError: settings returned NoneType"),
        (
            Frail(settings=giving(EncoderSettings(encoder="libx264", pixel_format="nv12", options={}))),
            "while it chose its settings: ValueError: there is no pixel format 'nv12'; choose one of yuv420p, ",
        ),
    ],
)
def test_a_codec_that_fails_is_a_problem_of_the_request(
    tmp_path: Path, register: Callable[[Any], None], codec: Frail, sentence: str
) -> None:
    register(codec)
    with clear_template(tmp_path, 10, (64, 64)) as template:
        [problem] = template.check(ve.EncoderConfig(codec="frail", bitrate="160k"))
    with pytest.raises(ve.PluginError) as raised:
        rendered(tmp_path)
    for error in (problem, raised.value):
        assert isinstance(error, ve.PluginError)
        assert error.message.startswith(f"{WHO} {sentence}") and error.place.field == "codec"
    assert [path.name for path in tmp_path.iterdir()] == ["template"]


def test_errors_of_the_engine_stay_as_they_are(tmp_path: Path, register: Callable[[Any], None]) -> None:
    refused, cancelled = ve.EncoderConfigError("the level is too low"), ve.RenderCancelled("the render was cancelled")
    codec = Frail(settings=raising(refused))
    register(codec)
    with pytest.raises(ve.EncoderConfigError) as raised:
        rendered(tmp_path)
    assert raised.value is refused
    with pytest.raises(ve.RenderCancelled) as stopped:
        rendered(tmp_path, codec="h264", executor=Cluster(raising(cancelled)))
    assert stopped.value is cancelled


def test_a_built_in_codec_is_named_without_a_package() -> None:
    class Broken(Frail):
        key = "h264"

    broken: Any = Broken(settings=raising(KeyError("x")))
    with pytest.raises(ve.PluginError, match=r"^the codec 'h264' failed while it chose its settings: KeyError"):
        asked_settings(broken, ve.EncoderConfig(), 64, 64, Fraction(25))


def test_an_encoder_that_libavcodec_does_not_have(tmp_path: Path, register: Callable[[Any], None]) -> None:
    register(Frail(settings=giving(EncoderSettings(encoder="libnone", pixel_format="yuv420p", options={}))))
    with pytest.raises(ve.PluginError, match=f"{WHO} while it chose its settings: .*no encoder 'libnone'"):
        rendered(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["template"]


@pytest.mark.parametrize(
    ("encoder", "words"),
    [
        ("", "its settings name no encoder of libavcodec"),
        ("nosuch", "there is no encoder 'nosuch' in libavcodec"),
        ("aac", "the encoder 'aac' of libavcodec does not encode frames"),
    ],
)
@pytest.mark.parametrize("kind", [Frail, lambda settings: Encodes(raising(ValueError("never")), settings)])
def test_an_encoder_that_cannot_encode_frames(
    tmp_path: Path, register: Callable[[Any], None], kind: Callable[..., Any], encoder: str, words: str
) -> None:
    """Also of a codec that encodes by itself, as long as the engine writes the file."""
    register(kind(settings=giving(EncoderSettings(encoder=encoder, pixel_format="yuv420p", options={}, gop_size=5))))
    with pytest.raises(ve.PluginError, match=f"{WHO} while it chose its settings: ValueError: {words}"):
        rendered(tmp_path)


@pytest.mark.parametrize(
    ("encode", "words"), [(raising(IndexError("row 9")), "IndexError: row 9"), (giving(None), "TypeError")]
)
def test_an_encoder_of_its_own(
    tmp_path: Path, register: Callable[[Any], None], encode: Callable[..., Any], words: str
) -> None:
    register(Encodes(encode))
    with pytest.raises(ve.PluginError, match=f"{WHO} while it encoded: {words}"):
        rendered(tmp_path)


def nothing(_order: Any, _segments: Any, _watch: Any) -> Any:
    return None


def twice(order: Any, segments: Sequence[Segment], watch: Any) -> Iterator[EncodedSegment]:
    done = ve.render_segment(order, segments[0], watch)
    yield done
    yield done


def another(order: Any, segments: Sequence[Segment], watch: Any) -> Iterator[EncodedSegment]:
    yield EncodedSegment(segment=Segment(number=77, first=0, last=1), packets=(), extradata=b"")


@pytest.mark.parametrize(
    ("run", "sentence"),
    [
        (raising(ValueError("cluster is down")), "failed while it rendered the segments: ValueError: cluster is down"),
        (nothing, "failed while it rendered the segments: TypeError: "),
        (giving([None]), "failed while it rendered the segments: TypeError: run returned NoneType in place of"),
        (twice, "returned a segment twice: number 0"),
        (another, "returned a segment that it was not given: number 77"),
        (giving([]), "returned 0 of 2 segments"),
    ],
)
def test_an_executor_that_fails(
    tmp_path: Path, register: Callable[[Any], None], run: Callable[..., Any], sentence: str
) -> None:
    executor = Cluster(run)
    register(executor)
    with pytest.raises(ve.PluginError) as raised:
        rendered(tmp_path, codec="h264", executor="cluster")
    assert raised.value.message.startswith(f"the executor 'cluster' of this program {sentence}")
    plugins.unregister(executor)
    with pytest.raises(ve.PluginError, match=r"^the executor 'cluster' (failed|returned)"):
        rendered(tmp_path, codec="h264", executor=executor)
    assert [path.name for path in tmp_path.iterdir()] == ["template"]
