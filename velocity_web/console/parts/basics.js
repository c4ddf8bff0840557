import { html, useEffect, useRef, useState } from "../core/html.js";
import { words } from "../core/api-error.js";
import { Icon } from "./icon.js";

export function Button({ kind = "plain", icon, busy, children, class: extra = "", ...rest }) {
  return html`<button type="button" class=${`button ${kind} ${extra}`} ...${rest} disabled=${rest.disabled || busy} aria-busy=${busy ? "true" : undefined}>
    ${busy ? html`<${Spinner} />` : icon && html`<${Icon} name=${icon} />`}
    ${children && html`<span>${children}</span>`}
  </button>`;
}

export function LinkButton({ kind = "plain", icon, children, class: extra = "", ...rest }) {
  return html`<a class=${`button ${kind} ${extra}`} ...${rest}>
    ${icon && html`<${Icon} name=${icon} />`}${children && html`<span>${children}</span>`}
  </a>`;
}

export function IconButton({ icon, label, class: extra = "", size, ...rest }) {
  return html`<button type="button" class=${`icon-button ${extra}`} aria-label=${label} title=${label} ...${rest}>
    <${Icon} name=${icon} size=${size} />
  </button>`;
}

export function Spinner({ size = 15 }) {
  return html`<span class="spinner"><${Icon} name="loader-circle" size=${size} /></span>`;
}

export function Progress({ value, label, tone = "" }) {
  const known = value !== null && value !== undefined;
  return html`<div
    class=${`progress ${tone} ${known ? "" : "unknown"}`} role="progressbar" aria-label=${label}
    aria-valuemin="0" aria-valuemax="100" aria-valuenow=${known ? Math.round(100 * value) : undefined}
  ><i style=${{ width: known ? `${100 * Math.min(1, Math.max(0, value))}%` : "40%" }}></i></div>`;
}

export function Notice({ tone = "bad", title, children, action }) {
  const icon = { bad: "circle-alert", warn: "triangle-alert", good: "circle-check", info: "info" }[tone];
  return html`<div class=${`notice ${tone}`} role=${tone === "bad" ? "alert" : "status"}>
    <${Icon} name=${icon} />
    <div class="grow">${title && html`<strong>${title}</strong>`}<div>${children}</div></div>
    ${action}
  </div>`;
}

export function Failure({ error, retry, title = "That did not work" }) {
  if (!error) return null;
  const again = retry && html`<${Button} kind="quiet" icon="refresh-cw" onClick=${retry}>Try again<//>`;
  return html`<${Notice} title=${title} action=${again}>${words(error)}<//>`;
}

export function Empty({ icon, title, children, action }) {
  return html`<div class="empty">
    <span class="empty-icon"><${Icon} name=${icon} size=${26} /></span>
    <h2>${title}</h2>
    <p class="muted">${children}</p>
    ${action}
  </div>`;
}

export function Loading({ label = "Loading" }) {
  return html`<div class="loading" role="status"><${Spinner} size=${20} /><span class="unseen">${label}</span></div>`;
}

const TONES = {
  completed: "good", failed: "bad", rejected: "bad", cancelled: "", cancelling: "warn", processing: "accent", delivering: "accent",
  pending: "", queueing: "accent", delivered: "good",
};
const WORDS = { processing: "rendering", pending: "waiting" };

export function Status({ status, word }) {
  return html`<span class=${`status ${TONES[status] ?? ""}`}><i></i>${word || WORDS[status] || status}</span>`;
}

export function Copy({ text, label = "Copy" }) {
  const [done, setDone] = useState(false);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    timer.current = setTimeout(() => setDone(false), 1600);
  };
  return html`<${Button} kind="quiet small" icon=${done ? "check" : "copy"} onClick=${copy}>${done ? "Copied" : label}<//>`;
}

export function Code({ text, label }) {
  return html`<div class="code">
    <div class="code-bar"><span class="faint small">${label}</span><${Copy} text=${text} /></div>
    <pre tabindex="0" aria-label=${label}>${text}</pre>
  </div>`;
}

export function Skeleton({ lines = 3 }) {
  return html`<div class="stack tight" aria-hidden="true">${Array.from({ length: lines }, () => html`<i class="skeleton"></i>`)}</div>`;
}
