"""An MP4 that says it holds millions of frames is refused before FFmpeg makes room for them."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from media_support import make_clip

from velocity_engine.errors import MediaError
from velocity_engine.media.clip import open_clip
from velocity_engine.media.sample_tables import claims_more_than_it_holds

COUNT = 16_000_000


def lying(clip: bytes, each: int) -> bytes:
    """A clip whose table of sizes says that it has ``COUNT`` samples of ``each`` bytes; 0: of sizes of their own."""
    at = clip.index(b"stsz") + 8
    return clip[:at] + each.to_bytes(4, "big") + COUNT.to_bytes(4, "big") + clip[at + 8 :]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    make_clip(path)
    return path.read_bytes()


def test_an_honest_clip_is_none(clip: bytes) -> None:
    assert not claims_more_than_it_holds(io.BytesIO(clip))
    open_clip(clip).close()


@pytest.mark.parametrize("each", [0, 1, 100, 2**32 - 1])
def test_a_clip_that_says_too_much_is_refused(clip: bytes, each: int) -> None:
    with pytest.raises(MediaError, match="more than it does"):
        open_clip(lying(clip, each))


def test_it_is_refused_without_room_for_what_it_says(clip: bytes, tmp_path: Path) -> None:
    path = tmp_path / "liar.mp4"
    path.write_bytes(lying(clip, 1))
    code = (
        "import av, sys\nfrom velocity_engine.media.clip import open_clip\n"
        "from velocity_engine.errors import MediaError\n"
        "try:\n    open_clip(sys.argv[1])\nexcept MediaError:\n    print('refused')"
    )
    limit = lambda: resource.setrlimit(resource.RLIMIT_DATA, (512 << 20, 512 << 20))  # noqa: E731
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, preexec_fn=limit)
    assert done.stdout.strip() == "refused", done.stderr


@pytest.mark.parametrize("data", [b"", b"\0" * 8, b"\0\0\0\x01moov" + b"\xff" * 8, b"\0\0\0\x08moov" * 20_000])
def test_what_is_no_mp4_does_no_harm(data: bytes) -> None:
    assert claims_more_than_it_holds(io.BytesIO(data)) == (len(data) > 100_000)
