import { html, useEffect, useState } from "../core/html.js";
import { IconButton } from "../parts/basics.js";

const HEX = /^#[0-9a-f]{6}$/i;

export function ColorControl({ label, value, usual, onChange }) {
  const shown = value ?? (HEX.test(usual || "") ? usual : "");
  const [typed, setTyped] = useState(shown);
  useEffect(() => setTyped(shown), [shown]);
  const type = (text) => {
    setTyped(text);
    const full = text.startsWith("#") ? text : `#${text}`;
    if (HEX.test(full)) onChange(full.toLowerCase() === (usual || "").toLowerCase() ? undefined : full.toLowerCase());
    if (text === "") onChange(undefined);
  };
  return html`<span class="color">
    <span class=${`swatch ${shown ? "" : "none"}`}>
      <i style=${{ background: shown || "transparent" }}></i>
      <input type="color" value=${shown || "#808080"} aria-label=${label} onInput=${(event) => type(event.target.value)} />
    </span>
    <input class="input mono" value=${typed} placeholder="own" maxlength="7" spellcheck="false" aria-label=${`${label}, as #rrggbb`} onInput=${(event) => type(event.target.value)} />
    ${value !== undefined && usual === undefined && html`<${IconButton} icon="x" size=${13} label=${`${label}: the layer's own`} onClick=${() => onChange(undefined)} />`}
  </span>`;
}
