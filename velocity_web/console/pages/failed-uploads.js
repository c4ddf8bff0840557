import { html, useState } from "../core/html.js";
import { Button } from "../parts/basics.js";
import { UploadCard } from "./upload-card.js";

const SHOWN = 3;

// Templates of earlier visits that could not be analysed, newest first: ``jobs`` are what the service remembers of them.
export function FailedUploads({ jobs, onDismiss, onReplace }) {
  const [all, setAll] = useState(false);
  if (!jobs.length) return null;
  const shown = all ? jobs : jobs.slice(0, SHOWN);
  return html`<section class="stack tight" aria-label="Uploads that failed">
    ${shown.map((job) => html`<${UploadCard} key=${job.templateId} upload=${uploadOf(job)} earlier onDismiss=${onDismiss} onReplace=${onReplace} />`)}
    ${shown.length < jobs.length && html`<${Button} kind="quiet small" onClick=${() => setAll(true)}>Show ${jobs.length - shown.length} more that failed<//>`}
  </section>`;
}

function uploadOf({ templateId, templateName, completedAt, reason }) {
  return { key: templateId, id: templateId, name: templateName, failedAt: completedAt, stage: "failed", error: reason, again: null, findings: [] };
}
