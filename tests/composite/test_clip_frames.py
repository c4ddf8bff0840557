import numpy as np

from velocity_engine.composite.clip_frames import ClipFrames


class Reader:
    """Frames of 8 x 6 pixels, each of one value; notes which were read."""

    width, height, frame_count, seconds = 8, 6, 100, 4.0

    def __init__(self, digest: bytes = b"one") -> None:
        self.digest = digest
        self.asked: list[int] = []

    def read(self, index: int) -> np.ndarray:
        self.asked.append(index)
        return np.full((self.height, self.width, 4), index, np.uint8)

    def index_at(self, seconds: float) -> int:
        return int(seconds * 25)


def kept(frames: ClipFrames) -> int:
    return sum(len(clip.now) + len(clip.before) for clip in frames._clips.values())


def play(frames: ClipFrames, reader: Reader, *indexes: int) -> None:
    """One drawing that shows these frames, each twice."""
    frames.next_drawing()
    for index in indexes * 2:
        assert (frames.frame(reader, index).level(0) == index).all()


def test_a_frame_is_read_once_for_a_drawing_and_the_next() -> None:
    frames, reader = ClipFrames(), Reader()
    for index in (0, 1, 1, 2, 4, 4):
        play(frames, reader, index)
    assert reader.asked == [0, 1, 2, 4]


def test_a_clip_that_plays_keeps_two_frames_whatever_its_length() -> None:
    frames, reader = ClipFrames(), Reader()
    for index in range(50):
        play(frames, reader, index)
        assert kept(frames) <= 2


def test_a_clip_shown_twice_with_a_delay_reads_each_frame_once() -> None:
    frames, reader = ClipFrames(), Reader()
    for index in range(1, 30):
        play(frames, reader, index, index - 1)
    assert sorted(reader.asked) == sorted(set(reader.asked))


def test_drawings_without_the_clip_between_its_own_do_not_drop_its_frame() -> None:
    """As of a frame whose ground and foreground are drawn in turn."""
    frames, reader = ClipFrames(), Reader()
    for _ in range(5):
        frames.next_drawing()
        play(frames, reader, 7)
    assert reader.asked == [7]


def test_a_clip_that_ended_is_let_go() -> None:
    frames, one, other = ClipFrames(), Reader(), Reader(b"other")
    play(frames, one, 3)
    for index in range(3):
        play(frames, other, index)
    assert set(frames._clips) == {b"other"}


def test_more_frames_at_once_than_are_kept_are_still_right() -> None:
    frames, reader = ClipFrames(most=3), Reader()
    for first in range(4):
        play(frames, reader, *range(first, first + 6))
        assert kept(frames) <= 3


def test_levels_are_halved_once_and_stay_with_their_frame() -> None:
    frame = ClipFrames().frame(Reader(), 9)
    assert frame.size == (8, 6)
    assert [frame.level(level).shape for level in (2, 1, 0)] == [(2, 2, 4), (3, 4, 4), (6, 8, 4)]
    assert frame.level(2) is frame.level(2)
    assert (frame.level(2) == 9).all()
