import { html } from "../core/html.js";
import { Code, Notice } from "../parts/basics.js";

export function NewKey({ made }) {
  return html`<div class="stack tight"><${Notice} tone="warn">This key is shown now and never again. Hand it to its owner in a safe way.<//><${Code} label="API key" text=${made.key} /></div>`;
}
