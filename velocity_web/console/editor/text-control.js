import { html, useState } from "../core/html.js";
import { PlainSelect } from "../parts/fields.js";
import { IconButton } from "../parts/basics.js";
import { ColorControl } from "./color-control.js";
import { plainText } from "./values.js";

const FITS = [
  { value: "", label: "As it comes" },
  { value: "shrink", label: "Shrink to fit" },
  { value: "wrap", label: "Wrap" },
  { value: "clip", label: "Cut off" },
];
const MOST = 20000;

export function TextControl({ layer, given, change, fonts }) {
  const text = given.text || {};
  const [style, setStyle] = useState(Boolean(text.font || text.size || text.fit || given.color || text.color));
  const usual = layer.value || "";
  const value = plainText(text.value) ?? usual;
  const set = (told) => {
    const next = Object.fromEntries(Object.entries({ ...text, ...told }).filter(([, one]) => one !== undefined && one !== ""));
    if (told.value === "" || text.value === "") if (!("value" in told) || told.value === "") next.value = "";
    if (next.value === usual) delete next.value;
    change({ text: Object.keys(next).length ? next : undefined });
  };
  const lines = Math.min(6, Math.max(1, value.split(/\r\n|\r|\n/).length));
  return html`<div class="layer-body">
    <div class="row top-row">
      <textarea
        class="input grow" rows=${lines} value=${value} maxlength=${MOST} spellcheck="true" aria-label=${`Text of ${layer.name}`}
        onInput=${(event) => set({ value: event.target.value })}
      ></textarea>
      <${IconButton} icon="sliders-horizontal" size=${15} label=${`Style of ${layer.name}`} aria-expanded=${style ? "true" : "false"} onClick=${() => setStyle(!style)} />
    </div>
    ${Array.isArray(text.value) && html`<p class="faint small">Parts of this text have a look of their own. Typing here gives it one look.</p>`}
    ${style && html`<div class="style-grid">
      <label><span>When too long</span><${PlainSelect} value=${text.fit || ""} options=${FITS} onChange=${(fit) => set({ fit: fit || undefined })} /></label>
      <label><span>Font</span><${PlainSelect} value=${text.font || ""} options=${[{ value: "", label: "The layer's own" }, ...fonts.map((font) => ({ value: font.name, label: font.name }))]} onChange=${(font) => set({ font: font || undefined })} /></label>
      <label><span>Size</span><input class="input" type="number" min="1" max="10000" placeholder="Own" value=${text.size ?? ""} onInput=${(event) => set({ size: event.target.value === "" ? undefined : Number(event.target.value) })} /></label>
      <div><span>Colour</span><${ColorControl} label=${`Colour of ${layer.name}`} value=${text.color ?? given.color} onChange=${(color) => { set({ color }); }} /></div>
    </div>`}
  </div>`;
}
