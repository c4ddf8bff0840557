import { html, useState } from "../core/html.js";
import { bytes, count } from "../core/format.js";
import { useLoaded, useTitle } from "../core/hooks.js";
import { Button, Failure, Notice, Progress, Skeleton } from "../parts/basics.js";
import { Confirm } from "../parts/dialog.js";

export function CachePage({ api }) {
  useTitle("Cache");
  const { data, error, reload } = useLoaded((signal) => api.cache(signal), [api]);
  const [asking, setAsking] = useState(false);
  return html`<div class="page narrow">
    <div class="page-head"><div><h1>Cache</h1><p class="muted">Parts of earlier renders, which later ones take over with the same bytes as a result.</p></div></div>
    <${Failure} error=${error} retry=${reload} />
    ${!data && !error && html`<${Skeleton} />`}
    ${data && (data.limitBytes === 0 ? html`<${Notice} tone="info">There is none: VELOCITY_CACHE_MB is 0.<//>` : html`<section class="card pad stack">
      <p class="meter-figure number"><strong>${bytes(data.bytes)}</strong> <span class="muted">of ${bytes(data.limitBytes)}</span></p>
      <${Progress} value=${data.bytes / data.limitBytes} label="Cache used" />
      <div class="spread"><span class="muted small">${count(data.entries, "entry", "entries")} of ${count(data.accounts, "account")}</span>
        <${Button} icon="trash-2" disabled=${!data.entries} onClick=${() => setAsking(true)}>Empty it<//></div>
    </section>`)}
    ${asking && html`<${Confirm} title="Empty the cache?" action="Empty it" onClose=${() => setAsking(false)} onConfirm=${async () => { await api.clearCache(); reload(); }}>Finished videos stay. Later renders draw and encode anew.<//>`}
  </div>`;
}
