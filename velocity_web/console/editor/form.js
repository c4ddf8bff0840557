import { html, useMemo, useState } from "../core/html.js";
import { count } from "../core/format.js";
import { Button } from "../parts/basics.js";
import { Icon } from "../parts/icon.js";
import { LayerRow } from "./layer-row.js";
import { SlotRow } from "./slot-row.js";

const MAIN = new Set(["text", "image", "video"]);
const SEARCH_FROM = 10;
const SHOWN = 60;

export function addressable(template) {
  const seen = new Set();
  return template.layers.filter((layer) => {
    const usable = Array.isArray(layer.customizable) && layer.customizable.length && !seen.has(layer.path);
    seen.add(layer.path);
    return usable;
  });
}

export function Form({ editor }) {
  const { template, values, reset } = editor;
  const layers = useMemo(() => addressable(template), [template]);
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const fits = (layer) => !wanted || layer.path.toLowerCase().includes(wanted) || (layer.value || "").toLowerCase().includes(wanted);
  const main = layers.filter((layer) => MAIN.has(layer.kind) && fits(layer));
  const other = layers.filter((layer) => !MAIN.has(layer.kind) && fits(layer));
  const slots = (template.slots || []).filter((slot) => !wanted || slot.name.toLowerCase().includes(wanted));
  const changed = Object.keys(values.layers).length + Object.keys(values.slots).length + values.other.length;
  return html`<div class="form">
    ${layers.length >= SEARCH_FROM && html`<input class="input search" type="search" aria-label="Search layers" placeholder="Search layers" value=${search} onInput=${(event) => setSearch(event.target.value)} />`}
    ${!layers.length && !slots.length && html`<p class="muted">Nothing in this template can be replaced: its layers have no names.</p>`}
    <${Group} title="Texts and pictures" layers=${main} editor=${editor} open />
    ${slots.length > 0 && html`<section class="group"><h3 class="group-title">Properties of the designer</h3>
      ${slots.map((slot) => html`<${SlotRow} key=${slot.name} slot=${slot} editor=${editor} />`)}</section>`}
    <${Group} title=${main.length || slots.length ? "Colours and other layers" : "Layers"} layers=${other} editor=${editor} open=${Boolean(wanted) || !main.length || other.length <= 4} />
    ${changed > 0 && html`<div class="form-foot">
      <span class="faint small">${count(changed, "change")}</span>
      <${Button} kind="quiet small" icon="rotate-ccw" onClick=${reset}>As the template has it<//>
    </div>`}
  </div>`;
}

function Group({ title, layers, editor, open }) {
  const [unfolded, setUnfolded] = useState(null);
  const [all, setAll] = useState(false);
  if (!layers.length) return null;
  const shown = unfolded ?? open;
  const listed = all ? layers : layers.slice(0, SHOWN);
  return html`<section class="group">
    <h3 class="group-title"><button type="button" aria-expanded=${shown ? "true" : "false"} onClick=${() => setUnfolded(!shown)}>
      <${Icon} name=${shown ? "chevron-down" : "chevron-right"} size=${14} />${title}<span class="faint number">${layers.length}</span>
    </button></h3>
    ${shown && listed.map((layer) => html`<${LayerRow} key=${layer.path} layer=${layer} editor=${editor} />`)}
    ${shown && listed.length < layers.length && html`<${Button} kind="quiet" onClick=${() => setAll(true)}>Show ${layers.length - listed.length} more layers<//>`}
  </section>`;
}
