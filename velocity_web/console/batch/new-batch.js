import { html, useMemo, useState } from "../core/html.js";
import { words } from "../core/api-error.js";
import { useReturn } from "../core/connection.js";
import { bytes, count, duration } from "../core/format.js";
import { useDebounced, useLoaded, useTitle } from "../core/hooks.js";
import { goTo } from "../core/router.js";
import { Button, Empty, Failure, LinkButton, Loading, Notice } from "../parts/basics.js";
import { DropZone } from "../parts/drop-zone.js";
import { PlainSelect, Select, TextInput } from "../parts/fields.js";
import { addressable } from "../editor/form.js";
import { OutputForm } from "../editor/output-form.js";
import { USUAL, outputFields } from "../editor/output.js";
import { parseCsv, readCsv } from "./csv.js";
import { IGNORED, NAME, matched, rowsOf, targetsOf } from "./matching.js";
import { errorsOf, faultOf, problemLines } from "./problems.js";
import { RowPreview } from "./row-preview.js";

const MOST_ROWS = 10_000;
const SHOWN_ROWS = 8;
const SHOWN_PROBLEMS = 5;

export function NewBatch({ api, templateId }) {
  useTitle("New batch");
  const templates = useLoaded((signal) => api.templates(signal), [api]);
  const chosen = templateId || templates.data?.[0]?.id;
  const template = useLoaded((signal) => (chosen ? api.template(chosen, signal) : Promise.resolve(null)), [api, chosen]);
  const codecs = useLoaded((signal) => api.codecs(signal), [api]);
  const assets = useLoaded((signal) => api.assets(0, 100, signal), [api]);
  const back = html`<${LinkButton} kind="quiet" icon="arrow-left" href="#/batches" aria-label="Back to the batches" />`;
  if (templates.error) return html`<div class="page"><${Failure} error=${templates.error} retry=${templates.reload} /></div>`;
  if (!templates.data) return html`<${Loading} />`;
  if (!templates.data.length) return html`<${Empty} icon="layout-template" title="A batch needs a template" action=${html`<${LinkButton} kind="primary" href="#/templates">To the templates<//>`}>Drop one first, then come back with a table.<//>`;
  return html`<div class="page">
    <div class="page-head"><div class="row grow">${back}<div><h1>New batch</h1><p class="muted">A video for each row of a table.</p></div></div></div>
    <section class="card pad stack">
      <${Select} label="Template" value=${chosen} options=${templates.data.map((one) => ({ value: one.id, label: one.name }))} onChange=${(id) => goTo(`/batches/new?template=${id}`)} />
    </section>
    ${template.data?.id === chosen && html`<${Table} key=${chosen} api=${api} template=${template.data} codecs=${codecs.data || []} assets=${assets.data || []} />`}
  </div>`;
}

const NOTHING = { text: "", note: null, fault: null };

