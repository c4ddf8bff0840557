import { html, useEffect, useRef, useState } from "../core/html.js";
import { ApiError } from "../core/api-error.js";
import { Icon } from "./icon.js";

const WIDTH = 480;
const AT_ONCE = 2;
const TRIES = 20;

// Posters are drawn by the service, two at a time, so that a gallery leaves room for whoever types.
const waiting = [];
let running = 0;

function inTurn(work) {
  return new Promise((resolve, reject) => {
    waiting.push(() => work().then(resolve, reject).finally(() => { running -= 1; next(); }));
    next();
  });
}

function next() {
  while (running < AT_ONCE && waiting.length) {
    running += 1;
    waiting.shift()();
  }
}

const kept = new Map();

async function posterOf(api, id, signal) {
  const detail = await api.template(id, signal);
  const frame = Math.floor(detail.frameCount / 2);
  for (let number = 0; ; number += 1) {
    try {
      const { blob } = await api.preview(id, { frame, width: Math.min(WIDTH, detail.width) }, signal);
      return URL.createObjectURL(blob);
    } catch (error) {
      const busy = error instanceof ApiError && [429, 503].includes(error.status);
      if (!busy || number === TRIES) throw error;
      await new Promise((done) => setTimeout(done, 1000 * (error.retryAfter || 1)));
    }
  }
}

export function TemplatePoster({ api, id, name }) {
  const place = useRef(null);
  const [url, setUrl] = useState(kept.get(id) || null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (url) return undefined;
    const control = new AbortController();
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      inTurn(() => (control.signal.aborted ? Promise.reject(control.signal.reason) : posterOf(api, id, control.signal))).then(
        (made) => { kept.set(id, made); setUrl(made); },
        () => !control.signal.aborted && setFailed(true),
      );
    }, { rootMargin: "200px" });
    seen.observe(place.current);
    return () => { seen.disconnect(); control.abort(); };
  }, [api, id]);
  return html`<span class="poster" ref=${place}>
    ${url ? html`<img src=${url} alt=${`A frame of ${name}`} />` : html`<i class=${failed ? "" : "pulse"}><${Icon} name="film" size=${24} /></i>`}
  </span>`;
}
