import { html, useEffect, useState } from "../core/html.js";
import { words } from "../core/api-error.js";
import { Loading, Notice } from "./basics.js";

// A finished render: a video, a picture or a sound, whatever its container holds.
export function VideoPlayer({ api, renderId, name, ratio }) {
  const [state, setState] = useState({ url: null, type: "", error: null });
  useEffect(() => {
    const control = new AbortController();
    let made = null;
    api.video(renderId, control.signal).then(
      (blob) => {
        made = URL.createObjectURL(blob);
        setState({ url: made, type: blob.type, error: null });
      },
      (error) => !control.signal.aborted && setState({ url: null, type: "", error }),
    );
    return () => {
      control.abort();
      if (made) URL.revokeObjectURL(made);
    };
  }, [api, renderId]);
  const { url, type, error } = state;
  if (error) return html`<${Notice}>${words(error)}<//>`;
  if (!url) return html`<div class="player" style=${ratio ? { aspectRatio: ratio } : {}}><${Loading} label="Loading the video" /></div>`;
  if (type.startsWith("image/")) return html`<div class="player"><img src=${url} alt=${name} /></div>`;
  if (type.startsWith("audio/")) return html`<div class="player"><audio src=${url} controls aria-label=${name}></audio></div>`;
  return html`<div class="player"><video src=${url} controls autoplay loop muted playsinline aria-label=${name}></video></div>`;
}
