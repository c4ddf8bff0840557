import { html, useCallback, useRef, useState } from "../core/html.js";
import { words } from "../core/api-error.js";
import { IconButton, Progress } from "../parts/basics.js";

// Files on their way: ``send(file, options)`` brings one to the service; ``onDone`` is told after each.
export function useSending(send, onDone) {
  const [files, setFiles] = useState([]);
  const next = useRef(1);
  const start = useCallback((chosen) => {
    for (const file of chosen) {
      const key = next.current++;
      const change = (told) => setFiles((all) => all.map((one) => (one.key === key ? { ...one, ...told } : one)));
      setFiles((all) => [...all, { key, name: file.name, sent: 0, error: null }]);
      send(file, { onProgress: (sent) => change({ sent }) }).then(
        () => { setFiles((all) => all.filter((one) => one.key !== key)); onDone(); },
        (error) => change({ error: words(error) }),
      );
    }
  }, [send, onDone]);
  const dismiss = (key) => setFiles((all) => all.filter((one) => one.key !== key));
  return { files, start, dismiss };
}

export function Sending({ files, onDismiss }) {
  return html`<div class="stack tight" aria-live="polite">${files.map((one) => html`<div class=${`card upload ${one.error ? "failed" : ""}`} key=${one.key}>
    <div class="spread"><strong class="cut">${one.name}</strong>${one.error && html`<${IconButton} icon="x" label="Close" onClick=${() => onDismiss(one.key)} />`}</div>
    ${one.error ? html`<p class="bad-text" role="alert">${one.error}</p>` : html`<${Progress} value=${one.sent < 1 ? one.sent : null} label=${`Sending ${one.name}`} />`}
  </div>`)}</div>`;
}
