import { html } from "../core/html.js";
import { sentence } from "../core/format.js";
import { Icon } from "./icon.js";

const BLANK = "The whole template";

export function byLayer(findings) {
  const groups = new Map();
  for (const one of findings) {
    const place = one.layer || one.file || BLANK;
    groups.set(place, [...(groups.get(place) || []), one]);
  }
  return groups;
}

export function Finding({ finding }) {
  return html`<div class=${`finding ${finding.severity === "error" ? "bad" : "warn"}`}>
    <${Icon} name=${finding.severity === "error" ? "circle-x" : "triangle-alert"} size=${14} />
    <span>${sentence(finding.message)}${finding.instead && html`<span class="muted"> · Instead: ${finding.instead}</span>`}</span>
  </div>`;
}

export function Findings({ findings }) {
  return html`<ul class="findings" aria-label="What will not show as it was meant">
    ${[...byLayer(findings)].map(([place, found]) => html`<li>
      <span class="finding-place"><${Icon} name="layers" size=${13} /> ${place}</span>
      <div>${found.map((one) => html`<${Finding} finding=${one} />`)}</div>
    </li>`)}
  </ul>`;
}
