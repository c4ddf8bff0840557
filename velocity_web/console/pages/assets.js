import { html, useMemo, useState } from "../core/html.js";
import { bytes, duration } from "../core/format.js";
import { useLoaded, useTitle } from "../core/hooks.js";
import { AddressField, fileAt } from "../parts/address-field.js";
import { Button, Empty, Failure, IconButton, Skeleton } from "../parts/basics.js";
import { Confirm, Dialog } from "../parts/dialog.js";
import { DownloadButton } from "../parts/download-button.js";
import { DropZone } from "../parts/drop-zone.js";
import { Picture } from "../parts/picture.js";
import { ACCEPTED } from "../editor/media-control.js";
import { Sending, useSending } from "./sending.js";

const PAGE = 60;

const wayOf = (api) => ({ upload: api.uploadAsset, take: api.importAsset, status: ({ assetId }) => api.assetStatus(assetId) });

export function Assets({ api }) {
  useTitle("Pictures and clips");
  const [take, setTake] = useState(PAGE);
  const { data, error, reload } = useLoaded((signal) => api.assets(0, Math.min(100, take), signal), [api, take]);
  const way = useMemo(() => wayOf(api), [api]);
  const { files, start, dismiss } = useSending(way, reload);
  const [doomed, setDoomed] = useState(null);
  const [open, setOpen] = useState(null);
  return html`<div class="page">
    <div class="page-head"><div><h1>Pictures and clips</h1><p class="muted">What stands in for the pictures and clips of templates, and caption files.</p></div></div>
    <${DropZone} accept=${`${ACCEPTED},.srt,.vtt,.ass,.ssa`} multiple onFiles=${start} title="Drop pictures or clips here, or choose files" hint="PNG, JPEG, GIF, WebP or TGA; MP4 with H.264 or H.265; captions in SRT, WebVTT or ASS" />
    <${AddressField} label="Web address of a picture, clip or caption file" onFetch=${(url) => start([fileAt(url)])} />
    ${files.length > 0 && html`<${Sending} files=${files} onDismiss=${dismiss} />`}
    <${Failure} error=${error} retry=${reload} />
    ${!data && !error && html`<${Skeleton} />`}
    ${data && !data.length && html`<${Empty} icon="image" title="Nothing uploaded yet">What you drop on a layer of a template is listed here, too.<//>`}
    <ul class="gallery small">${(data || []).map((one) => html`<li key=${one.assetId} class="tile">
      <button type="button" class="tile-link as-button" onClick=${() => setOpen(one)}>
        <${Picture} alt=${one.name} inputs=${[one.assetId]} ratio=${4 / 3} icon=${one.kind === "captions" ? "type" : "video"} load=${(signal) => (one.kind === "image" ? api.assetFile(one.assetId, signal) : Promise.resolve(null))} />
        <span class="tile-name cut">${one.name}</span></button>
      <div class="tile-foot"><span class="faint small number cut">${one.width ? `${one.width} × ${one.height} · ` : ""}${one.duration ? duration(1000 * one.duration) : bytes(one.sizeBytes)}</span>
        <${IconButton} icon="trash-2" size=${15} label=${`Delete ${one.name}`} onClick=${() => setDoomed(one)} /></div>
    </li>`)}</ul>
    ${data?.length === take && take < 100 && html`<${Button} class="wide" onClick=${() => setTake(100)}>Show more<//>`}
    ${open && html`<${AssetDialog} api=${api} asset=${open} onClose=${() => setOpen(null)} />`}
    ${doomed && html`<${Confirm} title=${`Delete “${doomed.name}”?`} action="Delete it" onClose=${() => setDoomed(null)} onConfirm=${async () => { await api.deleteAsset(doomed.assetId); reload(); }}>Videos that show it stay.<//>`}
  </div>`;
}

function AssetDialog({ api, asset, onClose }) {
  return html`<${Dialog} title=${asset.name} onClose=${onClose} wide>
    <${Content} api=${api} asset=${asset} />
    <div class="spread wrap"><span class="muted small">${asset.width ? `${asset.width} × ${asset.height} · ` : ""}${bytes(asset.sizeBytes)} · <code>${asset.assetId}</code></span>
      <${DownloadButton} load=${() => api.assetFile(asset.assetId)} name=${asset.name} /></div>
  <//>`;
}

function Content({ api, asset }) {
  if (asset.kind === "video") return html`<${Clip} api=${api} asset=${asset} />`;
  if (asset.kind === "captions") return html`<${Words} api=${api} asset=${asset} />`;
  return html`<${Picture} alt=${asset.name} inputs=${[asset.assetId]} ratio=${asset.width / asset.height} load=${(signal) => api.assetFile(asset.assetId, signal)} />`;
}

function Words({ api, asset }) {
  const { data } = useLoaded((signal) => api.assetFile(asset.assetId, signal).then((blob) => blob.slice(0, 20000).text()), [api, asset.assetId]);
  return html`<pre class="mono small">${data}</pre>`;
}

function Clip({ api, asset }) {
  const { data } = useLoaded((signal) => api.assetFile(asset.assetId, signal).then((blob) => URL.createObjectURL(blob)), [api, asset.assetId]);
  return html`<div class="player" style=${{ aspectRatio: String(asset.width / asset.height) }}>${data && html`<video src=${data} controls autoplay muted loop playsinline aria-label=${asset.name}></video>`}</div>`;
}
