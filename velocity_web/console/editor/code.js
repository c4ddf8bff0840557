// The same request in other words: for a shell, and for Python.

export function curlOf(request, origin) {
  const body = JSON.stringify(request, null, 2).replaceAll("'", "'\\''");
  return [
    `curl -X POST ${origin}/render \\`,
    `  -H "X-API-Key: $VELOCITY_KEY" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '${body}'`,
  ].join("\n");
}

export function pythonOf(request, origin) {
  return [
    "import os, time",
    "import httpx",
    "",
    `request = ${pythonValue(request, 0)}`,
    "",
    `with httpx.Client(base_url="${origin}", headers={"X-API-Key": os.environ["VELOCITY_KEY"]}, timeout=60) as api:`,
    `    render = api.post("/render", json=request).raise_for_status().json()["renderId"]`,
    `    while (status := api.get(f"/render/{render}/status").json())["status"] in ("pending", "processing"):`,
    "        time.sleep(0.5)",
    `    if status["status"] != "completed":`,
    `        raise SystemExit(status["reason"])`,
    `    with api.stream("GET", f"/render/{render}/download") as video, open("video.mp4", "wb") as file:`,
    "        for part in video.iter_bytes():",
    "            file.write(part)",
  ].join("\n");
}

export function downloadCurlOf(renderId, origin, name) {
  return `curl -H "X-API-Key: $VELOCITY_KEY" -o '${name.replaceAll("'", "")}' ${origin}/render/${renderId}/download`;
}

function pythonValue(value, depth) {
  const pad = "    ".repeat(depth + 1);
  const end = "    ".repeat(depth);
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) {
    if (value.every((one) => typeof one !== "object")) return `[${value.map((one) => pythonValue(one, depth)).join(", ")}]`;
    return `[\n${value.map((one) => `${pad}${pythonValue(one, depth + 1)},`).join("\n")}\n${end}]`;
  }
  const lines = Object.entries(value).map(([key, one]) => `${pad}${JSON.stringify(key)}: ${pythonValue(one, depth + 1)},`);
  return `{\n${lines.join("\n")}\n${end}}`;
}
