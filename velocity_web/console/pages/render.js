import { html, useState } from "../core/html.js";
import { ApiError } from "../core/api-error.js";
import { bytes, count, duration, moment } from "../core/format.js";
import { useLoaded, usePolling, useTitle } from "../core/hooks.js";
import { goTo } from "../core/router.js";
import { Button, Code, Empty, Failure, LinkButton, Loading, Notice, Progress, Status } from "../parts/basics.js";
import { Confirm } from "../parts/dialog.js";
import { DownloadButton } from "../parts/download-button.js";
import { LinkButton as VideoLink } from "../parts/link-button.js";
import { Findings } from "../parts/findings.js";
import { VideoPlayer } from "../parts/video-player.js";
import { CodePanel } from "../editor/code-panel.js";
import { downloadCurlOf } from "../editor/code.js";
import { speedOf } from "../editor/render-view.js";
import { isActive } from "../editor/use-render.js";

const LOOK = 500;

export function RenderPage({ api, id }) {
  const status = useLoaded((signal) => api.renderStatus(id, signal), [api, id]);
  const job = status.data;
  const completed = job?.status === "completed";
  const detail = useLoaded((signal) => (completed ? api.renderDetail(id, signal) : Promise.resolve(null)), [api, id, completed]);
  const [doomed, setDoomed] = useState(false);
  useTitle(job?.name || "Render");
  usePolling(async (signal) => {
    const told = await api.renderStatus(id, signal);
    if (!signal.aborted) status.change(() => told);
  }, job && isActive(job) ? LOOK : null);
  if (status.error instanceof ApiError && status.error.status === 404) {
    return html`<${Empty} icon="film" title="This render is not there" action=${html`<${LinkButton} href="#/renders">To the renders<//>`}>It was deleted, or belongs to another account.<//>`;
  }
  if (status.error && !job) return html`<div class="page"><${Failure} error=${status.error} retry=${status.reload} /></div>`;
  if (!job) return html`<${Loading} />`;
  return html`<div class="page">
    <div class="page-head">
      <div class="row grow"><${LinkButton} kind="quiet" icon="arrow-left" href="#/renders" aria-label="Back to the renders" />
        <div class="grow"><h1 class="cut">${job.name}</h1><p class="muted small">${job.templateName ? html`From ${job.templateId ? html`<a href=${`#/templates/${job.templateId}`}>${job.templateName}</a>` : job.templateName}` : "Its template was deleted"} · ${moment(job.createdAt)}</p></div>
      </div>
      <div class="row wrap">
        ${job.templateId && completed && html`<${LinkButton} icon="pencil" href=${`#/templates/${job.templateId}?from=${id}`}>Again with changes<//>`}
        ${isActive(job)
          ? html`<${Button} icon="ban" disabled=${job.status === "cancelling"} onClick=${async () => { await api.cancelRender(id).catch(() => {}); status.reload(); }}>Cancel<//>`
          : html`<${Button} icon="trash-2" onClick=${() => setDoomed(true)}>Delete<//>`}
        ${completed && html`<${VideoLink} api=${api} renderId=${id} />`}
        ${completed && html`<${DownloadButton} kind="primary" url=${() => api.videoUrl(id)} />`}
      </div>
    </div>
    <div class="columns">
      <div class="stack">
        ${completed && html`<${VideoPlayer} api=${api} renderId=${id} name=${job.name} />`}
        ${isActive(job) && html`<div class="card pad stack"><div class="spread"><${Status} status=${job.status} /><span class="number">${Math.round(100 * job.progress)} %</span></div>
          <${Progress} value=${job.status === "pending" ? null : job.progress} label="Progress of the render" /></div>`}
        ${job.status === "failed" && html`<${Notice} title="The render failed">${job.reason}<//>`}
        ${job.status === "cancelled" && html`<${Notice} tone="info" title="The render was cancelled">${job.reason || "There is no video."}<//>`}
        ${job.warnings.length > 0 && html`<section class="card pad stack tight"><h2>What does not show as it was meant</h2><${Findings} findings=${job.warnings} /></section>`}
        ${detail.data && html`<section class="card pad stack tight"><h2>The same in code</h2><${CodePanel} request=${requestOf(detail.data)} />
          <${Code} label="Download" text=${downloadCurlOf(id, location.origin, `${job.name}.mp4`)} /></section>`}
      </div>
      <aside class="stack">
        <section class="card pad"><h2 class="unseen">Figures</h2><${Figures} job=${job} detail=${detail.data} /></section>
      </aside>
    </div>
    ${doomed && html`<${Confirm} title=${`Delete “${job.name}”?`} action="Delete the video" onClose=${() => setDoomed(false)}
      onConfirm=${async () => { await api.deleteRender(id); goTo("/renders"); }}>The video and its settings are removed for good.<//>`}
  </div>`;
}

function requestOf(detail) {
  const { templateId, templateInstanceId, name, audioId, duration: lasting, jobInfo, encoderConfig, customizationMap } = detail;
  const told = { templateInstanceId, templateId: templateInstanceId ? null : templateId, name, audioId, duration: lasting, jobInfo, encoderConfig, customizationMap };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null && value !== undefined && !(typeof value === "object" && !Object.keys(value).length)));
}

function Figures({ job, detail }) {
  const speed = isActive(job) ? speedOf(job) : job.renderTimeMilliseconds && (1000 * job.framesTotal) / job.renderTimeMilliseconds;
  const encoder = detail?.encoderConfig || {};
  const rows = [
    ["Status", html`<${Status} status=${job.status} />`],
    ...(job.stage === "fetching" ? [["Now", "Fetching files"]] : []),
    ...(job.destinations || []).map((one) => [`Sent to ${one.connection}`, html`<span title=${one.reason || ""}><${Status} status=${one.status} /> ${one.path}${one.reason ? html`<br /><span class="bad-text small">${one.reason}</span>` : null}</span>`]),
    ["Frames", isActive(job) ? `${job.framesDone} of ${job.framesTotal}` : count(job.framesTotal, "frame")],
    ["Speed", speed ? `${Math.round(speed)} frames/s` : "–"],
    isActive(job) ? ["Time left", job.estimatedRemainingMilliseconds === null ? "–" : duration(job.estimatedRemainingMilliseconds)] : ["Took", duration(job.renderTimeMilliseconds)],
    ["Size", bytes(job.sizeBytes)],
    ...(encoder.res ? [["Picture", encoder.res.join(" × ")]] : []),
    ...(encoder.codec !== undefined && encoder.codec !== null ? [["Codec", String({ 0: "H.264", 1: "H.265", 2: "AV1" }[encoder.codec] ?? encoder.codec)]] : []),
    ...(detail?.customizationMap?.length ? [["Changed", count(detail.customizationMap.length, "layer")]] : []),
  ];
  return html`<dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd class="number">${value}</dd></div>`)}</dl>`;
}
