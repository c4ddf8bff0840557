import { html, useEffect, useMemo, useRef } from "../core/html.js";
import { Failure, Spinner } from "../parts/basics.js";
import { Switch } from "../parts/fields.js";
import { Icon } from "../parts/icon.js";
import { costOf, milliseconds, useCosts } from "./costs.js";
import { useWatching } from "./inspector.js";

const ICONS = { text: "type", image: "image", video: "video", shape: "shapes", solid: "palette", precomp: "layers", plugin: "puzzle", audio: "music" };

// The layer tree. Pointing at a row shows the layer's box in the picture, and pointing into the picture its row here.
export function LayersPanel({ studio, editor }) {
  const { tree, tiles, setTiles, frameLayers } = studio;
  useWatching(studio);
  const costs = useCosts(studio, editor);
  const byPath = useMemo(() => new Map((costs.data?.layers || []).map((one) => [one.path, one])), [costs.data]);
  const atFrame = useMemo(() => new Map((frameLayers?.layers || []).map((one) => [one.path, one])), [frameLayers]);
  const most = Math.max(1e-9, ...[...byPath.values()].map((one) => one.share));
  const dirty = frameLayers ? frameLayers.dirty.length : 0;
  const every = frameLayers ? Math.ceil(frameLayers.width / frameLayers.tile) * Math.ceil(frameLayers.height / frameLayers.tile) : 0;
  return html`<div class="layers-panel">
    <div class="spread"><${Switch} label="Show dirty tiles" checked=${tiles} onChange=${setTiles} />
      ${every > 0 && html`<span class="faint small number">${dirty} of ${every} tiles dirty</span>`}</div>
    <p class="hint">Point at a layer to see its box. The bar is what it costs in the mean frame${costs.stale ? html` <${Spinner} size=${12} />` : ""}.</p>
    <${Failure} error=${costs.error} title="The costs could not be measured" />
    <ul class="tree" role="tree" aria-label="Layers">${tree.map((one, index) => html`<${Row} key=${one.path + index} one=${one} level=${1} told=${{ studio, byPath, atFrame, most }} />`)}</ul>
  </div>`;
}

function Row({ one, level, told }) {
  const { studio, byPath, atFrame, most } = told;
  const { pointed, setPointed } = studio;
  const cost = byPath.get(one.path);
  const here = atFrame.get(one.path);
  const chosen = pointed === one.path;
  const row = useRef(null);
  useEffect(() => {
    if (chosen && !row.current.matches(":hover")) row.current.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return html`<li role="treeitem" aria-level=${level} aria-selected=${chosen ? "true" : "false"} aria-expanded=${one.layers.length ? "true" : undefined}>
    <div
      ref=${row} class=${`tree-row ${chosen ? "pointed" : ""} ${here?.box ? "" : "away"}`} style=${{ paddingLeft: `${8 + 16 * (level - 1)}px` }}
      tabindex="0" data-layer-row=${one.path} aria-label=${rowWords(one, cost, here)}
      onPointerEnter=${() => setPointed(one.path)} onPointerLeave=${() => setPointed(null)} onFocus=${() => setPointed(one.path)} onBlur=${() => setPointed(null)}
    >
      <span class="layer-icon"><${Icon} name=${ICONS[one.kind] || "layers"} size=${14} /></span>
      <span class="cut grow" title=${one.value || one.name}>${one.name || "(no name)"}</span>
      ${here?.tiles.length > 0 && html`<span class="tile-count number" title="Tiles that it makes dirty at this frame">${here.tiles.length}</span>`}
      ${cost && html`<span class="cost number" title=${`${milliseconds(costOf(cost))} of the mean frame`}><i style=${{ width: `${(100 * cost.share) / most}%` }}></i><b>${milliseconds(costOf(cost))}</b></span>`}
    </div>
    ${one.layers.length > 0 && html`<ul role="group">${one.layers.map((inner, index) => html`<${Row} key=${inner.path + index} one=${inner} level=${level + 1} told=${told} />`)}</ul>`}
  </li>`;
}

function rowWords(one, cost, here) {
  const costs = cost ? `, costs ${milliseconds(costOf(cost))} a frame` : "";
  return `${one.path}, ${one.kind}${here?.box ? "" : ", not seen at this frame"}${costs}`;
}
