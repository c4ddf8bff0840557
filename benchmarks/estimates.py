"""How well a dry run foretells renders: mixed requests to a real server, each estimated, then rendered.

    python -m benchmarks.estimates --renders 200 --templates FOLDER

Templates are the ZIPs and JSON documents of the folders that are named, the demo, and the four of the other benchmarks
where no folder is named. Each render is estimated with what the server has learnt from those before it ("warm") and
from the template's trial alone ("cold", from the database afterwards). A fixed seed gives the same requests.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from benchmarks.templates import NAMES, template_path

ROOT = Path(__file__).resolve().parent.parent
FINAL = ("completed", "failed", "cancelled")
POLL_SECONDS = 0.1  # seldom, so that asking takes no time from what is measured
END_SECONDS = 20
MARGIN = 1.5
CODECS = ("H.264", "H.265", "AV1")
WIDTHS = (320, 480, 640, 854, 960, 1280, 1920)
LONGEST_MS = 4000  # of a processor, about: what makes a render longer gets fewer frames
USUAL_PRESETS = (3, 4, 3)
MS_A_MEGAPIXEL = {0: (25, 20, 15, 8, 5, 3), 1: (90, 70, 35, 26, 20, 17), 2: (48, 28, 15, 11, 9, 8)}


@contextmanager
def server(folder: Path) -> Iterator[httpx.Client]:
    """A client of ``velocity serve`` on a free port, as the user that it makes in an empty folder."""
    command = [sys.executable, "-m", "velocity_engine", "serve", "--data", str(folder / "data"), "--port", "0"]
    environment = {**os.environ, "VELOCITY_WORKERS": "1", "VELOCITY_DEFAULT_BUDGET_MS": str(10**9)}
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment) as process,
    ):
        try:
            url, key = _told_at_start(process)
            with httpx.Client(base_url=url, headers={"X-API-Key": key}, timeout=60) as client:
                yield client
        finally:
            process.terminate()
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _told_at_start(process: subprocess.Popen[str]) -> tuple[str, str]:
    assert process.stdout
    key = ""
    for line in process.stdout:
        if "shown this once" in line:
            key = line.rsplit(" ", 1)[1].strip()
        if "http://" in line:
            return line[line.index("http://") :].strip(), key
    raise SystemExit("the server ended before it listened")


def packages(folders: Sequence[Path], into: Path) -> list[Path]:
    """ZIPs of everything that is to be rendered; JSON documents are put into ZIPs of their own."""
    found = [ROOT / "examples" / "demo.zip"]
    if not folders:
        found += [template_path(name) for name in NAMES]
    for folder in folders:
        found += sorted(folder.glob("*.zip"))
        for document in sorted(folder.glob("*.json")):
            path = into / f"{document.stem}.zip"
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.write(document, "data.json")
            found.append(path)
    return found


def upload(client: httpx.Client, path: Path) -> dict[str, Any] | None:
    """The template's detail; None when it is refused."""
    with path.open("rb") as file:
        answer = client.post("/template/upload", files={"file": (path.name, file)})
    if answer.status_code != 200:
        return None
    template_id = answer.json()["templateId"]
    status = settled(client, f"/template/{template_id}/status")
    if status["status"] != "completed":
        return None
    detail: dict[str, Any] = client.get(f"/template/{template_id}").json()
    return {**detail, "templateId": template_id, "file": str(path)}


def settled(client: httpx.Client, path: str) -> dict[str, Any]:
    while True:
        status: dict[str, Any] = client.get(path).json()
        if status["status"] in FINAL:
            return status
        time.sleep(POLL_SECONDS)


def mixed_request(chance: random.Random, template: dict[str, Any]) -> dict[str, Any]:
    """A render of any codec, preset, size, rate and rate control that takes some seconds at most."""
    width = chance.choice(WIDTHS)
    size = [width, max(64, round(width * template["height"] / template["width"] / 2) * 2)]
    if size[1] > 1920:
        size = [round(size[0] * 1920 / size[1] / 2) * 2, 1920]
    codec = chance.choices((0, 1, 2), (2, 1, 1))[0]
    preset = chance.choice((None, 0, 1, 2, 3, 4, 5))
    rate = chance.choice((None, None, None, 15, 24, 25, 30, 60))
    control = chance.choices((0, 1, 2), (1, 5, 1))[0]
    encoder: dict[str, Any] = {"res": size, "codec": codec, "rc": control}
    encoder["bitrate"] = round(20_000 * 75 ** chance.random())
    if preset is not None:
        encoder["preset"] = preset
    if rate is not None:
        encoder["fpsNum"] = rate
    if control == 2 and chance.random() < 0.5:
        encoder["qp"] = chance.randint(20, 40)
    megapixels = size[0] * size[1] / 1e6
    cost = megapixels * (MS_A_MEGAPIXEL[codec][3 if preset is None else preset] + 8)
    faster = (rate or template["frameRate"]) / template["frameRate"]
    most = max(2, min(template["frameCount"], int(LONGEST_MS / cost / faster)))
    count = max(2, round(most ** chance.uniform(0.5, 1.0)))
    first = chance.randint(0, template["frameCount"] - count) if template["frameCount"] > count else 0
    return {
        "templateId": template["templateId"],
        "name": Path(template["file"]).stem,
        "jobInfo": {"fStart": first, "fEnd": first + min(count, template["frameCount"])},
        "encoderConfig": encoder,
    }


