import { html, useId } from "../core/html.js";
import { sentence } from "../core/format.js";
import { Button, IconButton } from "../parts/basics.js";
import { PlainSelect, Switch } from "../parts/fields.js";
import { ColorControl } from "./color-control.js";
import { JsonInput } from "./json-input.js";

const words = (name) => sentence(name.replace(/([A-Z])/g, " $1").toLowerCase());
const isColor = (schema) => typeof schema.pattern === "string" && schema.pattern.startsWith("^#");

export function kindOf(schema) {
  if (schema.enum) return "enum";
  if (schema.anyOf || schema.oneOf) return "any";
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== "null") : schema.type;
  if (type === "string") return isColor(schema) ? "color" : "string";
  return ["number", "integer", "boolean", "array", "object"].includes(type) ? type : "json";
}

// The first value of a schema: its example, or the least that fits it.
export function firstValue(schema) {
  if (schema.examples?.length) return structuredClone(schema.examples[0]);
  if (schema.default !== undefined) return structuredClone(schema.default);
  switch (kindOf(schema)) {
    case "enum": return schema.enum[0];
    case "any": return firstValue((schema.anyOf || schema.oneOf)[0]);
    case "string": return "";
    case "color": return "#ff8800";
    case "number": case "integer": return Math.max(0, schema.minimum ?? 0);
    case "boolean": return true;
    case "array": return Array.from({ length: schema.minItems || 0 }, () => firstValue(schema.items || {}));
    case "object": return Object.fromEntries((schema.required || []).map((name) => [name, firstValue(schema.properties?.[name] || {})]));
    default: return null;
  }
}

function fitting(schema, value) {
  const options = schema.anyOf || schema.oneOf;
  const of = (one) => ({ string: "string", color: "string", number: "number", integer: "number", boolean: "boolean" })[kindOf(one)];
  const found = options.findIndex((one) => {
    if (kindOf(one) === "array") return Array.isArray(value);
    if (kindOf(one) === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
    return of(one) === typeof value;
  });
  return Math.max(0, found);
}

export function SchemaForm({ schema, value, onChange, label, top = false, required = true }) {
  const kind = kindOf(schema);
  if (kind === "object") return html`<${ObjectForm} schema=${schema} value=${value} onChange=${onChange} label=${label} top=${top} />`;
  if (kind === "array") return html`<${ListForm} schema=${schema} value=${value} onChange=${onChange} label=${label} />`;
  if (kind === "any") {
    const options = schema.anyOf || schema.oneOf;
    const at = fitting(schema, value);
    const choices = options.map((one, index) => ({ value: index, label: one.title || words(kindOf(one) === "object" ? "with settings" : kindOf(one)) }));
    return html`<div class="stack tight">
      <${PlainSelect} value=${at} options=${choices} aria-label=${`Kind of ${label}`} onChange=${(index) => onChange(firstValue(options[Number(index)]))} />
      <${SchemaForm} schema=${options[at]} value=${value} onChange=${onChange} label=${label} top />
    </div>`;
  }
  return html`<${Scalar} schema=${schema} kind=${kind} value=${value} onChange=${onChange} label=${label} required=${required} />`;
}

function Scalar({ schema, kind, value, onChange, label, required }) {
  const id = useId();
  const hint = schema.description;
  if (kind === "boolean") return html`<${Switch} label=${label} checked=${value ?? false} onChange=${onChange} title=${hint} />`;
  const empty = (text) => (text === "" && !required ? undefined : text);
  const number = (text) => (text === "" ? undefined : Number(text));
  const control = {
    enum: () => html`<${PlainSelect} id=${id} value=${value ?? ""} options=${[...(required ? [] : [{ value: "", label: "Its own choice" }]), ...schema.enum.map((one) => ({ value: one, label: String(one) }))]} onChange=${(text) => onChange(text === "" ? undefined : schema.enum.find((one) => String(one) === text))} />`,
    color: () => html`<${ColorControl} label=${label} value=${value ?? undefined} onChange=${onChange} />`,
    string: () => html`<input id=${id} class="input" value=${value ?? ""} maxlength=${schema.maxLength} placeholder=${schema.examples?.[0]} onInput=${(event) => onChange(empty(event.target.value))} />`,
    json: () => html`<${JsonInput} label=${label} value=${value} onChange=${onChange} />`,
  }[kind] || (() => html`<input id=${id} class="input" type="number" step=${kind === "integer" ? 1 : "any"} min=${schema.minimum} max=${schema.maximum} value=${value ?? ""} onInput=${(event) => onChange(number(event.target.value))} />`);
  return html`<div class="schema-field" title=${hint}><label for=${kind === "color" || kind === "json" ? undefined : id}>${label}</label>${control()}</div>`;
}

function ObjectForm({ schema, value, onChange, label, top }) {
  const given = value && typeof value === "object" ? value : {};
  const set = (name, told) => {
    const next = { ...given, [name]: told };
    if (told === undefined) delete next[name];
    onChange(next);
  };
  const fields = Object.entries(schema.properties || {});
  return html`<div class=${top ? "schema top" : "schema"} role="group" aria-label=${label}>
    ${fields.map(([name, one]) => html`<${SchemaForm} key=${name} schema=${one} value=${given[name]} label=${one.title || words(name)} required=${schema.required?.includes(name)} onChange=${(told) => set(name, told)} />`)}
  </div>`;
}

function ListForm({ schema, value, onChange, label }) {
  const items = Array.isArray(value) ? value : [];
  const of = schema.items || {};
  const full = schema.maxItems !== undefined && items.length >= schema.maxItems;
  const least = items.length <= (schema.minItems || 0);
  const set = (index, told) => onChange(items.map((one, at) => (at === index ? told : one)));
  const fresh = () => (kindOf(of) === "object" && items.length ? structuredClone(items[items.length - 1]) : firstValue(of));
  return html`<div class="schema-list" role="group" aria-label=${label}>
    <div class="spread"><span class="small">${label}</span><span class="faint small number">${items.length}</span></div>
    ${items.map((one, index) => html`<div class="schema-item" key=${index}>
      <div class="grow"><${SchemaForm} schema=${of} value=${one} label=${`${label} ${index + 1}`} onChange=${(told) => set(index, told)} /></div>
      <${IconButton} icon="x" size=${13} label=${`Remove ${label} ${index + 1}`} disabled=${least} onClick=${() => onChange(items.filter((_, at) => at !== index))} />
    </div>`)}
    <${Button} kind="quiet small" icon="plus" disabled=${full} onClick=${() => onChange([...items, fresh()])}>Add<//>
  </div>`;
}
