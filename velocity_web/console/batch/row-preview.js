import { html, useMemo, useState } from "../core/html.js";
import { words } from "../core/api-error.js";
import { IconButton, Notice } from "../parts/basics.js";
import { usePreview } from "../editor/use-preview.js";
import { problemsOf } from "../editor/use-editor.js";

const WIDTH = 640;

export function RowPreview({ api, template, rows }) {
  const [row, setRow] = useState(0);
  const at = Math.min(row, rows.length - 1);
  const [frame, setFrame] = useState(Math.floor(template.frameCount / 2));
  const map = rows[at].customizationMap;
  const wanted = useMemo(() => ({ customizationMap: map, frame, width: Math.min(WIDTH, template.width) }), [JSON.stringify(map), frame]);
  const picture = usePreview(api, template.id, wanted);
  const problems = problemsOf(picture.error, map);
  return html`<section class="card pad stack">
    <div class="spread"><h2 class="cut">Row ${at + 1}: ${rows[at].name}</h2><div class="row">
      <${IconButton} icon="arrow-left" label="The row before" disabled=${at === 0} onClick=${() => setRow(at - 1)} />
      <${IconButton} icon="arrow-right" label="The next row" disabled=${at >= rows.length - 1} onClick=${() => setRow(at + 1)} />
    </div></div>
    <figure class="frame row-frame" style=${{ aspectRatio: `${template.width} / ${template.height}` }} aria-busy=${picture.busy ? "true" : "false"}>
      ${picture.url && html`<img src=${picture.url} alt=${`A frame of the video of ${rows[at].name}`} />`}
    </figure>
    <label class="field"><span class="label">Moment</span><input type="range" class="range" style=${{ "--part": `${(100 * frame) / Math.max(1, template.frameCount - 1)}%` }} min="0" max=${template.frameCount - 1} value=${frame} onInput=${(event) => setFrame(Number(event.target.value))} /></label>
    ${picture.error && html`<${Notice} tone="warn">${problems.length ? problems.map((one) => html`<div>${one.target && html`<strong>${one.target}: </strong>`}${one.text}</div>`) : words(picture.error)}<//>`}
  </section>`;
}
