"""Samples that are kept, and who may take one."""

from __future__ import annotations

from velocity_web.processes.samples import MAX_KEPT, Samples


def test_a_sample_is_found_again_and_one_that_failed_is_known() -> None:
    samples = Samples()
    assert samples.find("a") == (False, None)
    samples.keep("a", {"draw_ms": 1.0})
    samples.keep("b", None)
    assert samples.find("a") == (True, {"draw_ms": 1.0})
    assert samples.find("b") == (True, None)


def test_those_used_last_are_kept() -> None:
    samples = Samples()
    for number in range(MAX_KEPT):
        samples.keep(str(number), {})
    samples.find("0")
    samples.keep("one more", {})
    assert samples.find("0")[0]
    assert not samples.find("1")[0]


def test_an_account_takes_one_at_a_time() -> None:
    samples = Samples()
    with samples.turn("a") as first, samples.turn("a") as second, samples.turn("b") as other:
        assert (first, second, other) == (True, False, True)
    with samples.turn("a") as again:
        assert again
