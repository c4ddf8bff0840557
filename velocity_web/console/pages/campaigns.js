import { html, useState } from "../core/html.js";
import { ago, count } from "../core/format.js";
import { useLoaded, useTitle } from "../core/hooks.js";
import { Button, Empty, Failure, IconButton, LinkButton, Skeleton } from "../parts/basics.js";
import { Confirm } from "../parts/dialog.js";
import { NameDialog } from "./audio.js";

export function Campaigns({ api }) {
  useTitle("Campaigns");
  const { data, error, reload } = useLoaded((signal) => api.campaigns(signal), [api]);
  const [naming, setNaming] = useState(false);
  const [doomed, setDoomed] = useState(null);
  const fresh = html`<${Button} kind="primary" icon="plus" onClick=${() => setNaming(true)}>New campaign<//>`;
  return html`<div class="page">
    <div class="page-head"><div><h1>Campaigns</h1><p class="muted">Templates that are filled in once and rendered often.</p></div>${data?.length > 0 && fresh}</div>
    <${Failure} error=${error} retry=${reload} />
    ${!data && !error && html`<${Skeleton} />`}
    ${data && !data.length && html`<${Empty} icon="megaphone" title="No campaigns yet" action=${fresh}>A campaign holds templates with values of its own, and the sounds that they may use.<//>`}
    <ul class="cards">${(data || []).map((one) => html`<li class="card pad spread" key=${one.id}>
      <div class="grow"><a class="strong cut" href=${`#/campaigns/${one.id}`}>${one.name}</a>
        <p class="small muted">${count(one.templateInstanceCount, "template")} · ${count(one.audioGroupIds.length, "audio group")} · ${ago(one.createdAt)}</p></div>
      <${IconButton} icon="trash-2" label=${`Delete ${one.name}`} onClick=${() => setDoomed(one)} />
    </li>`)}</ul>
    ${naming && html`<${NameDialog} title="New campaign" onClose=${() => setNaming(false)} onName=${async (name) => { await api.createCampaign(name); reload(); }} />`}
    ${doomed && html`<${Confirm} title=${`Delete “${doomed.name}”?`} action="Delete the campaign" onClose=${() => setDoomed(null)} onConfirm=${async () => { await api.deleteCampaign(doomed.id); reload(); }}>What is filled in goes with it. Templates, sounds and videos stay.<//>`}
  </div>`;
}

export function CampaignPage({ api, id }) {
  const { data, error, reload } = useLoaded(async (signal) => {
    const [campaign, instances, templates, groups] = await Promise.all([api.campaign(id, signal), api.instances(id, signal), api.templates(signal), api.audioGroups(signal)]);
    return { campaign, instances, templates, groups };
  }, [api, id]);
  const [failure, setFailure] = useState(null);
  useTitle(data?.campaign.name || "Campaign");
  const act = async (work) => {
    setFailure(null);
    try {
      await work();
      reload();
    } catch (caught) {
      setFailure(caught);
    }
  };
  if (error) return html`<div class="page"><${Failure} error=${error} retry=${reload} /></div>`;
  if (!data) return html`<div class="page"><${Skeleton} /></div>`;
  const { campaign, instances, templates, groups } = data;
  const linked = new Set(campaign.audioGroupIds);
  return html`<div class="page">
    <div class="page-head"><div class="row grow"><${LinkButton} kind="quiet" icon="arrow-left" href="#/campaigns" aria-label="Back to the campaigns" /><h1 class="cut">${campaign.name}</h1></div></div>
    <${Failure} error=${failure} />
    <section class="card pad stack tight"><h2>Templates</h2>
      ${!instances.length && html`<p class="muted">None yet. Add one below, or fill one in on its page first.</p>`}
      <ul class="lines">${instances.map((one) => html`<li class="spread" key=${one.id}>
        <div class="grow"><strong class="cut">${one.name}</strong><p class="small muted">${one.templateName || "its template was deleted"} · ${count(one.customizationMap.length, "change")}</p></div>
        <${LinkButton} kind="quiet small" icon="pencil" href=${`#/templates/${one.templateId}?campaign=${id}&instance=${one.id}`}>Open<//>
        <${IconButton} icon="trash-2" label=${`Remove ${one.name}`} onClick=${() => act(() => api.deleteInstance(id, one.id))} />
      </li>`)}</ul>
      ${templates.length > 0 && html`<${AddInstance} templates=${templates} onAdd=${(instance) => act(() => api.createInstance(id, instance))} />`}
    </section>
    <section class="card pad stack tight"><h2>Audio groups</h2>
      ${!groups.length && html`<p class="muted">There are none. <a href="#/audio">Make one</a> first.</p>`}
      <ul class="lines">${groups.map((one) => html`<li class="spread" key=${one.id}><span>${one.name} <span class="faint small">${count(one.audioCount, "sound")}</span></span>
        <${Button} kind="small" icon=${linked.has(one.id) ? "x" : "link"} onClick=${() => act(() => (linked.has(one.id) ? api.unlinkGroup(id, one.id) : api.linkGroup(id, one.id)))}>${linked.has(one.id) ? "Unlink" : "Link"}<//>
      </li>`)}</ul>
    </section>
  </div>`;
}

function AddInstance({ templates, onAdd }) {
  const [chosen, setChosen] = useState(templates[0].id);
  const [name, setName] = useState("");
  const usual = templates.find((one) => one.id === chosen)?.name || "";
  return html`<form class="row wrap add-row" onSubmit=${(event) => { event.preventDefault(); onAdd({ templateId: chosen, name: name.trim() || usual, customizationMap: [] }); setName(""); }}>
    <span class="select grow"><select aria-label="Template to add" value=${chosen} onChange=${(event) => setChosen(event.target.value)}>${templates.map((one) => html`<option value=${one.id}>${one.name}</option>`)}</select></span>
    <input class="input grow" aria-label="Name in the campaign" placeholder=${usual} value=${name} onInput=${(event) => setName(event.target.value)} maxlength="255" />
    <${Button} icon="plus" type="submit">Add<//>
  </form>`;
}
