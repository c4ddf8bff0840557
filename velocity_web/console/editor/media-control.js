import { html, useState } from "../core/html.js";
import { words } from "../core/api-error.js";
import { AddressField, takenIn } from "../parts/address-field.js";
import { Button, Progress } from "../parts/basics.js";
import { DropZone } from "../parts/drop-zone.js";
import { PlainSelect, Switch } from "../parts/fields.js";
import { Picture } from "../parts/picture.js";
import { AssetPicker } from "./asset-picker.js";

export const ACCEPTED = "image/png,image/jpeg,image/gif,image/webp,.tga,video/mp4";
const FITS = [
  { value: "cover", label: "Cover the box" },
  { value: "contain", label: "Fit inside" },
  { value: "fill", label: "Stretch" },
  { value: "none", label: "Own size" },
];

export function MediaControl({ layer, media, change, editor }) {
  const { api, knownAssets, noteAsset } = editor;
  const [state, setState] = useState({ sent: null, error: null });
  const [picking, setPicking] = useState(false);
  const takesVideo = layer.customizable.includes("video");
  const assetId = media?.source?.assetId;
  const asset = assetId && knownAssets[assetId];
  const use = (found) => {
    noteAsset(found);
    setState({ sent: null, error: null });
    change({ media: { fit: media?.fit, kind: found.kind === "video" ? "video" : "image", source: { assetId: found.assetId } } });
  };
  const send = async ([file]) => {
    setState({ sent: 0, error: null });
    try {
      use(await api.uploadAsset(file, { onProgress: (sent) => setState({ sent, error: null }) }));
    } catch (error) {
      setState({ sent: null, error: words(error) });
    }
  };
  const fetchFrom = async (url) => {
    setState({ sent: 1, error: null });
    try {
      const { assetId: id } = await api.importAsset({ url });
      await takenIn(() => api.assetStatus(id));
      use(await api.asset(id));
    } catch (error) {
      setState({ sent: null, error: words(error) });
    }
  };
  const set = (told) => change({ media: { ...media, ...told } });
  return html`<div class="layer-body">
    <div class="media">
      ${assetId && html`<${Picture} alt=${asset?.name || "The chosen picture"} inputs=${[assetId]} icon="video" load=${(signal) => (media.kind === "image" ? api.assetFile(assetId, signal) : Promise.resolve(null))} />`}
      <div class="grow">
        <${DropZone} class="slim" accept=${takesVideo ? ACCEPTED : ACCEPTED.replace(",video/mp4", "")} onFiles=${send} icon=${assetId ? "refresh-cw" : "upload"}
          label=${`Upload for ${layer.name}`}
          title=${asset?.name || (media ? "Another file" : takesVideo ? "Drop a picture or clip" : "Drop a picture")}
          hint=${media ? "Drop another to replace it" : `In place of ${layer.value || "the template's own"}`} />
      </div>
    </div>
    ${state.sent !== null && html`<${Progress} value=${state.sent < 1 ? state.sent : null} label=${`Sending a file for ${layer.name}`} />`}
    ${state.error && html`<p class="bad-text small" role="alert">${state.error}</p>`}
    ${api.importAsset && html`<${AddressField} label=${`Web address of a file for ${layer.name}`} busy=${state.sent !== null} onFetch=${fetchFrom} />`}
    <div class="row wrap">
      <${Button} kind="quiet small" icon="folder" onClick=${() => setPicking(true)}>Choose an uploaded one<//>
      ${media && html`<${PlainSelect} class="small" value=${media.fit || "cover"} options=${FITS} aria-label=${`How ${layer.name} fills its box`} onChange=${(fit) => set({ fit: fit === "cover" ? undefined : fit })} />`}
      ${media?.kind === "video" && html`<${Switch} label="Repeat" checked=${Boolean(media.loop)} onChange=${(loop) => set({ loop: loop || undefined })} />`}
    </div>
    ${picking && html`<${AssetPicker} api=${api} video=${takesVideo} onClose=${() => setPicking(false)} onPick=${(found) => { use(found); setPicking(false); }} />`}
  </div>`;
}
