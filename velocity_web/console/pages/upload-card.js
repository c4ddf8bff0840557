import { html } from "../core/html.js";
import { LOST } from "../core/connection.js";
import { bytes, percent } from "../core/format.js";
import { Button, IconButton, LinkButton, Progress, Spinner } from "../parts/basics.js";
import { Findings } from "../parts/findings.js";
import { Icon } from "../parts/icon.js";

const STAGES = [
  ["sending", "Send"],
  ["validating", "Check"],
  ["extracting", "Unpack"],
  ["analyzing", "Analyse"],
  ["completed", "Ready"],
];
const ORDER = { sending: 0, uploaded: 1, fetching: 1, validating: 1, extracting: 2, analyzing: 3, completed: 5 };

export function UploadCard({ upload, onDismiss }) {
  const { stage, error, again, findings } = upload;
  const at = ORDER[stage] ?? -1;
  const failed = stage === "failed";
  return html`<article class=${`card upload ${failed ? "failed" : ""}`} aria-label=${`Upload of ${upload.name}`}>
    <div class="spread">
      <div class="row grow">
        <${Icon} name=${failed ? "circle-x" : stage === "completed" ? "circle-check" : "archive"} size=${18} />
        <strong class="cut">${upload.name}</strong><span class="faint small number">${bytes(upload.size)}</span>
      </div>
      ${stage === "completed" && html`<${LinkButton} kind="primary small" href=${`#/templates/${upload.id}`}>Open<//>`}
      <${IconButton} icon="x" label=${stage === "sending" ? "Cancel the upload" : "Close"}
        onClick=${() => (stage === "sending" ? upload.control.abort() : onDismiss(upload.key))} />
    </div>
    ${!failed && html`<ol class="stages" aria-label="Stages">${STAGES.map(([name, word], index) => html`<li
      class=${index < at ? "past" : index === at ? "now" : ""} aria-current=${index === at ? "step" : undefined}
    >${index < at ? html`<${Icon} name="check" size=${13} />` : index === at ? html`<${Spinner} size=${13} />` : html`<i></i>`}
      ${word}${name === "sending" && index === at ? html` <span class="number">${percent(upload.sent)}</span>` : null}</li>`)}</ol>`}
    ${stage === "sending" && html`<${Progress} value=${upload.sent} label=${`Sending ${upload.name}`} />`}
    ${upload.lost && !failed && html`<p class="small" role="status">${LOST}</p>`}
    ${failed && again && html`<div class="spread"><p class="bad-text" role="alert"><strong>The file did not arrive.</strong> ${error}</p><${Button} kind="small" icon="refresh-cw" onClick=${again}>Try again<//></div>`}
    ${failed && !again && html`<p class="bad-text" role="alert"><strong>This template cannot be used.</strong> ${error}</p>`}
    ${findings.length > 0 && html`<${Findings} findings=${findings} />`}
  </article>`;
}
