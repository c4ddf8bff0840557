import { html, useRef, useState } from "../core/html.js";
import { LOST } from "../core/connection.js";
import { ago, bytes, moment, percent, sentence } from "../core/format.js";
import { Button, Failure, IconButton, LinkButton, Progress, Spinner } from "../parts/basics.js";
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

// ``onDismiss`` and ``onReplace``, which gets another file as well, resolve once the upload is forgotten.
// One of an ``earlier`` visit is no news to be read out.
export function UploadCard({ upload, earlier = false, onDismiss, onReplace }) {
  const { stage, error, again, findings } = upload;
  const [fault, setFault] = useState(null);
  const at = ORDER[stage] ?? -1;
  const failed = stage === "failed";
  const since = upload.failedAt || upload.sentAt;
  const until = (done) => {
    setFault(null);
    return done.catch(setFault);
  };
  return html`<article class=${`card upload ${failed ? "failed" : ""}`} aria-label=${`Upload of ${upload.name}`}>
    <div class="spread">
      <div class="row grow">
        <${Icon} name=${failed ? "circle-x" : stage === "completed" ? "circle-check" : "archive"} size=${18} />
        <strong class="cut">${upload.name}</strong>${since
          ? html`<time class="faint small upload-time" datetime=${since} title=${moment(since)}>${ago(since)}</time>`
          : html`<span class="faint small number">${bytes(upload.size)}</span>`}
      </div>
      ${stage === "completed" && html`<${LinkButton} kind="primary small" href=${`#/templates/${upload.id}`}>Open<//>`}
      <${IconButton} icon="x" label=${stage === "sending" ? "Cancel the upload" : failed ? `Dismiss ${upload.name}` : "Close"}
        onClick=${() => (stage === "sending" ? upload.control.abort() : until(onDismiss(upload)))} />
    </div>
    ${!failed && html`<ol class="stages" aria-label="Stages">${STAGES.map(([name, word], index) => html`<li
      class=${index < at ? "past" : index === at ? "now" : ""} aria-current=${index === at ? "step" : undefined}
    >${index < at ? html`<${Icon} name="check" size=${13} />` : index === at ? html`<${Spinner} size=${13} />` : html`<i></i>`}
      ${word}${name === "sending" && index === at ? html` <span class="number">${percent(upload.sent)}</span>` : null}</li>`)}</ol>`}
    ${stage === "sending" && html`<${Progress} value=${upload.sent} label=${`Sending ${upload.name}`} />`}
    ${upload.lost && !failed && html`<p class="small" role="status">${LOST}</p>`}
    ${failed && html`<div class="spread wrap">
      <p class="bad-text upload-fault" role=${earlier ? undefined : "alert"}><strong>${again ? "The file did not arrive." : "This template cannot be used."}</strong> ${sentence(error)}</p>
      ${again ? html`<${Button} kind="small" icon="refresh-cw" onClick=${again}>Try again<//>` : html`<${AnotherFile} onFile=${(file) => until(onReplace(upload, file))} />`}
    </div>`}
    <${Failure} error=${fault} />
    ${findings.length > 0 && html`<${Findings} findings=${findings} />`}
  </article>`;
}

function AnotherFile({ onFile }) {
  const input = useRef(null);
  const take = ({ target }) => {
    const [file] = target.files;
    target.value = "";
    if (file) onFile(file);
  };
  return html`<${Button} kind="small" icon="upload" onClick=${() => input.current.click()}>Upload again<//>
    <input ref=${input} type="file" class="unseen" tabindex="-1" aria-hidden="true" accept=".zip,application/zip" onChange=${take} />`;
}
