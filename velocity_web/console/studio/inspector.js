import { html, useEffect } from "../core/html.js";
import { useMeasured } from "./use-measured.js";

const SETTLE = 60;
const REACH = 4; // pixels around the pointer in which a box is still met

// While a panel is open that points at layers, boxes lie over the picture.
export function useWatching({ setWatching, setPointed }) {
  useEffect(() => {
    setWatching(true);
    return () => {
      setWatching(false);
      setPointed(null);
    };
  }, []);
}

// What lies over the picture: the box of the layer that is pointed at, and the tiles that are drawn again.
export function Inspector({ studio, editor }) {
  const { api, pointed, setPointed, tiles, watching, setFrameLayers } = studio;
  const { frame, map, template } = editor;
  const key = watching ? JSON.stringify([template.revision, frame, map]) : null;
  const ask = (signal) => api.frame({ customizationMap: map, frame }, signal);
  const { data, stale } = useMeasured(ask, key, SETTLE);
  useEffect(() => setFrameLayers(stale ? (before) => before : data), [data, stale]);
  if (!watching || !data) return null;
  const point = (event) => {
    const area = event.currentTarget.getBoundingClientRect();
    const x = ((event.clientX - area.left) / area.width) * data.width;
    const y = ((event.clientY - area.top) / area.height) * data.height;
    setPointed(smallestAt(data.layers, x, y, (REACH / area.width) * data.width));
  };
  const shown = data.layers.find((one) => one.path === pointed);
  return html`<svg class=${`inspector ${stale ? "stale" : ""}`} viewBox=${`0 0 ${data.width} ${data.height}`} preserveAspectRatio="none"
    role="img" aria-label=${shown ? `The box of ${pointed}` : "No layer is pointed at"} onPointerMove=${point} onPointerLeave=${() => setPointed(null)}>
    ${tiles && data.dirty.map(([column, row]) => html`<${Tile} kind="dirty" column=${column} row=${row} data=${data} />`)}
    ${tiles && shown && shown.tiles.map(([column, row]) => html`<${Tile} kind="own" column=${column} row=${row} data=${data} />`)}
    ${!pointed && data.layers.map((one) => one.box && html`<${Box} kind="faint" box=${one.box} />`)}
    ${shown?.box && html`<${Box} kind="pointed" box=${shown.box} path=${pointed} />`}
    ${shown?.box && html`<${Name} data=${data} layer=${shown} />`}
  </svg>`;
}

function Tile({ kind, column, row, data }) {
  const { tile, width, height } = data;
  return html`<rect class=${`tile ${kind}`} x=${column * tile} y=${row * tile} width=${Math.min(tile, width - column * tile)} height=${Math.min(tile, height - row * tile)} />`;
}

function Box({ kind, box, path }) {
  const [x0, y0, x1, y1] = box;
  return html`<rect class=${`box ${kind}`} data-box=${path} x=${x0} y=${y0} width=${x1 - x0} height=${y1 - y0} />`;
}

function Name({ data, layer }) {
  const size = data.width / 46;
  const [x0, y0, , y1] = layer.box;
  const text = `${layer.path}  ${layer.box[2] - x0} × ${y1 - y0}`;
  const width = size * (0.58 * text.length + 1.2);
  const x = Math.min(Math.max(0, x0), Math.max(0, data.width - width));
  const above = y0 - 1.7 * size;
  const y = above >= 0 ? above : Math.min(data.height - 1.7 * size, Math.max(0, y1));
  return html`<g class="box-name"><rect x=${x} y=${y} width=${width} height=${1.6 * size} rx=${size / 4} /><text x=${x + 0.6 * size} y=${y + 1.15 * size} font-size=${size} textLength=${width - 1.2 * size} lengthAdjust="spacingAndGlyphs">${text}</text></g>`;
}

// Of the boxes under a point the smallest: what fills the picture lies under everything.
export function smallestAt(layers, x, y, reach) {
  let found = null;
  let least = Infinity;
  for (const { path, box } of layers) {
    if (!box || x < box[0] - reach || x > box[2] + reach || y < box[1] - reach || y > box[3] + reach) continue;
    const area = (box[2] - box[0]) * (box[3] - box[1]);
    if (area <= least) [found, least] = [path, area];
  }
  return found;
}
