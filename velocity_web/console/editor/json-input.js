import { html, useState } from "../core/html.js";

// A value that has no form of its own, written as JSON.
export function JsonInput({ label, value, placeholder, onChange }) {
  const [text, setText] = useState(value === undefined ? "" : JSON.stringify(value));
  const [wrong, setWrong] = useState(false);
  const type = (typed) => {
    setText(typed);
    try {
      onChange(typed.trim() === "" ? undefined : JSON.parse(typed));
      setWrong(false);
    } catch {
      setWrong(true);
    }
  };
  return html`<textarea class="input mono" rows="2" aria-label=${label} aria-invalid=${wrong ? "true" : undefined} placeholder=${placeholder} value=${text} onInput=${(event) => type(event.target.value)}></textarea>
    ${wrong && html`<p class="bad-text small">This is no JSON yet.</p>`}`;
}
