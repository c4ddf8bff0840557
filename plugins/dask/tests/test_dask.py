"""The executor on a real scheduler with real workers of other processes, whose files are in folders of their own."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from clear_template import clear_template
from dask_support import Cluster, rendered, until
from media_support import make_clip

import velocity_engine as ve
from velocity_dask import conductor, worker
from velocity_dask.crew import difference
from velocity_dask.executor import DaskExecutor
from velocity_dask.parcels import PARCEL, shipment_of
from velocity_engine import plugins
from velocity_engine.plugin_types import EncodedSegment, RenderWatch, Segment
from velocity_engine.testing import check_executor

ROOT = Path(__file__).resolve().parents[3]
DEMO = ROOT / "examples" / "demo.zip"
CHARTS = ROOT / "plugins" / "charts" / "example"
SMALL = ve.EncoderConfig(resolution=(160, 90), preset=5, segment_seconds=0.4)
CODECS = ("h264", "h265", "av1")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two workers, of one thread and of three."""
    with Cluster(tmp_path_factory.mktemp("cluster")) as one:
        one.add(1, 3)
        yield one


def demo_order(folder: Path, encoder: ve.EncoderConfig = SMALL, **more: Any) -> ve.RenderOrder:
    with ve.open_template(DEMO) as template:
        return ve.order_for(template, folder / "out.mp4", encoder=encoder, **more)


def clip_template(folder: Path) -> Path:
    """A document beside a clip and a picture, which it refers to."""
    place = folder / "clip"
    place.mkdir()
    make_clip(place / "clip.mp4", 40, size=(160, 90))
    (place / "photo.jpg").write_bytes((ROOT / "examples" / "replacement.jpg").read_bytes())
    assets = [
        {"id": "clip", "t": 9, "p": "clip.mp4", "u": "", "e": 0, "w": 320, "h": 180},
        {"id": "photo", "p": "photo.jpg", "u": "", "e": 0, "w": 320, "h": 180},
    ]
    still = {"o": {"k": 50}, "s": {"k": [50, 50, 100]}}
    layers = [
        {"ty": 2, "ind": 1, "refId": "photo", "ip": 0, "op": 40, "st": 0, "ks": still},
        {"ty": 9, "ind": 2, "refId": "clip", "ip": 0, "op": 40, "st": 0, "ks": {}},
    ]
    document = {"v": "5.9.0", "fr": 25, "ip": 0, "op": 40, "w": 320, "h": 180, "assets": assets, "layers": layers}
    (place / "data.json").write_text(json.dumps(document))
    return place / "data.json"


def four_orders(folder: Path) -> Iterator[ve.RenderOrder]:
    """A ZIP with another picture and text, a folder with a layer of a plugin, a folder, and a document with files."""
    photo = [{"layer": "Photo", "image": {"assetId": "new"}}, {"layer": "Headline", "text": "Far away"}]
    assets = {"new": str(ROOT / "examples" / "replacement.jpg")}
    yield demo_order(folder, customizations=photo, assets=assets, frames=(0, 40))
    with ve.open_template(CHARTS) as template:
        entries = json.loads((CHARTS / "customizations.json").read_text())
        yield ve.order_for(template, folder / "out.mp4", encoder=SMALL, customizations=entries, frames=(0, 40))
    with clear_template(folder, frames=40) as template:
        yield ve.order_for(template, folder / "out.mp4", encoder=SMALL)
    with ve.open_template(clip_template(folder)) as template:
        yield ve.order_for(template, folder / "out.mp4", encoder=SMALL)


class Watch:
    """Counts, and is cancelled once it has counted ``most`` frames."""

    def __init__(self, most: float = float("inf")) -> None:
        self.frames: dict[int, list[int]] = {}
        self.cancelled_at = 0.0
        self._most = most

    def cancelled(self) -> bool:
        return bool(self.cancelled_at)

    def encoded(self, segment: Segment, frames: int) -> None:
        self.frames.setdefault(segment.number, []).append(frames)
        if sum(counts[-1] for counts in self.frames.values()) >= self._most and not self.cancelled_at:
            self.cancelled_at = time.monotonic()


