import { html, useId } from "../core/html.js";
import { Icon } from "./icon.js";

export function Field({ label, hint, error, children, action }) {
  const id = useId();
  return html`<div class=${`field ${error ? "wrong" : ""}`}>
    <div class="spread"><label for=${id}>${label}</label>${action}</div>
    ${children({ id, "aria-describedby": hint || error ? `${id}-hint` : undefined, "aria-invalid": error ? "true" : undefined })}
    ${(error || hint) && html`<p class=${`hint ${error ? "bad-text" : ""}`} id=${`${id}-hint`}>${error || hint}</p>`}
  </div>`;
}

export function TextInput({ label, value, onInput, hint, error, action, ...rest }) {
  return html`<${Field} label=${label} hint=${hint} error=${error} action=${action}>${(told) =>
    html`<input class="input" value=${value} onInput=${(event) => onInput(event.target.value)} ...${told} ...${rest} />`}<//>`;
}

export function Select({ label, value, options, onChange, hint, ...rest }) {
  return html`<${Field} label=${label} hint=${hint}>${(told) => html`<${PlainSelect} value=${value} options=${options} onChange=${onChange} ...${told} ...${rest} />`}<//>`;
}

export function PlainSelect({ value, options, onChange, class: extra = "", ...rest }) {
  return html`<span class=${`select ${extra}`}>
    <select value=${String(value ?? "")} onChange=${(event) => onChange(event.target.value)} ...${rest}>
      ${options.map((one) => html`<option value=${String(one.value)} selected=${String(one.value) === String(value ?? "")} disabled=${one.disabled}>${one.label}</option>`)}
    </select><${Icon} name="chevron-down" size=${14} />
  </span>`;
}

export function Switch({ label, checked, onChange, ...rest }) {
  return html`<label class="switch">
    <input type="checkbox" role="switch" checked=${checked} onChange=${(event) => onChange(event.target.checked)} ...${rest} />
    <i aria-hidden="true"></i><span>${label}</span>
  </label>`;
}

// One of a few; with arrow keys like any group of radio buttons.
export function Segmented({ label, value, options, onChange, class: extra = "" }) {
  const name = useId();
  return html`<div class=${`segmented ${extra}`} role="radiogroup" aria-label=${label}>
    ${options.map((one) => html`<label class=${one.value === value ? "chosen" : ""} title=${one.title}>
      <input type="radio" name=${name} value=${one.value} checked=${one.value === value} onChange=${() => onChange(one.value)} disabled=${one.disabled} aria-label=${one.title} />
      ${one.icon && html`<${Icon} name=${one.icon} size=${14} />`}${one.label && html`<span>${one.label}</span>`}
    </label>`)}
  </div>`;
}

export function Tabs({ label, value, options, onChange }) {
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const index = options.findIndex((one) => one.value === value);
    const next = options[(index + step + options.length) % options.length];
    onChange(next.value);
    event.currentTarget.querySelector(`[data-tab="${next.value}"]`).focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} onKeyDown=${move}>
    ${options.map((one) => html`<button
      type="button" role="tab" data-tab=${one.value} id=${`tab-${one.value}`} aria-selected=${one.value === value ? "true" : "false"}
      aria-controls=${`panel-${one.value}`} tabindex=${one.value === value ? 0 : -1} onClick=${() => onChange(one.value)}
    >${one.label}${one.count ? html`<span class=${`count ${one.tone || ""}`}>${one.count}</span>` : null}</button>`)}
  </div>`;
}

export function TabPanel({ value, children }) {
  return html`<div class="tab-panel" role="tabpanel" id=${`panel-${value}`} aria-labelledby=${`tab-${value}`}>${children}</div>`;
}
