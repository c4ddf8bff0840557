import { html, useState } from "../core/html.js";
import { ApiError } from "../core/api-error.js";
import { count, moment } from "../core/format.js";
import { useLoaded, usePolling, useTitle } from "../core/hooks.js";
import { Button, Empty, Failure, LinkButton, Loading, Progress, Status } from "../parts/basics.js";
import { DownloadButton } from "../parts/download-button.js";
import { Segmented } from "../parts/fields.js";

const PAGE = 100;
const LOOK = 1000;
const WRONG = ["failed", "rejected", "cancelled"];

export function BatchPage({ api, id }) {
  const [take, setTake] = useState(PAGE);
  const [filter, setFilter] = useState("");
  const load = (signal) => api.batch(id, { take }, signal);
  const { data, error, reload, change } = useLoaded(load, [api, id, take]);
  const running = data && ["queueing", "processing"].includes(data.status);
  useTitle(data?.name || "Batch");
  usePolling(async (signal) => {
    const told = await load(signal);
    if (!signal.aborted) change(() => told);
  }, running ? LOOK : null);
  if (error instanceof ApiError && error.status === 404) {
    return html`<${Empty} icon="table-2" title="This batch is not there" action=${html`<${LinkButton} href="#/batches">To the batches<//>`}>It belongs to another account, or the address is not complete.<//>`;
  }
  if (error && !data) return html`<div class="page"><${Failure} error=${error} retry=${reload} /></div>`;
  if (!data) return html`<${Loading} />`;
  const wrong = data.rows.filter((row) => WRONG.includes(row.status));
  const shown = filter === "wrong" ? wrong : data.rows;
  const done = data.counts.completed || 0;
  return html`<div class="page">
    <div class="page-head">
      <div class="row grow"><${LinkButton} kind="quiet" icon="arrow-left" href="#/batches" aria-label="Back to the batches" />
        <div class="grow"><h1 class="cut">${data.name}</h1><p class="muted small">${count(data.rowsTotal, "row")} · ${moment(data.createdAt)}</p></div></div>
      <div class="row wrap">
        ${running && html`<${Button} icon="ban" onClick=${async () => { await api.cancelBatch(id).catch(() => {}); reload(); }}>Cancel what is left<//>`}
        ${done > 0 && !running && html`<${DownloadButton} kind="primary" load=${() => api.batchZip(id)} name=${data.name}>Download all (${done})<//>`}
      </div>
    </div>
    <section class="card pad stack tight">
      <div class="spread"><${Status} status=${data.status} /><span class="number muted">${done} of ${data.rowsTotal} done</span></div>
      <${Progress} value=${data.progress} label="Progress of the batch" tone=${!running && !wrong.length ? "good" : ""} />
      ${wrong.length > 0 && html`<p class="bad-text small">${count(wrong.length, "row")} without a video. The reasons are below.</p>`}
    </section>
    ${wrong.length > 0 && html`<div><${Segmented} label="Which rows" value=${filter} onChange=${setFilter} options=${[{ value: "", label: "All rows" }, { value: "wrong", label: `Without a video (${wrong.length})` }]} /></div>`}
    <div class="list card rows" role="table" aria-label="Rows">
      <div class="list-row list-head" role="row"><span role="columnheader">Row</span><span role="columnheader">Name</span><span role="columnheader">Status</span><span role="columnheader"><span class="unseen">Actions</span></span></div>
      ${shown.map((row) => html`<${Row} key=${row.row} api=${api} row=${row} />`)}
    </div>
    ${data.rowsTotal > data.rows.length && html`<${Button} class="wide" onClick=${() => setTake(Math.min(10_000, take * 4))}>Show more rows<//>`}
  </div>`;
}

function Row({ api, row }) {
  const reasons = row.errors ? Object.values(row.errors).flat() : row.reason ? [row.reason] : [];
  return html`<div class="list-row" role="row">
    <span role="cell" class="number faint" data-label="Row">${row.row + 1}</span>
    <span role="cell" class="list-name">${row.renderId ? html`<a class="cut" href=${`#/renders/${row.renderId}`}>${row.name}</a>` : html`<span class="cut">${row.name}</span>`}</span>
    <span role="cell" class="list-state"><${Status} status=${row.status} word=${row.status === "rejected" ? "not valid" : undefined} />
      ${row.status === "processing" && html`<${Progress} value=${row.progress} label=${`Progress of ${row.name}`} />`}
      ${reasons.map((reason) => html`<small class="bad-text">${reason}</small>`)}</span>
    <span role="cell" class="list-actions">${row.status === "completed" && html`<${DownloadButton} kind="quiet small" url=${() => api.videoUrl(row.renderId)} />`}</span>
  </div>`;
}
