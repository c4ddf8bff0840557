import { html } from "../core/html.js";
import { ago, count, moment } from "../core/format.js";
import { useLoaded, usePolling, useTitle } from "../core/hooks.js";
import { Empty, Failure, LinkButton, Progress, Skeleton, Status } from "../parts/basics.js";

const LOOK = 1500;

export function Batches({ api }) {
  useTitle("Batches");
  const { data, error, reload, change } = useLoaded((signal) => api.batches({ take: 100 }, signal), [api]);
  const running = data?.some((one) => ["queueing", "processing"].includes(one.status));
  usePolling(async (signal) => {
    const told = await api.batches({ take: 100 }, signal);
    if (!signal.aborted) change(() => told);
  }, running ? LOOK : null);
  const fresh = html`<${LinkButton} kind="primary" icon="plus" href="#/batches/new">New batch<//>`;
  return html`<div class="page">
    <div class="page-head"><div><h1>Batches</h1><p class="muted">Many videos of one template, one for each row of a table.</p></div>${data?.length > 0 && fresh}</div>
    <${Failure} error=${error} retry=${reload} />
    ${!data && !error && html`<${Skeleton} />`}
    ${data && !data.length && html`<${Empty} icon="table-2" title="No batches yet" action=${fresh}>Drop a CSV, match its columns to the layers, and look at any row before you render all of them.<//>`}
    ${data?.length > 0 && html`<div class="list card batches" role="table" aria-label="Batches">
      <div class="list-row list-head" role="row"><span role="columnheader">Name</span><span role="columnheader">Status</span><span role="columnheader">Rows</span><span role="columnheader">When</span></div>
      ${data.map((one) => html`<div class="list-row" role="row" key=${one.batchId}>
        <span role="cell" class="list-name"><a class="cut" href=${`#/batches/${one.batchId}`}>${one.name}</a></span>
        <span role="cell" class="list-state"><${Status} status=${one.status} />${one.status === "processing" && html`<${Progress} value=${one.progress} label=${`Progress of ${one.name}`} />`}
          ${(one.counts.failed || one.counts.rejected) && html`<small class="bad-text">${count((one.counts.failed || 0) + (one.counts.rejected || 0), "row")} failed</small>`}</span>
        <span role="cell" class="number muted" data-label="Rows">${one.rowsTotal.toLocaleString("en")}</span>
        <span role="cell" class="muted" title=${moment(one.createdAt)} data-label="When">${ago(one.createdAt)}</span>
      </div>`)}
    </div>`}
  </div>`;
}
