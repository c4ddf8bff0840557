"""Fetches what the console uses of others into velocity_web/console/vendor, from npm, at the versions below."""

from __future__ import annotations

import json
import subprocess
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[1] / "velocity_web" / "console" / "vendor"
PREACT, HTM, INTER, LUCIDE = "preact@11.2.0", "htm@3.1.1", "@fontsource-variable/inter@5.3.0", "lucide-static@1.62.0"
FILES = (
    (PREACT, "dist/preact.mjs", "preact.js"),
    (PREACT, "hooks/dist/hooks.mjs", "hooks.js"),
    (PREACT, "LICENSE", "preact-license.txt"),
    (HTM, "dist/htm.mjs", "htm.js"),
    (HTM, "LICENSE", "htm-license.txt"),
    (INTER, "files/inter-latin-wght-normal.woff2", "inter-latin.woff2"),
    (INTER, "files/inter-latin-ext-wght-normal.woff2", "inter-latin-ext.woff2"),
    (INTER, "LICENSE", "inter-license.txt"),
    (LUCIDE, "LICENSE", "lucide-license.txt"),
)
ICONS = (
    "activity", "archive", "arrow-left", "arrow-right", "ban", "chart-no-axes-column", "check", "chevron-down",
    "chevron-right", "circle-alert", "circle-check", "circle-x", "clock", "code-xml", "copy", "cpu", "database",
    "download", "ellipsis", "eye", "eye-off", "film", "folder", "gauge", "image", "info", "key-round", "layers",
    "layout-template", "link", "list-video", "loader-circle", "log-out", "megaphone", "menu", "monitor", "moon",
    "music", "palette", "pause", "pencil", "play", "plus", "puzzle", "refresh-cw", "rotate-ccw", "search",
    "settings-2", "shapes", "sliders-horizontal", "sun", "table-2", "trash-2", "triangle-alert", "type", "upload",
    "users", "video", "x", "zap",
)  # fmt: skip


def package(spec: str, folder: Path) -> Path:
    """The unpacked package of npm."""
    told = subprocess.run(
        ["npm", "pack", "--json", spec], cwd=folder, check=True, capture_output=True, text=True
    ).stdout
    target = folder / spec.replace("/", "_")
    with tarfile.open(folder / json.loads(told)[0]["filename"]) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def shapes(svg: str) -> str:
    """What an icon's file draws, without the element around it."""
    return " ".join(line.strip() for line in svg.split(">", 2)[2].removesuffix("</svg>\n").strip().splitlines())


def main() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        packages = {spec: package(spec, Path(folder)) for spec in (PREACT, HTM, INTER, LUCIDE)}
        for spec, source, name in FILES:
            content = (packages[spec] / source).read_bytes()
            if name.endswith(".js"):
                lines = content.decode().replace('from"preact"', 'from"./preact.js"').splitlines()
                kept = [line for line in lines if not line.startswith("//# sourceMappingURL")]
                content = ("\n".join(kept) + "\n").encode()
            (VENDOR / name).write_bytes(content)
        icons = {name: shapes((packages[LUCIDE] / "icons" / f"{name}.svg").read_text()) for name in ICONS}
        text = ",\n".join(f"  {json.dumps(name)}: {json.dumps(drawn)}" for name, drawn in icons.items())
        (VENDOR / "icons.js").write_text(f"export const ICONS = {{\n{text},\n}};\n")


if __name__ == "__main__":
    main()
