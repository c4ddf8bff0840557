import { html, useState } from "../core/html.js";
import { words } from "../core/api-error.js";
import { IconButton, Notice } from "../parts/basics.js";
import { requestOf } from "../editor/output.js";
import { useEstimate } from "../editor/use-estimate.js";
import { useLength } from "../editor/use-length.js";
import { usePreview } from "../editor/use-preview.js";
import { problemsOf } from "../editor/use-editor.js";

const WIDTH = 640;
const UNKNOWN = { of: null, estimate: null };

// A moment of the video of a row, as ``output`` says how all of them are.
export function RowPreview({ api, template, rows, output }) {
  const [row, setRow] = useState(0);
  const at = Math.min(row, rows.length - 1);
  const [moment, setMoment] = useState(Math.floor(template.frameCount / 2));
  const { name, customizationMap: map } = rows[at];
  const request = requestOf({ template, name, map, output });
  const followsClip = request.duration?.from?.startsWith("layer:"); // then each row has a length of its own
  const estimated = useEstimate(api, followsClip ? request : null, 0);
  const { duration, frameCount } = useLength({ api, template, output, estimated: estimated.stale ? UNKNOWN : estimated });
  const frame = Math.min(moment, frameCount - 1);
  const { captions, motionBlur } = request;
  const values = { customizationMap: map, captions, motionBlur, duration: duration || undefined, frame, width: Math.min(WIDTH, template.width) };
  const picture = usePreview(api, template.id, values);
  const problems = problemsOf(picture.error, map);
  return html`<section class="card pad stack">
    <div class="spread"><h2 class="cut">Row ${at + 1}: ${rows[at].name}</h2><div class="row">
      <${IconButton} icon="arrow-left" label="The row before" disabled=${at === 0} onClick=${() => setRow(at - 1)} />
      <${IconButton} icon="arrow-right" label="The next row" disabled=${at >= rows.length - 1} onClick=${() => setRow(at + 1)} />
    </div></div>
    <figure class="frame row-frame" style=${{ aspectRatio: `${template.width} / ${template.height}` }} aria-busy=${picture.busy ? "true" : "false"}>
      ${picture.url && html`<img src=${picture.url} alt=${`A frame of the video of ${rows[at].name}`} />`}
    </figure>
    <label class="field"><span class="label">Moment</span><input type="range" class="range" style=${{ "--part": `${(100 * frame) / Math.max(1, frameCount - 1)}%` }} min="0" max=${frameCount - 1} value=${frame} onInput=${(event) => setMoment(Number(event.target.value))} /></label>
    ${picture.error && html`<${Notice} tone="warn">${problems.length ? problems.map((one) => html`<div>${one.target && html`<strong>${one.target}: </strong>`}${one.text}</div>`) : words(picture.error)}<//>`}
  </section>`;
}
