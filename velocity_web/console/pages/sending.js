import { html, useCallback, useRef, useState } from "../core/html.js";
import { words } from "../core/api-error.js";
import { takenIn } from "../parts/address-field.js";
import { IconButton, Progress } from "../parts/basics.js";

// Files on their way; ``onDone`` is told after each. ``way`` says how: ``upload(file, options)`` for one with bytes,
// ``take(source)`` for one at an address, and ``status(answer)`` of either, by what that answered.
export function useSending(way, onDone) {
  const [files, setFiles] = useState([]);
  const next = useRef(1);
  const start = useCallback((chosen) => {
    for (const file of chosen) {
      const key = next.current++;
      const change = (told) => setFiles((all) => all.map((one) => (one.key === key ? { ...one, ...told } : one)));
      setFiles((all) => [...all, { key, name: file.name, sent: 0, error: null }]);
      sent(way, file, { onProgress: (sent) => change({ sent }) }).then(
        () => { setFiles((all) => all.filter((one) => one.key !== key)); onDone(); },
        (error) => change({ error: words(error) }),
      );
    }
  }, [way, onDone]);
  const dismiss = (key) => setFiles((all) => all.filter((one) => one.key !== key));
  return { files, start, dismiss };
}

async function sent({ upload, take, status }, file, options) {
  if (file.url) options.onProgress(1);
  const answer = await (file.url ? take({ url: file.url }) : upload(file, options));
  return takenIn(() => status(answer));
}

export function Sending({ files, onDismiss }) {
  return html`<div class="stack tight" aria-live="polite">${files.map((one) => html`<div class=${`card upload ${one.error ? "failed" : ""}`} key=${one.key}>
    <div class="spread"><strong class="cut">${one.name}</strong>${one.error && html`<${IconButton} icon="x" label="Close" onClick=${() => onDismiss(one.key)} />`}</div>
    ${one.error ? html`<p class="bad-text" role="alert">${one.error}</p>` : html`<${Progress} value=${one.sent < 1 ? one.sent : null} label=${`Sending ${one.name}`} />`}
  </div>`)}</div>`;
}
