import { html } from "../core/html.js";
import { percent } from "../core/format.js";
import { Failure, Progress, Spinner } from "../parts/basics.js";
import { costOf, milliseconds, useCosts, why } from "./costs.js";
import { useWatching } from "./inspector.js";

const DEAREST = 3;

// Why it is slow, or how fast it is.
export function SpeedPanel({ studio, editor }) {
  useWatching(studio, "one");
  const { data, error, stale } = useCosts(studio, editor);
  if (error && !data) return html`<${Failure} error=${error} title="The costs could not be measured" />`;
  if (!data) return html`<div class="speed"><strong>Measuring</strong><${Progress} label="Measuring" /><p class="hint">Frames are drawn as a render does, on one processor, and every layer is timed.</p></div>`;
  const layers = data.layers.filter((one) => one.path);
  const dearest = layers.slice(0, DEAREST);
  const rest = data.layers.slice(DEAREST).filter((one) => costOf(one) > 0);
  return html`<div class=${`speed ${stale ? "stale" : ""}`} aria-busy=${stale ? "true" : "false"}>
    <dl class="tiles-of-figures">
      <${Figure} label="Expected frames a second" value=${data.framesPerSecond ? Math.round(data.framesPerSecond) : "–"} note="rendered as H.264 on this machine" strong />
      <${Figure} label="Held frames" value=${percent(data.held)} note="are like the one before and cost nothing" />
      <${Figure} label="Mean frame" value=${milliseconds(data.frameMilliseconds)} note="drawn on one processor" />
      <${Figure} label="Drawn again" value=${percent(data.dirty)} note="of the picture, in the mean frame" />
    </dl>
    <section class="stack tight"><h2 class="spread">The dearest layers ${stale && html`<${Spinner} size=${13} />`}</h2>
      ${dearest.map((one, index) => html`<${Dear} key=${one.path} one=${one} rank=${index + 1} studio=${studio} />`)}
    </section>
    ${rest.length > 0 && html`<details class="details"><summary>All layers</summary><table class="costs">
      <thead><tr><th>Layer</th><th>Drawing</th><th>Working out</th><th>Tiles</th></tr></thead>
      <tbody>${data.layers.map((one) => html`<tr><td class="cut">${one.path || "Ground and the rest"}</td><td class="number">${milliseconds(one.drawMilliseconds)}</td><td class="number">${milliseconds(one.evaluateMilliseconds)}</td><td class="number">${one.tiles.toFixed(1)}</td></tr>`)}</tbody>
    </table></details>`}
    <p class="hint">${data.whole ? `All ${data.frames + 1} frames were drawn` : `${data.frames} frames along the timeline were drawn`} at ${data.width} × ${data.height}, with the values that are filled in.</p>
  </div>`;
}

function Figure({ label, value, note, strong }) {
  return html`<div class=${`figure ${strong ? "strong-figure" : ""}`}><dt>${label}</dt><dd><b class="number">${value}</b><span class="faint">${note}</span></dd></div>`;
}

function Dear({ one, rank, studio }) {
  return html`<article class="dear" onPointerEnter=${() => studio.setPointed(one.path)} onPointerLeave=${() => studio.setPointed(null)}>
    <div class="spread"><strong class="cut"><span class="faint number">${rank}</span> ${one.path}</strong><span class="number">${percent(one.share)} · ${milliseconds(costOf(one))}</span></div>
    <${Progress} value=${one.share} label=${`The share of ${one.path}`} />
    <p class="hint">${why(one)}</p>
  </article>`;
}
