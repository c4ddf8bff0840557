import { html, useState } from "../core/html.js";
import { words } from "../core/api-error.js";
import { moment } from "../core/format.js";
import { Button, Copy, Notice } from "./basics.js";
import { Dialog } from "./dialog.js";
import { Select } from "./fields.js";

const TIMES = [
  { value: 3600, label: "One hour" },
  { value: 86_400, label: "One day" },
  { value: 604_800, label: "One week" },
  { value: 2_592_000, label: "Thirty days" },
];

// An address of a video for whoever has no key.
export function LinkButton({ api, renderId }) {
  const [open, setOpen] = useState(false);
  return html`<${Button} icon="link" onClick=${() => setOpen(true)}>Link<//>
    ${open && html`<${LinkDialog} api=${api} renderId=${renderId} onClose=${() => setOpen(false)} />`}`;
}

function LinkDialog({ api, renderId, onClose }) {
  const [seconds, setSeconds] = useState(86_400);
  const [state, setState] = useState({ busy: false, link: null, error: null });
  const make = async () => {
    setState({ busy: true, link: null, error: null });
    try {
      setState({ busy: false, link: await api.renderLink(renderId, seconds), error: null });
    } catch (error) {
      setState({ busy: false, link: null, error });
    }
  };
  return html`<${Dialog} title="A link to the video" onClose=${onClose}>
    <p class="muted">Whoever has the link sees the video without a key, until the link ends or the video is deleted.</p>
    <${Select} label="It works for" value=${seconds} options=${TIMES} onChange=${(value) => setSeconds(Number(value))} />
    ${state.error && html`<${Notice}>${words(state.error)}<//>`}
    ${state.link && html`<div class="field"><label class="label" for="made-link">The link</label>
      <input id="made-link" class="input mono" readonly value=${state.link.url} onFocus=${(event) => event.target.select()} />
      <p class="hint">It ends ${moment(state.link.expiresAt)}.</p></div>`}
    <div class="dialog-actions">${state.link ? html`<${Copy} text=${state.link.url} label="Copy the link" />` : null}
      <${Button} kind="primary" busy=${state.busy} onClick=${make}>${state.link ? "Make another" : "Make the link"}<//></div>
  <//>`;
}
