import { html } from "../core/html.js";
import { bytes } from "../core/format.js";
import { useLoaded } from "../core/hooks.js";
import { Failure, Loading } from "../parts/basics.js";
import { Dialog } from "../parts/dialog.js";
import { Picture } from "../parts/picture.js";

export function AssetPicker({ api, video, onPick, onClose }) {
  const { data, error, reload } = useLoaded((signal) => api.assets(0, 100, signal), [api]);
  const found = (data || []).filter((one) => one.kind === "image" || (video && one.kind === "video"));
  return html`<${Dialog} title="Pictures and clips" onClose=${onClose} wide>
    <${Failure} error=${error} retry=${reload} />
    ${!data && !error && html`<${Loading} />`}
    ${data && !found.length && html`<p class="muted">Nothing was uploaded yet. Drop a file onto the layer.</p>`}
    <ul class="asset-grid">${found.map((one) => html`<li><button type="button" class="asset-choice" onClick=${() => onPick(one)}>
      <${Picture} alt="" inputs=${[one.assetId]} ratio=${4 / 3} icon="video" load=${(signal) => (one.kind === "image" ? api.assetFile(one.assetId, signal) : Promise.resolve(null))} />
      <span class="cut small">${one.name}</span><span class="faint small">${one.width} × ${one.height} · ${bytes(one.sizeBytes)}</span>
    </button></li>`)}</ul>
  <//>`;
}
