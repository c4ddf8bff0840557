import { html } from "../core/html.js";
import { ago, count, duration } from "../core/format.js";
import { useLoaded, usePolling, useTitle } from "../core/hooks.js";
import { Empty, Failure, Progress, Skeleton } from "../parts/basics.js";

const LOOK = 2000;
const KINDS = { render: "Renders", template: "Templates", audio: "Audio", asset: "Pictures and clips that are fetched", font: "Fonts that are fetched" };

async function looked(api, signal) {
  const [queue, workers] = await Promise.all([api.queue(signal), api.workers(signal)]);
  return { queue, workers };
}

export function QueuePage({ api }) {
  useTitle("Queue and workers");
  const { data, error, reload, change } = useLoaded((signal) => looked(api, signal), [api]);
  usePolling(async (signal) => {
    const told = await looked(api, signal);
    if (!signal.aborted) change(() => told);
  }, LOOK);
  return html`<div class="page">
    <div class="page-head"><div><h1>Queue and workers</h1><p class="muted">What waits, and who works on what.</p></div></div>
    <${Failure} error=${error} retry=${reload} />
    ${!data && !error && html`<${Skeleton} />`}
    ${data && html`<div class="meters">${data.queue.map((one) => html`<section class="card pad stack tight" key=${one.kind}>
      <h2>${KINDS[one.kind] || one.kind}</h2>
      <p class="meter-figure number"><strong>${one.waiting}</strong> <span class="muted">waiting, ${one.working} at work</span></p>
      ${one.waiting > 0 && html`<p class="small muted">The oldest has waited for ${duration(1000 * one.oldestWaitingSeconds)}.</p>`}
      <ul class="lines small">${one.users.map((user) => html`<li class="spread"><a href=${`#/admin/users/${user.userId}`}>${user.userName}</a><span class="number muted">${user.waiting} waiting, ${user.working} at work</span></li>`)}</ul>
    </section>`)}</div>
    <h2>Workers</h2>
    ${!data.workers.length && html`<${Empty} icon="cpu" title="No worker was heard of">Nothing is rendered until one runs: <code>velocity worker</code><//>`}
    <ul class="stack tight">${data.workers.map((worker) => html`<li class="card pad stack tight" key=${worker.id}>
      <div class="spread wrap"><code class="cut">${worker.id}</code><span class="muted small">${count(worker.renders, "render")} on ${count(worker.renderSlots, "place")} · seen ${ago(worker.lastSeenAt)}</span></div>
      ${worker.jobs.map((job) => html`<div class="stack tight"><div class="spread"><span class="cut">${job.name} <span class="faint">of ${job.userName}</span></span>
        <span class="number muted small">${job.framesTotal ? `${job.framesDone} of ${job.framesTotal} frames` : job.kind}</span></div>
        ${job.framesTotal > 0 && html`<${Progress} value=${job.framesDone / job.framesTotal} label=${`Progress of ${job.name}`} />`}</div>`)}
    </li>`)}</ul>`}
  </div>`;
}
