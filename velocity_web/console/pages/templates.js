import { html, useCallback, useEffect, useState } from "../core/html.js";
import { ago, bytes, count } from "../core/format.js";
import { useLoaded, useTitle } from "../core/hooks.js";
import { goTo } from "../core/router.js";
import { Failure, IconButton, Skeleton } from "../parts/basics.js";
import { Confirm } from "../parts/dialog.js";
import { DropZone } from "../parts/drop-zone.js";
import { TemplatePoster } from "../parts/template-poster.js";
import { FailedUploads } from "./failed-uploads.js";
import { UploadCard } from "./upload-card.js";
import { useUploads } from "./uploads.js";

const SEARCH_FROM = 7;
const PAGE = 24;

export function Templates({ api }) {
  useTitle("Templates");
  const { data, error, reload } = useLoaded((signal) => api.templates(signal), [api]);
  const failures = useLoaded((signal) => api.failedTemplates(signal), [api]);
  const active = useLoaded((signal) => api.activeTemplates(signal), [api]);
  const [search, setSearch] = useState("");
  const [shown, setShown] = useState(PAGE);
  const [doomed, setDoomed] = useState(null);
  const ready = useCallback((id, key, status, earlier) => {
    reload();
    change(key, { stage: "completed" });
    if (!earlier && !status.warnings.length && currentlyAlone()) goTo(`/templates/${id}`);
  }, []);
  const { uploads, start, resume, dismiss, change } = useUploads(api, ready);
  useEffect(() => (active.data || []).forEach(resume), [active.data]);
  const forget = async (upload) => {
    if (upload.failedAt) await forgotten(api, upload.id);
    dismiss(upload.key);
    failures.reload();
  };
  const replace = (upload, file) => {
    start(file);
    return forget(upload);
  };
  const alone = uploads.filter((one) => one.stage !== "completed").length <= 1;
  const currentlyAlone = useLatest(alone);
  useEffect(() => setShown(PAGE), [search]);
  const wanted = search.trim().toLowerCase();
  const found = (data || []).filter((one) => one.name.toLowerCase().includes(wanted));
  return html`<div class="page">
    <div class="page-head">
      <div><h1>Templates</h1>${data && html`<p class="muted">${count(data.length, "template")}</p>`}</div>
      ${data?.length >= SEARCH_FROM && html`<input
        class="input search" type="search" placeholder="Search by name" aria-label="Search templates" value=${search}
        onInput=${(event) => setSearch(event.target.value)} />`}
    </div>
    <${DropZone}
      accept=".zip,application/zip" multiple onFiles=${(files) => files.forEach(start)} class=${data?.length ? "" : "large"}
      title="Drop a template here, or choose a file" hint="A ZIP that Bodymovin exported from After Effects: data.json with its images and fonts" />
    <div class=${uploads.length ? "stack tight" : "unseen"} aria-live="polite">
      ${uploads.map((upload) => html`<${UploadCard} key=${upload.key} upload=${upload} onDismiss=${forget} onReplace=${replace} />`)}
    </div>
    <${FailedUploads} jobs=${(failures.data || []).filter((job) => !uploads.some((one) => one.id === job.templateId))} onDismiss=${forget} onReplace=${replace} />
    <${Failure} error=${error || failures.error || active.error} retry=${() => { reload(); failures.reload(); active.reload(); }} />
    ${!data && !error && html`<${Skeleton} lines=${4} />`}
    ${data && wanted && !found.length && html`<p class="muted">No template has a name with “${search}” in it.</p>`}
    <ul class="gallery">${found.slice(0, shown).map((one) => html`<li key=${one.id}>
      <${TemplateCard} api=${api} template=${one} onDelete=${() => setDoomed(one)} />
    </li>`)}</ul>
    ${found.length > shown && html`<button type="button" class="button wide" onClick=${() => setShown(shown + PAGE)}>
      Show more (${found.length - shown} left)</button>`}
    ${doomed && html`<${Confirm}
      title=${`Delete “${doomed.name}”?`} action="Delete the template" onClose=${() => setDoomed(null)}
      onConfirm=${async () => { await api.deleteTemplate(doomed.id); reload(); }}
    >The template is removed for good. Videos that were made from it stay.<//>`}
  </div>`;
}

// Takes a failed upload out of the service's history; it may be gone already.
async function forgotten(api, id) {
  try {
    await api.deleteTemplate(id);
  } catch (error) {
    if (error.status !== 404) throw error;
  }
}

function useLatest(value) {
  const [box] = useState({ value });
  box.value = value;
  return useCallback(() => box.value, []);
}

function TemplateCard({ api, template, onDelete }) {
  return html`<article class="tile">
    <a class="tile-link" href=${`#/templates/${template.id}`}>
      <${TemplatePoster} api=${api} id=${template.id} name=${template.name} />
      <span class="tile-name cut">${template.name}</span>
    </a>
    <div class="tile-foot"><span class="faint small">${ago(template.createdAt)} · ${bytes(template.sizeBytes)}</span>
      <${IconButton} icon="trash-2" size=${15} label=${`Delete ${template.name}`} onClick=${onDelete} class="shy" />
    </div>
  </article>`;
}
