import { html, useEffect, useState } from "../core/html.js";
import { words } from "../core/api-error.js";
import { Loading, Notice } from "./basics.js";

async function kindOf(url, signal) {
  const answer = await fetch(url, { method: "HEAD", signal });
  return answer.headers.get("Content-Type") || "";
}

// A finished render: a video, a picture or a sound, whatever its container holds. Its address needs no key, so that the
// browser asks for the parts that it plays.
export function VideoPlayer({ api, renderId, name, ratio }) {
  const [state, setState] = useState({ url: null, type: "", error: null });
  useEffect(() => {
    const control = new AbortController();
    const load = async () => {
      const url = await api.videoUrl(renderId, control.signal);
      setState({ url, type: await kindOf(url, control.signal), error: null });
    };
    load().catch((error) => !control.signal.aborted && setState({ url: null, type: "", error }));
    return () => control.abort();
  }, [api, renderId]);
  const { url, type, error } = state;
  if (error) return html`<${Notice}>${words(error)}<//>`;
  if (!url) return html`<div class="player" style=${ratio ? { aspectRatio: ratio } : {}}><${Loading} label="Loading the video" /></div>`;
  if (type.startsWith("image/")) return html`<div class="player"><img src=${url} alt=${name} /></div>`;
  if (type.startsWith("audio/")) return html`<div class="player"><audio src=${url} controls aria-label=${name}></audio></div>`;
  return html`<div class="player"><video src=${url} controls autoplay loop muted playsinline aria-label=${name}></video></div>`;
}
