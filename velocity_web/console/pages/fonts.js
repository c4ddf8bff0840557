import { html, useEffect, useMemo, useState } from "../core/html.js";
import { ago, bytes, count } from "../core/format.js";
import { useLoaded, useTitle } from "../core/hooks.js";
import { AddressField, fileAt } from "../parts/address-field.js";
import { Empty, Failure, IconButton, Skeleton } from "../parts/basics.js";
import { Confirm } from "../parts/dialog.js";
import { DownloadButton } from "../parts/download-button.js";
import { DropZone } from "../parts/drop-zone.js";
import { Sending, useSending } from "./sending.js";

const ACCEPTED = ".ttf,.otf,.ttc,.woff,.woff2";
const MOST = 100;
const SPECIMEN = "Quick brown fox 123";

const wayOf = (api) => ({ upload: api.uploadFont, take: api.importFont, status: ({ fontId }) => api.fontStatus(fontId) });

export function Fonts({ api }) {
  useTitle("Fonts");
  const { data, error, reload } = useLoaded((signal) => api.fonts(0, MOST, signal), [api]);
  const way = useMemo(() => wayOf(api), [api]);
  const { files, start, dismiss } = useSending(way, reload);
  const [doomed, setDoomed] = useState(null);
  return html`<div class="page">
    <div class="page-head"><div><h1>Fonts</h1><p class="muted">Texts of all your templates that name one of these are drawn with it.</p></div></div>
    <${DropZone} accept=${ACCEPTED} multiple onFiles=${start} title="Drop fonts here, or choose files" hint="TTF, OTF, TTC, WOFF or WOFF2, also variable ones" icon="type" />
    <${AddressField} label="Web address of a font" onFetch=${(url) => start([fileAt(url)])} />
    ${files.length > 0 && html`<${Sending} files=${files} onDismiss=${dismiss} />`}
    <${Failure} error=${error} retry=${reload} />
    ${!data && !error && html`<${Skeleton} />`}
    ${data && !data.length && html`<${Empty} icon="type" title="No fonts yet">A font in a template's own folder needs no upload. Others are found by their PostScript name, then by family and style.<//>`}
    ${data?.length > 0 && html`<div class="card list fonts">
      <div class="list-row list-head"><span>Font</span><span>Specimen</span><span>Faces</span><span>Size</span><span>Uploaded</span><span></span></div>
      ${data.map((font) => html`<${Row} key=${font.fontId} api=${api} font=${font} onDelete=${() => setDoomed(font)} />`)}
    </div>`}
    ${doomed && html`<${Confirm} title=${`Delete “${doomed.name}”?`} action="Delete the font" onClose=${() => setDoomed(null)} onConfirm=${async () => { await api.deleteFont(doomed.fontId); reload(); }}>Videos that were rendered with it stay. Texts that name it are drawn with another font from now on.<//>`}
  </div>`;
}

function Row({ api, font, onDelete }) {
  const [first] = font.faces;
  const named = font.faces.map((face) => face.postscript || `${face.family} ${face.style}`);
  return html`<div class="list-row">
    <span class="list-name"><strong class="cut" title=${named.join(", ")}>${named.slice(0, 2).join(", ")}${named.length > 2 ? ` and ${named.length - 2} more` : ""}</strong><span class="faint small cut">${font.name}${first?.variable ? " · variable" : ""}</span></span>
    <${Specimen} api=${api} font=${font} />
    <span class="muted">${count(font.faces.length, "face")}</span>
    <span class="number muted">${bytes(font.sizeBytes)}</span>
    <span class="muted">${ago(font.createdAt)}</span>
    <span class="list-actions"><${DownloadButton} kind="quiet small" load=${() => api.fontFile(font.fontId)} name=${`${font.name.replace(/\.[^.]*$/, "")}.${font.format}`} children=${null} aria-label=${`Download ${font.name}`} /><${IconButton} icon="trash-2" label=${`Delete ${font.name}`} onClick=${onDelete} /></span>
  </div>`;
}

// Drawn by the browser, from the bytes: so no page has to be allowed to load fonts from elsewhere.
function Specimen({ api, font }) {
  const [family, setFamily] = useState(null);
  useEffect(() => {
    if (font.format === "ttc") return undefined;
    const control = new AbortController();
    const name = `font-${font.fontId}`;
    let face = null;
    const load = async () => {
      const blob = await api.fontFile(font.fontId, control.signal);
      face = new FontFace(name, await blob.arrayBuffer());
      await face.load();
      if (control.signal.aborted) return;
      document.fonts.add(face);
      setFamily(name);
    };
    load().catch(() => {});
    return () => {
      control.abort();
      if (face) document.fonts.delete(face);
    };
  }, [api, font.fontId]);
  return html`<span class="specimen cut" aria-hidden="true" style=${family ? { fontFamily: `"${family}"` } : {}}>${family ? SPECIMEN : "–"}</span>`;
}
