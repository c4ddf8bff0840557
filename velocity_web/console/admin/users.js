import { html, useState } from "../core/html.js";
import { words } from "../core/api-error.js";
import { count, duration, mebibytes } from "../core/format.js";
import { useLoaded, useTitle } from "../core/hooks.js";
import { goTo } from "../core/router.js";
import { Button, Failure, Notice, Progress, Skeleton, Status } from "../parts/basics.js";
import { Dialog } from "../parts/dialog.js";
import { Switch, TextInput } from "../parts/fields.js";
import { NewKey } from "./new-key.js";

const MIB = 1_048_576;

export function Users({ api }) {
  useTitle("Users");
  const [skip, setSkip] = useState(0);
  const { data, error, reload } = useLoaded((signal) => api.users(skip, signal), [api, skip]);
  const [adding, setAdding] = useState(false);
  return html`<div class="page">
    <div class="page-head"><div><h1>Users</h1><p class="muted">Who may use this service, and how much of it.</p></div><${Button} kind="primary" icon="plus" onClick=${() => setAdding(true)}>Add a user<//></div>
    <${Failure} error=${error} retry=${reload} />
    ${!data && !error && html`<${Skeleton} />`}
    ${data && html`<div class="list card users" role="table" aria-label="Users">
      <div class="list-row list-head" role="row"><span role="columnheader">Name</span><span role="columnheader">Storage</span><span role="columnheader">Render time</span><span role="columnheader">Keys</span></div>
      ${data.map((user) => html`<div class="list-row" role="row" key=${user.id}>
        <span role="cell" class="list-name"><a class="cut" href=${`#/admin/users/${user.id}`}>${user.name}</a>${user.disabled && html`<${Status} status="failed" word="disabled" />`}</span>
        <span role="cell" class="list-state"><small class="muted number">${mebibytes(user.usedBytes)} of ${mebibytes(user.quotaMB * MIB)}</small><${Progress} value=${user.usedBytes / Math.max(1, user.quotaMB * MIB)} label=${`Storage of ${user.name}`} /></span>
        <span role="cell" class="list-state"><small class="muted number">${duration(user.usedMilliseconds)} of ${duration(user.budgetMilliseconds)}</small><${Progress} value=${user.usedMilliseconds / Math.max(1, user.budgetMilliseconds)} label=${`Render time of ${user.name}`} /></span>
        <span role="cell" class="muted number">${count(user.validKeys, "key")}</span>
      </div>`)}
    </div>`}
    ${data && (skip > 0 || data.length === 100) && html`<div class="row"><${Button} disabled=${!skip} onClick=${() => setSkip(skip - 100)}>Before<//><${Button} disabled=${data.length < 100} onClick=${() => setSkip(skip + 100)}>Next<//></div>`}
    ${adding && html`<${AddUser} api=${api} onClose=${() => { setAdding(false); reload(); }} />`}
  </div>`;
}

function AddUser({ api, onClose }) {
  const [form, setForm] = useState({ name: "", quota: "", minutes: "", admin: false });
  const [state, setState] = useState({ busy: false, error: null, made: null });
  const set = (key) => (value) => setForm((before) => ({ ...before, [key]: value }));
  const submit = async (event) => {
    event.preventDefault();
    setState({ busy: true, error: null, made: null });
    try {
      const told = { name: form.name.trim(), scopes: ["render", "read", "preview", ...(form.admin ? ["admin"] : [])] };
      if (form.quota) told.quotaMB = Number(form.quota);
      if (form.minutes) told.budgetMilliseconds = Math.round(60_000 * Number(form.minutes));
      setState({ busy: false, error: null, made: await api.createUser(told) });
    } catch (error) {
      setState({ busy: false, error: words(error), made: null });
    }
  };
  const { made } = state;
  if (made) return html`<${Dialog} title=${`${made.name} is added`} onClose=${onClose}><${NewKey} made=${made.firstKey} />
    <div class="dialog-actions"><${Button} kind="primary" onClick=${() => { onClose(); goTo(`/admin/users/${made.id}`); }}>To the user<//></div><//>`;
  return html`<${Dialog} title="Add a user" onClose=${onClose}><form class="stack" onSubmit=${submit}>
    <${TextInput} label="Name" value=${form.name} onInput=${set("name")} maxlength="255" required autofocus />
    <div class="two"><${TextInput} label="Storage in MiB" type="number" min="0" value=${form.quota} placeholder="Usual" onInput=${set("quota")} />
      <${TextInput} label="Render time in minutes" type="number" min="0" value=${form.minutes} placeholder="Usual" onInput=${set("minutes")} /></div>
    <${Switch} label="May administer this service" checked=${form.admin} onChange=${set("admin")} />
    ${state.error && html`<${Notice}>${state.error}<//>`}
    <div class="dialog-actions"><${Button} onClick=${onClose}>Close<//><${Button} kind="primary" type="submit" busy=${state.busy}>Add<//></div>
  </form><//>`;
}
