import { html } from "../core/html.js";
import { ApiError } from "../core/api-error.js";
import { useLoaded } from "../core/hooks.js";
import { Empty, Failure, LinkButton, Loading } from "../parts/basics.js";
import { Editor } from "../editor/editor.js";
import { outputFrom } from "../editor/output.js";
import { fromMap } from "../editor/values.js";

// A page may begin with what an earlier render was made of, or with what a campaign holds.
async function beginning(api, query, signal) {
  const from = query.get("from");
  if (from) {
    const [detail, codecs] = await Promise.all([api.renderDetail(from, signal), api.codecs(signal)]);
    return { values: fromMap(detail.customizationMap || []), output: outputFrom(detail, codecs), name: detail.name };
  }
  const [campaign, instance] = [query.get("campaign"), query.get("instance")];
  if (!campaign || !instance) return null;
  const held = await api.instance(campaign, instance, signal);
  return { values: fromMap(held.customizationMap), name: held.name };
}

async function opened(api, id, query, signal) {
  const [template, timeline, initial] = await Promise.all([
    api.template(id, signal),
    api.timeline(id, signal),
    beginning(api, query, signal),
  ]);
  return { template, timeline, initial };
}

export function TemplatePage({ api, id, query }) {
  const { data, error, reload } = useLoaded((signal) => opened(api, id, query, signal), [api, id]);
  const back = html`<${LinkButton} kind="quiet" icon="arrow-left" href="#/templates" aria-label="Back to the templates" />`;
  if (error instanceof ApiError && error.status === 404) {
    return html`<${Empty} icon="layout-template" title="This template is not there" action=${html`<${LinkButton} href="#/templates">To the templates<//>`}>
      It was deleted, or belongs to another account.
    <//>`;
  }
  if (error) return html`<div class="page"><${Failure} error=${error} retry=${reload} /></div>`;
  if (!data) return html`<${Loading} label="Opening the template" />`;
  return html`<${Editor} api=${api} template=${data.template} timeline=${data.timeline} initial=${data.initial} head=${back} onMissing=${reload} />`;
}
