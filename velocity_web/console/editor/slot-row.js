import { html } from "../core/html.js";
import { IconButton } from "../parts/basics.js";
import { Icon } from "../parts/icon.js";
import { ColorControl } from "./color-control.js";
import { JsonInput } from "./json-input.js";

const ICONS = { text: "type", color: "palette", number: "sliders-horizontal", picture: "image" };
const parts = (hex) => [1, 3, 5].map((at) => Math.round((1000 * parseInt(hex.slice(at, at + 2), 16)) / 255) / 1000);
const hexOf = (value) =>
  Array.isArray(value) ? `#${value.slice(0, 3).map((part) => Math.round(255 * part).toString(16).padStart(2, "0")).join("")}` : undefined;

export function SlotRow({ slot, editor }) {
  const { values, changeSlot, problems } = editor;
  const given = values.slots[slot.name];
  const wrong = problems.filter((one) => one.target === slot.name);
  const change = (value) => changeSlot(slot.name, value);
  return html`<div class=${`layer ${given !== undefined ? "changed" : ""} ${wrong.length ? "wrong" : ""}`} role="group" aria-label=${slot.name}>
    <div class="layer-head">
      <span class="layer-icon"><${Icon} name=${ICONS[slot.kind] || "settings-2"} size=${15} /></span>
      <span class="layer-name cut" title=${slot.layers.length ? `Shown by ${slot.layers.join(", ")}` : ""}>${slot.name}</span>
      ${slot.kind === "color" && html`<${ColorControl} label=${slot.name} value=${hexOf(given)} usual=${slot.value} onChange=${(hex) => change(hex && parts(hex))} />`}
      ${given !== undefined && html`<${IconButton} icon="rotate-ccw" size=${14} label=${`${slot.name} as the template has it`} onClick=${() => change(undefined)} />`}
    </div>
    ${slot.kind !== "color" && html`<div class="layer-body"><${Control} slot=${slot} given=${given} change=${change} /></div>`}
    ${wrong.map((one) => html`<p class="bad-text small" role="alert">${one.text}</p>`)}
  </div>`;
}

function Control({ slot, given, change }) {
  if (slot.kind === "text") {
    return html`<input class="input" aria-label=${slot.name} value=${given ?? slot.value} onInput=${(event) => change(event.target.value)} />`;
  }
  if (slot.kind === "number") {
    return html`<input class="input" type="number" step="any" aria-label=${slot.name} value=${given ?? slot.value} onInput=${(event) => change(event.target.value === "" ? undefined : Number(event.target.value))} />`;
  }
  return html`<${JsonInput} label=${slot.name} value=${given} placeholder=${slot.value} onChange=${change} />`;
}
