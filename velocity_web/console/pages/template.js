import { html } from "../core/html.js";
import { ApiError } from "../core/api-error.js";
import { useLoaded } from "../core/hooks.js";
import { Empty, Failure, LinkButton, Loading } from "../parts/basics.js";
import { Editor } from "../editor/editor.js";
import { outputFrom } from "../editor/output.js";
import { fromMap } from "../editor/values.js";

// ``from`` is an earlier render whose values are filled in.
async function opened(api, id, from, signal) {
  const [template, timeline, earlier] = await Promise.all([
    api.template(id, signal),
    api.timeline(id, signal).catch(() => null), // the page works without it
    from ? Promise.all([api.renderDetail(from, signal), api.codecs(signal)]) : null,
  ]);
  if (!earlier) return { template, timeline, initial: null };
  const [detail, codecs] = earlier;
  return {
    template,
    timeline,
    initial: { values: fromMap(detail.customizationMap || []), output: outputFrom(detail, codecs), name: detail.name },
  };
}

export function TemplatePage({ api, id, from }) {
  const { data, error, reload } = useLoaded((signal) => opened(api, id, from, signal), [api, id, from]);
  const back = html`<${LinkButton} kind="quiet" icon="arrow-left" href="#/templates" aria-label="Back to the templates" />`;
  if (error instanceof ApiError && error.status === 404) {
    return html`<${Empty} icon="layout-template" title="This template is not there" action=${html`<${LinkButton} href="#/templates">To the templates<//>`}>
      It was deleted, or belongs to another account.
    <//>`;
  }
  if (error) return html`<div class="page"><${Failure} error=${error} retry=${reload} /></div>`;
  if (!data) return html`<${Loading} label="Opening the template" />`;
  return html`<${Editor} api=${api} template=${data.template} timeline=${data.timeline} initial=${data.initial} head=${back} />`;
}