def measured(client: httpx.Client, request: dict[str, Any]) -> dict[str, Any] | None:
    """Estimate a request, render it, and put both side by side; None for one that is refused or fails."""
    estimate = client.post("/render", params={"dryRun": True}, json=request)
    if estimate.status_code != 200:
        return None
    render_id = client.post("/render", json=request).raise_for_status().json()["renderId"]
    status = settled(client, f"/render/{render_id}/status")
    if status["status"] != "completed":
        return None
    client.get(f"/render/{render_id}/download").raise_for_status()
    return {
        "id": render_id,
        "request": request,
        "estimate": estimate.json(),
        "milliseconds": status["renderTimeMilliseconds"],
        "bytes": status["sizeBytes"],
    }


def cold_forecasts(data: Path) -> dict[str, tuple[float, float]]:
    """What each render was foretold from its template's trial alone."""
    connection = sqlite3.connect(f"file:{data / 'velocity.db'}?mode=ro", uri=True)
    try:
        found = connection.execute("SELECT id, forecast_ms, forecast_bytes FROM render").fetchall()
    finally:
        connection.close()
    return {render_id: (ms, size) for render_id, ms, size in found}


def report(title: str, pairs: Sequence[tuple[float, float]]) -> str:
    """One line: the share of pairs of foretold and true within the margin, and how they lie."""
    if not pairs:
        return f"{title:32} none"
    ratios = sorted(foretold / true for foretold, true in pairs)
    within = sum(1 / MARGIN <= ratio <= MARGIN for ratio in ratios)
    low, middle, high = (ratios[int(part * (len(ratios) - 1))] for part in (0.05, 0.5, 0.95))
    spread = math.exp(sum(abs(math.log(ratio)) for ratio in ratios) / len(ratios))
    return (
        f"{title:32} {within:4} of {len(ratios):4} within {MARGIN} ({within / len(ratios):.0%})   "
        f"5 % {low:.2f}   median {middle:.2f}   95 % {high:.2f}   mean factor {spread:.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renders", type=int, default=200)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--templates", type=Path, nargs="*", default=[], help="folders of ZIPs and JSON documents")
    parser.add_argument("--record", type=Path, help="a file that gets one JSON line for each render")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with server(folder) as client:
            uploaded = [upload(client, path) for path in packages(options.templates, folder)]
            templates = [template for template in uploaded if template is not None]
            print(f"{len(templates)} templates", flush=True)
            results: list[dict[str, Any]] = []
            record = options.record.open("w") if options.record else None
            while len(results) < options.renders:
                result = measured(client, mixed_request(chance, chance.choice(templates)))
                if result is None:
                    continue
                results.append(result)
                if record:
                    record.write(json.dumps(result) + "\n")
                    record.flush()
        print_report(results, cold_forecasts(folder / "data"))


def print_report(results: Sequence[dict[str, Any]], cold: dict[str, tuple[float, float]]) -> None:
    vbr = [result for result in results if result["request"]["encoderConfig"]["rc"] == 1]
    cbr = [result for result in results if result["request"]["encoderConfig"]["rc"] == 0]
    cqp = [result for result in results if result["request"]["encoderConfig"]["rc"] == 2]
    print(report("time, warm", [(one["estimate"]["expectedMilliseconds"], one["milliseconds"]) for one in results]))
    print(report("time, cold", [(cold[one["id"]][0], one["milliseconds"]) for one in results]))
    for title, some in (("VBR", vbr), ("CBR", cbr), ("CQP", cqp)):
        print(report(f"{title} bytes, warm", [(one["estimate"]["expectedBytes"], one["bytes"]) for one in some]))
        print(report(f"{title} bytes, cold", [(cold[one["id"]][1], one["bytes"]) for one in some]))
    for codec, name in enumerate(CODECS):
        some = [one for one in vbr if one["request"]["encoderConfig"]["codec"] == codec]
        print(report(f"VBR bytes of {name}, warm", [(one["estimate"]["expectedBytes"], one["bytes"]) for one in some]))
        print(report(f"VBR bytes of {name}, cold", [(cold[one["id"]][1], one["bytes"]) for one in some]))
    print("\nEach codec and preset, cold: what the constants of forecasting/forecasts.py are to be divided by")
    for codec in range(3):
        for preset in range(6):
            same = [one for one in results if _codec_and_preset(one) == (codec, preset)]
            sized = [one for one in same if one in vbr]
            if same:
                print(report(f"{codec} {preset} time", [(cold[one["id"]][0], one["milliseconds"]) for one in same]))
                print(report(f"{codec} {preset} VBR bytes", [(cold[one["id"]][1], one["bytes"]) for one in sized]))


def _codec_and_preset(result: dict[str, Any]) -> tuple[int, int]:
    encoder = result["request"]["encoderConfig"]
    return encoder["codec"], encoder.get("preset", USUAL_PRESETS[encoder["codec"]])


if __name__ == "__main__":
    main()
