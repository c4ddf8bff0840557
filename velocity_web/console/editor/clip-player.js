import { html, useEffect, useState } from "../core/html.js";
import { isAbort, words } from "../core/api-error.js";
import { Spinner } from "../parts/basics.js";

const WIDTH = 640;
const SECONDS = 10;

// A few seconds from the present moment on, as the service draws them: small, and at a low frame rate.
export function ClipPlayer({ api, template, asked, frameCount, frame }) {
  const [state, setState] = useState({ url: null, error: null });
  useEffect(() => {
    const control = new AbortController();
    let made = null;
    const endFrame = Math.min(frameCount, frame + Math.max(2, Math.floor(SECONDS * template.frameRate)));
    const startFrame = Math.min(frame, Math.max(0, endFrame - 2));
    api.clip(template.id, { ...asked, startFrame, endFrame, width: Math.min(WIDTH, Math.max(64, template.width)) }, control.signal).then(
      (blob) => {
        made = URL.createObjectURL(blob);
        setState({ url: made, error: null });
      },
      (error) => !isAbort(error) && setState({ url: null, error }),
    );
    return () => {
      control.abort();
      if (made) URL.revokeObjectURL(made);
    };
  }, []);
  if (state.error) return html`<p class="clip-note" role="alert">${words(state.error)}</p>`;
  if (!state.url) return html`<p class="clip-note" role="status"><${Spinner} size=${14} /> Drawing a few seconds</p>`;
  return html`<video class="clip" src=${state.url} autoplay loop muted playsinline aria-label="The template with your changes, playing"></video>`;
}
