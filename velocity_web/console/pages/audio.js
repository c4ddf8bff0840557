import { html, useMemo, useState } from "../core/html.js";
import { ago, bytes, count, duration } from "../core/format.js";
import { useDebounced, useLoaded, useTitle } from "../core/hooks.js";
import { words } from "../core/api-error.js";
import { AddressField, fileAt } from "../parts/address-field.js";
import { Button, Empty, Failure, IconButton, Skeleton } from "../parts/basics.js";
import { Confirm, Dialog } from "../parts/dialog.js";
import { DownloadButton } from "../parts/download-button.js";
import { DropZone } from "../parts/drop-zone.js";
import { PlainSelect, TextInput } from "../parts/fields.js";
import { Sending, useSending } from "./sending.js";

const OWN = "";

function wayOf(api, group) {
  const to = group ? { audioGroupId: group } : {};
  return {
    upload: (file, options) => api.uploadAudio(file, { ...options, fields: to }),
    take: (source) => api.importAudio({ ...source, ...to }),
    status: ({ audioId }) => api.audioStatus(audioId),
  };
}

export function Audio({ api }) {
  useTitle("Audio");
  const [search, setSearch] = useState("");
  const [group, setGroup] = useState(OWN);
  const [naming, setNaming] = useState(false);
  const [doomed, setDoomed] = useState(null);
  const wanted = useDebounced(search, 250);
  const { data, error, reload } = useLoaded(async (signal) => {
    const [audio, groups] = await Promise.all([api.audio(wanted, signal), api.audioGroups(signal)]);
    return { audio, groups };
  }, [api, wanted]);
  const way = useMemo(() => wayOf(api, group), [api, group]);
  const { files, start, dismiss } = useSending(way, reload);
  const groups = data?.groups || [];
  return html`<div class="page">
    <div class="page-head"><div><h1>Audio</h1><p class="muted">Music and voices that are mixed with the sound of a template.</p></div>
      <div class="row wrap">
        <input class="input search" type="search" placeholder="Search audio" aria-label="Search audio" value=${search} onInput=${(event) => setSearch(event.target.value)} />
        <${Button} icon="plus" onClick=${() => setNaming(true)}>New group<//></div>
    </div>
    <${DropZone} accept="audio/*,.mp3,.wav,.aac,.m4a" multiple onFiles=${start} title="Drop sounds here, or choose files" hint="MP3, WAV or AAC" icon="music" />
    <${AddressField} label="Web address of a sound" onFetch=${(url) => start([fileAt(url)])} />
    ${groups.length > 0 && html`<label class="row"><span class="label">They go to</span><${PlainSelect} class="small" value=${group} onChange=${setGroup} options=${[{ value: OWN, label: "The account's own group" }, ...groups.map((one) => ({ value: one.id, label: one.name }))]} /></label>`}
    ${files.length > 0 && html`<${Sending} files=${files} onDismiss=${dismiss} />`}
    <${Failure} error=${error} retry=${reload} />
    ${!data && !error && html`<${Skeleton} />`}
    ${data && !data.audio.length && html`<${Empty} icon="music" title=${wanted ? "No such sound" : "No sounds yet"}>${wanted ? "No file or group has this in its name." : "Drop a file above; then choose it under Output of a template."}<//>`}
    ${groups.map((one) => {
      const found = data.audio.filter((audio) => audio.groupId === one.id);
      if (wanted && !found.length) return null;
      return html`<section class="stack tight" key=${one.id}>
        <div class="spread"><h2>${one.name} <span class="faint number">${one.audioCount}</span></h2>
          <${IconButton} icon="trash-2" size=${15} label=${`Delete the group ${one.name}`} onClick=${() => setDoomed({ group: one })} /></div>
        ${found.length > 0 && html`<div class="list card sounds">${found.map((audio) => html`<${Sound} key=${audio.id} api=${api} audio=${audio} onDelete=${() => setDoomed({ audio })} />`)}</div>`}
      </section>`;
    })}
    ${naming && html`<${NameDialog} title="New group" onClose=${() => setNaming(false)} onName=${async (name) => { await api.createAudioGroup(name); reload(); }} />`}
    ${doomed?.audio && html`<${Confirm} title=${`Delete “${doomed.audio.name}”?`} action="Delete the sound" onClose=${() => setDoomed(null)} onConfirm=${async () => { await api.deleteAudio(doomed.audio.id); reload(); }}>Videos that have it stay.<//>`}
    ${doomed?.group && html`<${Confirm} title=${`Delete the group “${doomed.group.name}”?`} action="Delete the group" onClose=${() => setDoomed(null)} onConfirm=${async () => { await api.deleteAudioGroup(doomed.group.id, doomed.group.audioCount > 0); setGroup(OWN); reload(); }}>${doomed.group.audioCount ? `${count(doomed.group.audioCount, "sound")} in it ${doomed.group.audioCount === 1 ? "goes" : "go"} with it.` : "It is empty."}<//>`}
  </div>`;
}

function Sound({ api, audio, onDelete }) {
  const [url, setUrl] = useState(null);
  const listen = async () => setUrl(URL.createObjectURL(await api.audioFile(audio.id)));
  return html`<div class="list-row">
    <span class="list-name"><span class="cut">${audio.name}</span></span>
    <span>${url ? html`<audio src=${url} controls autoplay aria-label=${audio.name}></audio>` : html`<${Button} kind="quiet small" icon="play" onClick=${listen}>Listen<//>`}</span>
    <span class="number muted">${audio.duration === null ? "–" : duration(1000 * audio.duration)}</span>
    <span class="number muted">${bytes(audio.sizeBytes)}</span>
    <span class="muted">${ago(audio.createdAt)}</span>
    <span class="list-actions"><${DownloadButton} kind="quiet small" load=${() => api.audioFile(audio.id)} name=${audio.name} children=${null} aria-label=${`Download ${audio.name}`} /><${IconButton} icon="trash-2" label=${`Delete ${audio.name}`} onClick=${onDelete} /></span>
  </div>`;
}

export function NameDialog({ title, onName, onClose, label = "Name" }) {
  const [name, setName] = useState("");
  const [state, setState] = useState({ busy: false, error: null });
  const submit = async (event) => {
    event.preventDefault();
    if (!name.trim()) return setState({ busy: false, error: "It needs a name." });
    setState({ busy: true, error: null });
    try {
      await onName(name.trim());
      return onClose();
    } catch (error) {
      return setState({ busy: false, error: words(error) });
    }
  };
  return html`<${Dialog} title=${title} onClose=${onClose}><form class="stack" onSubmit=${submit}>
    <${TextInput} label=${label} value=${name} onInput=${setName} maxlength="255" error=${state.error} autofocus />
    <div class="dialog-actions"><${Button} onClick=${onClose}>Close<//><${Button} kind="primary" type="submit" busy=${state.busy}>Create<//></div>
  </form><//>`;
}
