import { html, useRef, useState } from "../core/html.js";
import { Icon } from "./icon.js";

export function DropZone({ accept, multiple = false, title, hint, onFiles, icon = "upload", class: extra = "", label }) {
  const input = useRef(null);
  const [over, setOver] = useState(false);
  const take = (list) => {
    const files = [...list];
    if (files.length) onFiles(multiple ? files : files.slice(0, 1));
  };
  const dropped = (event) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return html`<div
    class=${`drop ${over ? "over" : ""} ${extra}`}
    onDragOver=${(event) => { event.preventDefault(); setOver(true); }}
    onDragLeave=${() => setOver(false)} onDrop=${dropped}
  >
    <button type="button" class="drop-button" onClick=${() => input.current.click()} aria-label=${label}>
      <${Icon} name=${icon} size=${20} />
      <span><strong>${title}</strong>${hint && html`<small>${hint}</small>`}</span>
    </button>
    <input
      ref=${input} type="file" class="unseen" tabindex="-1" aria-hidden="true" accept=${accept} multiple=${multiple}
      onChange=${(event) => { take(event.target.files); event.target.value = ""; }}
    />
  </div>`;
}
