import { html, useState } from "../core/html.js";
import { words } from "../core/api-error.js";
import { Button } from "./basics.js";

function saved(url, name) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

function savedBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  saved(url, fileName(name, blob.type));
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

const ENDINGS = {
  "video/mp4": ".mp4", "video/quicktime": ".mov", "video/x-msvideo": ".avi", "video/webm": ".webm", "image/gif": ".gif",
  "image/apng": ".png", "image/webp": ".webp", "image/png": ".png", "image/jpeg": ".jpg", "audio/mp4": ".m4a",
  "audio/wav": ".wav", "audio/mpeg": ".mp3", "audio/flac": ".flac", "application/zip": ".zip",
};

function fileName(name, type) {
  const ending = ENDINGS[type] || "";
  const plain = name.replace(/[\\/:*?"<>|\u0000-\u001f]/g, "_");
  return plain.toLowerCase().endsWith(ending) ? plain : plain + ending;
}

// ``url`` brings an address that the browser saves by itself, ``load`` the whole file.
export function DownloadButton({ url, load, name, kind = "plain", children = "Download", ...rest }) {
  const [state, setState] = useState({ busy: false, error: null });
  const download = async () => {
    setState({ busy: true, error: null });
    try {
      if (url) saved(await url(), "");
      else savedBlob(await load(), name);
      setState({ busy: false, error: null });
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return html`<${Button} kind=${kind} icon="download" busy=${state.busy} onClick=${download} ...${rest}>${state.error ? words(state.error) : children}<//>`;
}