def segments_of(order: ve.RenderOrder) -> Sequence[Segment]:
    """As a render hands them over."""
    given: list[Segment] = []

    class Looking:
        key = "looking"

        def run(self, order: ve.RenderOrder, segments: Sequence[Segment], watch: RenderWatch) -> list[EncodedSegment]:
            given.extend(segments)
            raise ve.RenderCancelled("seen")

    with pytest.raises(ve.RenderCancelled):
        ve.render_order(order, executor=Looking())
    return given


def run(cluster: Cluster, order: ve.RenderOrder, watch: Watch | None = None) -> Iterator[EncodedSegment]:
    return iter(plugins.executor(cluster.executor).run(order, segments_of(order), watch or Watch()))


def on_workers(cluster: Cluster, function: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
    from distributed import Client

    with Client(cluster.address, set_as_default=False) as client:
        answers: dict[str, Any] = client.run(function, *arguments)
        return answers


def running() -> int:
    """On a worker: how many segments it renders."""
    from velocity_dask import worker as there

    return sum(len(one.frames) for one in there._renders.values())


def test_it_is_installed_as_a_third_partys_plugin() -> None:
    report = next(report for report in plugins.installed() if report.name == "dask")
    assert (report.distribution, report.error, report.provides) == ("velocity-dask", None, ("executor dask",))


def test_it_conforms_on_a_cluster_of_its_own_and_on_a_named_one(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_executor(plugins.executor(cluster.executor))
    check_executor(plugins.executor("dask"))


def test_a_setting_of_dask_names_the_scheduler(cluster: Cluster, tmp_path: Path) -> None:
    import dask

    order = demo_order(tmp_path, frames=(0, 20))
    with dask.config.set({"scheduler-address": cluster.address}):
        assert DaskExecutor()._address() == cluster.address
        assert rendered(order, tmp_path, "dask") == rendered(order, tmp_path, None)
    with dask.config.set({"distributed.comm.require-encryption": True}):
        assert DaskExecutor("one:8786")._address() == "tls://one:8786"


@pytest.mark.parametrize(
    "address", ["dask://", "dask://one", "dask://one:99999", "dask://a b:1", "dask://a:1/b", "dask://u@a:1"]
)
def test_an_address_that_is_none_is_refused_before_anything_is_done(address: str, tmp_path: Path) -> None:
    with pytest.raises(ve.PluginError, match="is no address of a dask scheduler"):
        rendered(demo_order(tmp_path), tmp_path, address)
    assert plugins.executor("dask://[::1]:8786/").needs == ("network",)  # type: ignore[attr-defined]
    assert plugins.executor("dask").needs == ("processes", "network")  # type: ignore[attr-defined]


@pytest.mark.long
def test_every_number_of_workers_makes_the_bytes_of_local(tmp_path: Path) -> None:
    """Of one, two and five workers with one to three threads; four templates, three codecs."""
    orders = [
        replace(order, encoder=replace(order.encoder, codec=codec))
        for order in four_orders(tmp_path)
        for codec in CODECS
    ]
    here = [rendered(order, tmp_path, "local") for order in orders]
    assert len({hashlib.sha256(file).digest() for file in here}) == 12
    with Cluster(tmp_path / "cluster") as cluster:
        for more in ((1,), (3,), (1, 2, 1)):
            cluster.add(*more)
            for order, file in zip(orders, here, strict=True):
                assert rendered(order, tmp_path, cluster.executor) == file
        contents = [len(list((one.cache / "dask" / "contents").iterdir())) for one in cluster.workers]
    assert contents[0] == max(contents) == 7  # each file once for all orders; the photo is in two of them


def test_files_travel_by_content_and_are_read_from_nowhere_else(cluster: Cluster, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes((ROOT / "examples" / "replacement.jpg").read_bytes())
    order = demo_order(
        tmp_path, customizations=[{"layer": "Photo", "image": {"assetId": "new"}}], assets={"new": str(photo)}
    )
    assert all(file.location.startswith(PARCEL) for file in shipment_of(order).order.files)
    segments = segments_of(order)
    expected = {segment.number: ve.render_segment(order, segment).packets for segment in segments}
    executor = plugins.executor(cluster.executor)
    results = iter(executor.run(order, segments, Watch()))
    found = [next(results)]
    photo.write_bytes(b"gone")  # which no worker notices
    found += results
    assert {one.segment.number: one.packets for one in found} == expected
    with pytest.raises(ve.OrderError, match=r"photo\.jpg is not the file that was ordered"):
        list(executor.run(order, segments, Watch()))


def test_a_file_at_a_url_is_fetched_by_the_workers(cluster: Cluster, tmp_path: Path) -> None:
    order = demo_order(tmp_path).relocated(lambda location: "s3://bucket/demo.zip")
    shipment = shipment_of(order)
    assert shipment.parcels == () and shipment.order.template.location == "s3://bucket/demo.zip"


def test_frames_are_told_while_segments_are_rendered(cluster: Cluster, tmp_path: Path) -> None:
    order = demo_order(tmp_path, ve.EncoderConfig(preset=1, segment_seconds=2.5))
    watch = Watch()
    assert len(list(run(cluster, order, watch))) == 2
    counts = [count for counts in watch.frames.values() for count in counts]
    assert any(0 < count < 75 for count in counts)
    assert all(counts == sorted(counts) for counts in watch.frames.values())


def test_a_cancelled_render_ends_within_a_second_in_the_midst_of_a_segment(cluster: Cluster, tmp_path: Path) -> None:
    order = demo_order(tmp_path, ve.EncoderConfig(preset=0, segment_seconds=5))
    watch = Watch(most=1)
    with pytest.raises(ve.RenderCancelled):
        list(run(cluster, order, watch))
    took = time.monotonic() - watch.cancelled_at
    until(lambda: not any(on_workers(cluster, running).values()))
    assert took < 10  # it is a tenth of a second on a machine that does nothing else
    assert rendered(demo_order(tmp_path), tmp_path, cluster.executor)


def test_a_render_whose_program_is_gone_ends_on_the_workers(cluster: Cluster, tmp_path: Path) -> None:
    from distributed import Client

    order = demo_order(tmp_path, ve.EncoderConfig(preset=0, segment_seconds=5))
    shipment = shipment_of(order)
    list(run(cluster, demo_order(tmp_path)))  # which brings the files
    on_workers(cluster, begin_long_ago, worker.Brief("nobody", shipment.order.to_json(), shipment.parcels))
    with Client(cluster.address, set_as_default=False) as client:
        [segment] = segments_of(order)
        assert isinstance(client.submit(worker.render, "nobody", segment).result(), worker.NotRendered)


def begin_long_ago(brief: worker.Brief) -> None:
    """On a worker: a render whose conductor was not heard since."""
    from velocity_dask import worker as there

    there._begun(brief)
    there._renders[brief.render].heard -= there.SILENCE_SECONDS + 1


def test_no_more_segments_wait_than_threads_can_use(cluster: Cluster, tmp_path: Path) -> None:
    order = demo_order(tmp_path, replace(SMALL, segment_seconds=0.2))
    count = len(segments_of(order))
    results = run(cluster, order)
    watch = Watch()
    next(results)
    bound = 2 * 4 + 1
    assert count > 2 * bound

    def kept(dask_worker: Any) -> int:
        return len(dask_worker.data) + len(dask_worker.state.tasks)

    until(lambda: not any(on_workers(cluster, running).values()))  # nobody takes any
    time.sleep(0.5)
    assert sum(on_workers(cluster, kept).values()) <= bound
    assert len(list(results)) == count - 1 and not watch.frames


def test_errors_come_over_as_they_are(cluster: Cluster, tmp_path: Path) -> None:
    order = demo_order(tmp_path)
    wrong = replace(order, customizations=({"layer": "Nobody", "text": "?"},))
    with pytest.raises(ve.CustomizationError) as here:
        ve.render_segment(wrong, Segment(number=0, first=0, last=5))
    with pytest.raises(ve.CustomizationError) as there:
        list(plugins.executor(cluster.executor).run(wrong, [Segment(number=0, first=0, last=5)], Watch()))
    assert (there.value.message, there.value.place, there.value.hint) == (
        here.value.message,
        here.value.place,
        here.value.hint,
    )


def test_no_scheduler_and_no_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("velocity_dask.performance.CONNECT_SECONDS", 1.0)
    monkeypatch.setattr("velocity_dask.crew.NOBODY_LOOKS", 3)
    with pytest.raises(ve.RenderFailed, match=r"no dask scheduler answers at tcp://127.0.0.1:1\. Start one"):
        rendered(demo_order(tmp_path), tmp_path, "dask://127.0.0.1:1")
    nobody = pytest.raises(ve.RenderFailed, match="the dask cluster has no workers that answer")
    with Cluster(tmp_path / "cluster") as cluster, nobody:
        rendered(demo_order(tmp_path), tmp_path, cluster.executor)
    assert not list(tmp_path.glob("*.mp4"))


WITHOUT = "import sys\nsys.modules['velocity_dask'] = None"
OTHER = """
import importlib.metadata as metadata
installed = metadata.version
metadata.version = lambda name: "0.0" if name == "numpy" else installed(name)
"""


def test_workers_that_could_make_other_bytes_get_no_segment(tmp_path: Path) -> None:
    order = demo_order(tmp_path)
    with Cluster(tmp_path / "cluster") as cluster:
        for name, code in (("other", OTHER), ("without", WITHOUT)):
            (tmp_path / name).mkdir()
            (tmp_path / name / "sitecustomize.py").write_text(code)
        cluster.add(1, environment={"PYTHONPATH": str(tmp_path / "other")})
        with pytest.raises(
            ve.RenderFailed, match=r"tcp://\S+ could render other bytes: its numpy is 0\.0, the one here"
        ):
            rendered(order, tmp_path, cluster.executor)
        cluster.kill(0)
        until(lambda: not on_workers(cluster, running))
        cluster.add(1, environment={"PYTHONPATH": str(tmp_path / "without")})
        with pytest.raises(ve.RenderFailed, match=r"the worker tcp://\S+ has no velocity_dask\. Install the same"):
            rendered(order, tmp_path, cluster.executor)
        cluster.add(1)
        assert rendered(order, tmp_path, cluster.executor) == rendered(order, tmp_path, None)


def test_the_first_difference_is_told() -> None:
    here = {"velocity-render": "1 ab", "numpy": "2.4"}
    assert difference(here, dict(here)) is None
    assert difference(here, {**here, "numpy": "2.3"}) == ("numpy", "2.4", "2.3")
    assert difference(here, {"velocity-render": "1 ab"}) == ("numpy", "2.4", "missing")
    assert difference(here, {**here, "acme": "1"}) == ("acme", "missing", "1")


def test_lost_and_standing_workers_are_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One dies, one stands still, and one comes while a render goes on."""
    monkeypatch.setattr(conductor, "SLOW_SECONDS", 0.5)
    order = demo_order(tmp_path, replace(SMALL, preset=0, segment_seconds=0.2))
    expected = rendered(order, tmp_path, None)
    with Cluster(tmp_path / "cluster") as cluster:
        cluster.add(1, 2, 1)
        done = [0]

        def progress(now: ve.Progress) -> None:
            if now.frames_done >= 15 and done[0] == 0:
                cluster.kill(0)
                cluster.stop(1)
                done[0] = 1
            elif now.frames_done >= 40 and done[0] == 1:
                done[0] = 2
                cluster.add(1)

        ve.render_order(order, executor=cluster.executor, progress=progress)
        assert done == [2]
        assert (tmp_path / "out.mp4").read_bytes() == expected


def test_a_scheduler_that_dies_is_a_clear_end(tmp_path: Path) -> None:
    order = demo_order(tmp_path, replace(SMALL, preset=0, segment_seconds=0.2))
    with Cluster(tmp_path / "cluster") as cluster:
        cluster.add(2)

        def progress(now: ve.Progress) -> None:
            if now.frames_done >= 20 and cluster.scheduler:
                cluster.scheduler.kill()

        with pytest.raises(ve.RenderFailed, match="the scheduler of the dask cluster does not answer any more"):
            ve.render_order(order, executor=cluster.executor, progress=progress)
    assert not list(tmp_path.glob("*.mp4"))
