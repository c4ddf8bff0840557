import { html, useState } from "../core/html.js";
import { words } from "../core/api-error.js";
import { ago, duration, mebibytes, moment } from "../core/format.js";
import { useLoaded, useTitle } from "../core/hooks.js";
import { goTo } from "../core/router.js";
import { Button, Failure, LinkButton, Notice, Skeleton, Status } from "../parts/basics.js";
import { Confirm, Dialog } from "../parts/dialog.js";
import { Select, Switch, TextInput } from "../parts/fields.js";
import { NewKey } from "./new-key.js";

const SCOPES = [["render", "Render and change things"], ["read", "Read"], ["preview", "Previews, also in other pages"], ["admin", "Administer this service"]];
const LIVES = [{ value: "", label: "No end" }, { value: 2_592_000, label: "30 days" }, { value: 7_776_000, label: "90 days" }, { value: 31_536_000, label: "One year" }];
const KEPT_SECONDS = 86_400;

export function UserPage({ api, id, own }) {
  const { data, error, reload } = useLoaded(async (signal) => {
    const [user, keys] = await Promise.all([api.user(id, signal), api.keys(id, signal)]);
    return { user, keys };
  }, [api, id]);
  const [dialog, setDialog] = useState(null);
  useTitle(data?.user.name || "User");
  if (error) return html`<div class="page"><${Failure} error=${error} retry=${reload} /></div>`;
  if (!data) return html`<div class="page"><${Skeleton} /></div>`;
  const { user, keys } = data;
  const close = () => setDialog(null);
  const change = async (told) => { await api.changeUser(id, told); reload(); };
  return html`<div class="page">
    <div class="page-head"><div class="row grow"><${LinkButton} kind="quiet" icon="arrow-left" href="#/admin/users" aria-label="Back to the users" />
      <div class="grow"><h1 class="cut">${user.name}</h1><p class="muted small">Since ${moment(user.createdAt)}${user.disabled ? " · disabled" : ""}</p></div></div>
      ${id !== own && html`<div class="row"><${Button} icon="ban" onClick=${() => setDialog("disable")}>${user.disabled ? "Enable" : "Disable"}<//><${Button} icon="trash-2" onClick=${() => setDialog("delete")}>Delete<//></div>`}
    </div>
    <${Limits} user=${user} onSave=${change} />
    <section class="card pad stack tight">
      <div class="spread"><h2>Keys</h2><${Button} kind="small" icon="plus" onClick=${() => setDialog("key")}>New key<//></div>
      <ul class="lines">${keys.map((key) => html`<li class="spread wrap" key=${key.id}>
        <div class="grow"><span class="row wrap"><strong>${key.name}</strong><code class="faint">${key.prefix}…</code>${ended(key) && html`<${Status} status="failed" word="ended" />`}</span>
          <p class="small muted">${key.scopes.join(", ")}${key.origins.length ? ` · for ${key.origins.join(", ")}` : ""} · ${key.lastUsedAt ? `used ${ago(key.lastUsedAt)}` : "not used yet"}${key.expiresAt ? ` · ends ${moment(key.expiresAt)}` : ""}</p></div>
        ${!ended(key) && html`<div class="row"><${Button} kind="quiet small" icon="refresh-cw" onClick=${() => setDialog({ rotate: key })}>Rotate<//><${Button} kind="quiet small" icon="trash-2" onClick=${() => setDialog({ revoke: key })}>Revoke<//></div>`}
      </li>`)}</ul>
    </section>
    ${dialog === "key" && html`<${KeyDialog} api=${api} id=${id} onClose=${() => { close(); reload(); }} />`}
    ${dialog === "disable" && html`<${Confirm} title=${`${user.disabled ? "Enable" : "Disable"} ${user.name}?`} action=${user.disabled ? "Enable" : "Disable"} onClose=${close} onConfirm=${() => change({ disabled: !user.disabled })}>${user.disabled ? "Its keys and links work again." : "Its keys and links stop working; its things stay."}<//>`}
    ${dialog === "delete" && html`<${Confirm} title=${`Delete ${user.name}?`} action="Delete the user" onClose=${close} onConfirm=${async () => { await api.deleteUser(id); goTo("/admin/users"); }}>Its keys, templates, sounds, pictures and videos are removed for good.<//>`}
    ${dialog?.revoke && html`<${Confirm} title=${`Revoke ${dialog.revoke.name}?`} action="Revoke the key" onClose=${close} onConfirm=${async () => { await api.deleteKey(id, dialog.revoke.id); reload(); }}>It stops working at once.<//>`}
    ${dialog?.rotate && html`<${Rotate} api=${api} id=${id} entry=${dialog.rotate} onClose=${() => { close(); reload(); }} />`}
  </div>`;
}

function ended(key) {
  return key.expiresAt !== null && new Date(key.expiresAt) <= new Date();
}

function Limits({ user, onSave }) {
  const [quota, setQuota] = useState(String(user.quotaMB));
  const [minutes, setMinutes] = useState(String(user.budgetMilliseconds / 60_000));
  const [state, setState] = useState({ busy: false, error: null });
  const changed = Number(quota) !== user.quotaMB || Number(minutes) !== user.budgetMilliseconds / 60_000;
  const save = async (event) => {
    event.preventDefault();
    setState({ busy: true, error: null });
    try {
      await onSave({ quotaMB: Number(quota), budgetMilliseconds: Math.round(60_000 * Number(minutes)) });
      setState({ busy: false, error: null });
    } catch (error) {
      setState({ busy: false, error: words(error) });
    }
  };
  return html`<form class="card pad stack" onSubmit=${save}>
    <h2>How much it may use</h2>
    <div class="two">
      <${TextInput} label="Storage in MiB" type="number" min="0" value=${quota} onInput=${setQuota} hint=${`${mebibytes(user.usedBytes)} are used`} />
      <${TextInput} label="Render time in minutes" type="number" min="0" step="any" value=${minutes} onInput=${setMinutes} hint=${`${duration(user.usedMilliseconds)} are used`} />
    </div>
    ${state.error && html`<${Notice}>${state.error}<//>`}
    <div><${Button} type="submit" kind="primary" busy=${state.busy} disabled=${!changed}>Save<//></div>
  </form>`;
}

function KeyDialog({ api, id, onClose }) {
  const [form, setForm] = useState({ name: "", scopes: ["render", "read", "preview"], origins: "", life: "" });
  const [state, setState] = useState({ busy: false, error: null, made: null });
  const set = (told) => setForm((before) => ({ ...before, ...told }));
  const submit = async (event) => {
    event.preventDefault();
    setState({ busy: true, error: null, made: null });
    try {
      const told = { name: form.name.trim() || "key", scopes: form.scopes, origins: form.origins.split(/[\s,]+/).filter(Boolean) };
      if (form.life) told.expiresSeconds = Number(form.life);
      setState({ busy: false, error: null, made: await api.createKey(id, told) });
    } catch (error) {
      setState({ busy: false, error: words(error), made: null });
    }
  };
  if (state.made) return html`<${Dialog} title="The new key" onClose=${onClose}><${NewKey} made=${state.made} /><//>`;
  return html`<${Dialog} title="New key" onClose=${onClose}><form class="stack" onSubmit=${submit}>
    <${TextInput} label="Name" value=${form.name} onInput=${(name) => set({ name })} placeholder="key" maxlength="255" autofocus />
    <fieldset class="plain stack tight"><legend class="label">What it may do</legend>${SCOPES.map(([scope, label]) => html`<${Switch} label=${label} checked=${form.scopes.includes(scope)} onChange=${(on) => set({ scopes: on ? [...form.scopes, scope] : form.scopes.filter((one) => one !== scope) })} />`)}</fieldset>
    <${TextInput} label="Web pages that may use it" value=${form.origins} onInput=${(origins) => set({ origins })} placeholder="https://shop.example" hint="Origins, with a space between. A key for previews alone may be used in all pages where none is named." />
    <${Select} label="It ends after" value=${form.life} options=${LIVES} onChange=${(life) => set({ life })} />
    ${state.error && html`<${Notice}>${state.error}<//>`}
    <div class="dialog-actions"><${Button} onClick=${onClose}>Close<//><${Button} kind="primary" type="submit" busy=${state.busy} disabled=${!form.scopes.length}>Make the key<//></div>
  </form><//>`;
}

function Rotate({ api, id, entry, onClose }) {
  const [state, setState] = useState({ busy: false, error: null, made: null });
  const rotate = async () => {
    setState({ busy: true, error: null, made: null });
    try {
      setState({ busy: false, error: null, made: await api.rotateKey(id, entry.id, KEPT_SECONDS) });
    } catch (error) {
      setState({ busy: false, error: words(error), made: null });
    }
  };
  return html`<${Dialog} title=${`A new key for ${entry.name}`} onClose=${onClose}>
    ${state.made ? html`<${NewKey} made=${state.made} />` : html`<p class="muted">The new key may do the same. The old one stays valid for a day, so that programs can change over.</p>
      ${state.error && html`<${Notice}>${state.error}<//>`}
      <div class="dialog-actions"><${Button} onClick=${onClose}>Close<//><${Button} kind="primary" busy=${state.busy} onClick=${rotate}>Make the new key<//></div>`}
  <//>`;
}
