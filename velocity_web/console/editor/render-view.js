import { html } from "../core/html.js";
import { words } from "../core/api-error.js";
import { LOST } from "../core/connection.js";
import { bytes, count, duration } from "../core/format.js";
import { Button, Notice, Progress, Status } from "../parts/basics.js";
import { DownloadButton } from "../parts/download-button.js";
import { LinkButton } from "../parts/link-button.js";
import { Findings } from "../parts/findings.js";
import { VideoPlayer } from "../parts/video-player.js";
import { isActive } from "./use-render.js";

export function RenderView({ editor, render, onBack }) {
  const { job, error, starting, lost } = render;
  if (error) return html`<div class="stage centered"><${Notice} title="The render was not started" action=${html`<${Button} kind="quiet" onClick=${onBack}>Back to the preview<//>`}>${words(error)}<//></div>`;
  if (starting || !job) return html`<div class="stage centered"><div class="running card"><strong>Sending the order</strong><${Progress} label="Sending the order" /></div></div>`;
  if (isActive(job)) return html`<div class="stage centered"><${Running} job=${job} lost=${lost} onCancel=${() => render.cancel(job.renderId)} /></div>`;
  if (job.status !== "completed") return html`<div class="stage centered"><${Notice} tone=${job.status === "failed" ? "bad" : "info"} title=${job.status === "failed" ? "The render failed" : "The render was cancelled"} action=${html`<${Button} kind="quiet" onClick=${onBack}>Back to the preview<//>`}>${job.reason}<//></div>`;
  return html`<${Done} editor=${editor} job=${job} />`;
}

export function speedOf(job) {
  const started = job.startedAt && new Date(job.startedAt).getTime();
  const seconds = started ? (Date.now() - started) / 1000 : 0;
  return seconds > 0.3 && job.framesDone > 0 ? job.framesDone / seconds : null;
}

function Running({ job, lost, onCancel }) {
  const waiting = job.status === "pending";
  const speed = speedOf(job);
  return html`<div class="running card" aria-live="polite">
    <div class="spread"><strong>${waiting ? "Waiting for a free place" : job.status === "cancelling" ? "Ending" : job.status === "delivering" ? "Sending" : job.stage === "fetching" ? "Fetching files" : "Rendering"}</strong>
      <span class="number">${Math.round(100 * job.progress)} %</span></div>
    <${Progress} value=${waiting ? null : job.progress} label="Progress of the render" />
    <dl class="figures">
      <div><dt>Frames</dt><dd class="number">${job.framesDone} of ${job.framesTotal}</dd></div>
      <div><dt>Speed</dt><dd class="number">${speed ? `${Math.round(speed)} frames/s` : "–"}</dd></div>
      <div><dt>Time left</dt><dd class="number">${job.estimatedRemainingMilliseconds === null ? "–" : duration(job.estimatedRemainingMilliseconds)}</dd></div>
    </dl>
    ${lost && html`<p class="small" role="status">${LOST}</p>`}
    <${Button} icon="ban" onClick=${onCancel} disabled=${job.status === "cancelling"}>Cancel<//>
  </div>`;
}

function Done({ editor, job }) {
  const { api, template } = editor;
  return html`<div class="done">
    <${VideoPlayer} api=${api} renderId=${job.renderId} name=${job.name} ratio=${`${template.width} / ${template.height}`} />
    <div class="done-bar">
      <${Status} status="completed" />
      <span class="muted small number">${count(job.framesTotal, "frame")} in ${duration(job.renderTimeMilliseconds)} · ${bytes(job.sizeBytes)}</span>
      <span class="grow"></span>
      ${job.savedAs && html`<span class="faint small cut" title=${job.savedAs}>${job.savedAs}</span>`}
      ${api.renderLink && html`<a class="button" href=${`#/renders/${job.renderId}`}>Details</a><${LinkButton} api=${api} renderId=${job.renderId} />`}
      <${DownloadButton} kind="primary" url=${() => api.videoUrl(job.renderId)} />
    </div>
    ${job.warnings.length > 0 && html`<${Findings} findings=${job.warnings} />`}
  </div>`;
}
