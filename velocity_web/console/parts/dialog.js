import { html, useEffect, useRef, useState } from "../core/html.js";
import { words } from "../core/api-error.js";
import { Button, IconButton, Notice } from "./basics.js";

export function Dialog({ title, onClose, children, wide = false }) {
  const element = useRef(null);
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog.showModal();
    return () => {
      dialog.close();
      before?.focus?.();
    };
  }, []);
  return html`<dialog
    ref=${element} class=${`dialog ${wide ? "wide" : ""}`} aria-label=${title}
    onCancel=${(event) => { event.preventDefault(); onClose(); }}
    onMouseDown=${(event) => event.target === element.current && onClose()}
  >
    <div class="dialog-body">
      <div class="spread"><h2>${title}</h2><${IconButton} icon="x" label="Close" onClick=${onClose} /></div>
      ${children}
    </div>
  </dialog>`;
}

// Asks before something that cannot be undone.
export function Confirm({ title, action, onConfirm, onClose, children }) {
  const [state, setState] = useState({ busy: false, error: null });
  const confirm = async () => {
    setState({ busy: true, error: null });
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <p class="muted">${children}</p>
    ${state.error && html`<${Notice}>${words(state.error)}<//>`}
    <div class="dialog-actions">
      <${Button} onClick=${onClose}>Keep it<//>
      <${Button} kind="danger" busy=${state.busy} onClick=${confirm}>${action}<//>
    </div>
  <//>`;
}
