import { html, useCallback, useEffect, useMemo, useState } from "../core/html.js";
import { ago, bytes, duration, moment } from "../core/format.js";
import { useLoaded, usePolling, useTitle } from "../core/hooks.js";
import { Button, Empty, Failure, IconButton, LinkButton, Progress, Skeleton, Status } from "../parts/basics.js";
import { Confirm } from "../parts/dialog.js";
import { Segmented } from "../parts/fields.js";
import { speedOf } from "../editor/render-view.js";
import { isActive } from "../editor/use-render.js";

const PAGE = 30;
const LOOK = 1000;
const IDLE_LOOK = 5000;
const FILTERS = [
  { value: "", label: "All" },
  { value: "active", label: "Running" },
  { value: "completed", label: "Completed" },
  { value: "failed", label: "Failed" },
  { value: "cancelled", label: "Cancelled" },
];

// Renders that run, and below them a page of those that have ended.
function useRenders(api, filter) {
  const [take, setTake] = useState(PAGE);
  useEffect(() => setTake(PAGE), [filter]);
  const load = useCallback(async (signal) => {
    const [active, ended] = await Promise.all([
      ["", "active"].includes(filter) ? api.activeRenders(signal) : [],
      filter === "active" ? [] : api.renderHistory({ status: filter, take: take + 1 }, signal),
    ]);
    return { active, ended: ended.slice(0, take), more: ended.length > take };
  }, [api, filter, take]);
  const loaded = useLoaded(load, [api, filter, take]);
  usePolling(async (signal) => {
    const told = await load(signal);
    if (!signal.aborted) loaded.change(() => told);
  }, loaded.data?.active.length ? LOOK : IDLE_LOOK);
  return { ...loaded, more: () => setTake((before) => Math.min(200, before + PAGE)) };
}

export function Renders({ api }) {
  useTitle("Renders");
  const [filter, setFilter] = useState("");
  const [search, setSearch] = useState("");
  const [doomed, setDoomed] = useState(null);
  const { data, error, reload, more } = useRenders(api, filter);
  const wanted = search.trim().toLowerCase();
  const all = useMemo(() => {
    const found = data ? [...data.active, ...data.ended] : [];
    return found.filter((one) => !wanted || one.name.toLowerCase().includes(wanted) || (one.templateName || "").toLowerCase().includes(wanted));
  }, [data, wanted]);
  const cancel = async (id) => {
    await api.cancelRender(id).catch(() => {});
    reload();
  };
  return html`<div class="page">
    <div class="page-head"><div><h1>Renders</h1></div>
      <div class="row wrap">
        <input class="input search" type="search" placeholder="Search by name" aria-label="Search renders" value=${search} onInput=${(event) => setSearch(event.target.value)} />
        <${Segmented} label="Which renders" value=${filter} options=${FILTERS} onChange=${setFilter} />
      </div>
    </div>
    <${Failure} error=${error} retry=${reload} />
    ${!data && !error && html`<${Skeleton} lines=${5} />`}
    ${data && !all.length && (filter || wanted
      ? html`<${Empty} icon="film" title="No such render">There is none that fits what you chose above.<//>`
      : html`<${Empty} icon="film" title="No videos yet" action=${html`<${LinkButton} kind="primary" href="#/templates">To the templates<//>`}>Open a template, fill it in, and press Render.<//>`)}
    ${all.length > 0 && html`<div class="list card" role="table" aria-label="Renders">
      <div class="list-row list-head" role="row"><span role="columnheader">Name</span><span role="columnheader">Status</span><span role="columnheader">Took</span><span role="columnheader">Size</span><span role="columnheader">When</span><span role="columnheader"><span class="unseen">Actions</span></span></div>
      ${all.map((one) => html`<${Row} key=${one.renderId} job=${one} onCancel=${cancel} onDelete=${setDoomed} />`)}
    </div>`}
    ${data?.more && html`<${Button} class="wide" onClick=${more}>Show more<//>`}
    ${doomed && html`<${Confirm} title=${`Delete “${doomed.name}”?`} action="Delete the video" onClose=${() => setDoomed(null)}
      onConfirm=${async () => { await api.deleteRender(doomed.renderId); reload(); }}>The video and its settings are removed for good. The time that it took stays counted.<//>`}
  </div>`;
}

function Row({ job, onCancel, onDelete }) {
  const active = isActive(job);
  const speed = active && speedOf(job);
  return html`<div class="list-row" role="row">
    <span role="cell" class="list-name"><a href=${`#/renders/${job.renderId}`} class="cut">${job.name}</a>
      <small class="faint cut">${job.templateInstanceName || job.templateName || "template deleted"}</small></span>
    <span role="cell" class="list-state"><${Status} status=${job.status} />
      ${job.status === "processing" && html`<${Progress} value=${job.progress} label=${`Progress of ${job.name}`} />`}
      ${job.status === "failed" && html`<small class="bad-text cut" title=${job.reason}>${job.reason}</small>`}</span>
    <span role="cell" class="number muted" data-label="Took">${active ? (speed ? `${Math.round(speed)} fps` : "–") : duration(job.renderTimeMilliseconds)}</span>
    <span role="cell" class="number muted" data-label="Size">${bytes(job.sizeBytes)}</span>
    <span role="cell" class="muted" title=${moment(job.createdAt)} data-label="When">${ago(job.completedAt || job.createdAt)}</span>
    <span role="cell" class="list-actions">
      ${active
        ? html`<${IconButton} icon="ban" label=${`Cancel ${job.name}`} onClick=${() => onCancel(job.renderId)} disabled=${job.status === "cancelling"} />`
        : html`<${IconButton} icon="trash-2" label=${`Delete ${job.name}`} onClick=${() => onDelete(job)} />`}
    </span>
  </div>`;
}
