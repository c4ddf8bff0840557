import { html } from "../core/html.js";
import { duration, mebibytes } from "../core/format.js";
import { useLoaded, useTitle } from "../core/hooks.js";
import { Failure, Progress, Skeleton } from "../parts/basics.js";
import { Icon } from "../parts/icon.js";

export function Usage({ api }) {
  useTitle("Usage");
  const { data, error, reload } = useLoaded(async (signal) => {
    const [storage, time] = await Promise.all([api.storage(signal), api.renderTime(signal)]);
    return { storage, time };
  }, [api]);
  return html`<div class="page narrow">
    <div class="page-head"><h1>Usage</h1></div>
    <${Failure} error=${error} retry=${reload} />
    ${!data && !error && html`<${Skeleton} />`}
    ${data && html`<div class="meters">
      <${Meter} icon="database" title="Storage" part=${data.storage.usagePercentage} used=${mebibytes(data.storage.usedBytes)}
        total=${mebibytes(data.storage.quotaMB * 1_048_576)} left=${mebibytes(data.storage.availableBytes)}
        note="Templates, audio, pictures and clips, and the videos that were rendered." />
      <${Meter} icon="clock" title="Render time" part=${data.time.usagePercentage} used=${duration(data.time.usedMilliseconds)}
        total=${duration(data.time.totalMilliseconds)} left=${duration(Math.max(0, data.time.remainingMilliseconds))}
        note="How long renders ran, also of those that failed, were cancelled or deleted." />
    </div>`}
  </div>`;
}

function Meter({ icon, title, part, used, total, left, note }) {
  const tone = part >= 95 ? "bad" : "";
  return html`<section class="card pad meter">
    <div class="spread"><h2 class="row"><${Icon} name=${icon} size=${17} />${title}</h2><span class="number muted">${Math.round(part * 10) / 10} %</span></div>
    <p class="meter-figure number"><strong>${used}</strong> <span class="muted">of ${total}</span></p>
    <${Progress} value=${part / 100} label=${`${title} used`} tone=${tone} />
    <p class="small muted">${left} left. ${note}</p>
  </section>`;
}