function Table({ api, template, codecs, assets }) {
  const layers = useMemo(() => addressable(template), [template]);
  const targets = useMemo(() => targetsOf(layers), [layers]);
  const [{ text, note, fault: unread }, setSource] = useState(NOTHING);
  const table = useMemo(() => parseCsv(text), [text]);
  const [own, setOwn] = useState({});
  const [output, setOutput] = useState(USUAL);
  const changeOutput = (change) => setOutput((before) => ({ ...before, ...change }));
  const choices = useMemo(() => matched(table, targets).map((found, at) => own[at] ?? found), [table, targets, own]);
  const byName = useMemo(() => new Map(assets.map((one) => [one.name.toLowerCase(), one.assetId])), [assets]);
  const rows = useMemo(() => rowsOf(table, choices, targets, byName), [table, choices, targets, byName]);
  const fault = useMemo(() => unread || faultOf(table, MOST_ROWS), [unread, table]);
  const take = async ([file]) => { setSource(await readCsv(file)); setOwn({}); };
  const example = exampleOf(targets);
  if (!rows.length) {
    return html`<section class="card pad stack">
      <h2>The table</h2>
      <${DropZone} accept=".csv,.tsv,.txt,text/csv" onFiles=${take} title="Drop a CSV here, or choose a file" hint="The first line names the columns. Each other line becomes a video." icon="table-2" />
      <label class="field"><span class="label">Or paste cells from a spreadsheet</span>
        <textarea class="input mono" rows="6" value=${text} placeholder=${example} onInput=${(event) => { setSource({ ...NOTHING, text: event.target.value }); setOwn({}); }}></textarea></label>
      ${fault && html`<${Notice} tone="warn">${fault}<//>`}
    </section>`;
  }
  return html`<section class="card pad stack">
      <div class="spread"><h2>${count(rows.length, "row")}</h2><${Button} kind="quiet small" icon="x" onClick=${() => setSource(NOTHING)}>Another table<//></div>
      ${note && html`<${Notice} tone="warn">${note}<//>`}
      ${fault && html`<${Notice} title="The table cannot be rendered like this">${fault}<//>`}
      <div class="sheet" tabindex="0" role="region" aria-label="Columns and the first rows"><table><thead><tr>${table.columns.map((column, at) => html`<th scope="col">
        <span class="cut">${column || "–"}</span>
        <${PlainSelect} class="small" value=${choices[at]} aria-label=${`What the column ${column} is`} onChange=${(choice) => setOwn({ ...own, [at]: choice })}
          options=${[{ value: IGNORED, label: "Leave out" }, { value: NAME, label: "Name of the video" }, ...targets.map((one) => ({ value: one.id, label: one.label }))]} />
      </th>`)}</tr></thead><tbody>${table.rows.slice(0, SHOWN_ROWS).map((cells) => html`<tr>${table.columns.map((_, at) => html`<td class=${choices[at] === IGNORED ? "faint" : ""}>${cells[at]}</td>`)}</tr>`)}</tbody></table></div>
      ${rows.length > SHOWN_ROWS && html`<p class="faint small">and ${count(rows.length - SHOWN_ROWS, "row")} more</p>`}
    </section>
    ${!fault && html`<${RowPreview} api=${api} template=${template} rows=${rows} output=${output} />
    <${Order} api=${api} template=${template} rows=${rows} codecs=${codecs} output=${output} changeOutput=${changeOutput} />`}`;
}

function exampleOf(targets) {
  const text = targets.find((one) => one.key === "text");
  return `name,${text ? text.layer : "Headline"}\nAda,Hello Ada\nGrace,Hello Grace`;
}

function Order({ api, template, rows, codecs, output, changeOutput }) {
  const [name, setName] = useState(template.name);
  const [state, setState] = useState({ busy: false, error: null });
  const request = useMemo(
    () => ({ templateId: template.id, name: name.trim() || template.name, ...outputFields(output, template), rows }),
    [template, name, output, rows],
  );
  const settled = useDebounced(request, 800);
  const estimate = useLoaded((signal) => api.createBatch(settled, { dryRun: true }, signal), [api, settled]);
  useReturn(estimate.error, estimate.reload);
  const start = async () => {
    setState({ busy: true, error: null });
    try {
      const { batchId } = await api.createBatch(request);
      goTo(`/batches/${batchId}`);
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  const told = estimate.data;
  const wrong = state.error || estimate.error;
  const rejected = told && settled === request && !estimate.loading ? told.rowsRejected : 0;
  return html`<section class="card pad stack">
    <h2>The videos</h2>
    <${TextInput} label="Name of the batch" value=${name} onInput=${setName} maxlength="255" />
    <details class="details"><summary>Format, size and quality</summary>
      <${OutputForm} editor=${{ api, template, output, changeOutput }} codecs=${codecs} />
    </details>
    ${wrong && html`<${Notice} title="The batch cannot be rendered like this">${errorsOf(wrong) ? html`<${Problems} lines=${problemLines(errorsOf(wrong), rows)} />` : words(wrong)}<//>`}
    ${rejected > 0 && html`<${Notice} tone="warn" title=${`${count(rejected, "row")} cannot be rendered`}><${Problems} lines=${problemLines(told.errors, rows)} /><//>`}
    <div class="spread">
      <span class="muted number">${told ? html`<strong>about ${duration(told.expectedMilliseconds)}</strong>, ${bytes(told.expectedBytes)}` : estimate.error ? "" : "Estimating"}</span>
      <${Button} kind="primary" icon="zap" busy=${state.busy} disabled=${Boolean(estimate.error) || rejected >= rows.length} onClick=${start}>Render ${count(rows.length - rejected, "video")}<//>
    </div>
  </section>`;
}

function Problems({ lines }) {
  return html`<ul>${lines.slice(0, SHOWN_PROBLEMS).map((line) => html`<li>${line}</li>`)}
    ${lines.length > SHOWN_PROBLEMS && html`<li>and ${lines.length - SHOWN_PROBLEMS} more</li>`}</ul>`;
}
