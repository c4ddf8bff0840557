import { html } from "../core/html.js";
import { JsonInput } from "./json-input.js";
import { SchemaForm } from "./schema-form.js";

export function PluginControl({ plugin, data, onChange }) {
  if (!plugin) return html`<p class="bad-text small">This plugin is not installed any more.</p>`;
  return html`<div class="plugin">
    ${plugin.description && html`<p class="small muted">${plugin.description}</p>`}
    ${plugin.dataSchema
      ? html`<${SchemaForm} schema=${plugin.dataSchema} value=${data} onChange=${onChange} label=${plugin.title} top />`
      : html`<${JsonInput} label=${`Data of ${plugin.title}`} value=${data} placeholder="JSON" onChange=${onChange} />`}
  </div>`;
}
