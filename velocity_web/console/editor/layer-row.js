import { html, useState } from "../core/html.js";
import { IconButton } from "../parts/basics.js";
import { PlainSelect } from "../parts/fields.js";
import { Finding } from "../parts/findings.js";
import { Icon } from "../parts/icon.js";
import { ColorControl } from "./color-control.js";
import { MediaControl } from "./media-control.js";
import { PluginControl } from "./plugin-control.js";
import { firstValue } from "./schema-form.js";
import { TextControl } from "./text-control.js";

const ICONS = { text: "type", image: "image", video: "video", shape: "shapes", solid: "palette", precomp: "layers", plugin: "puzzle", audio: "music" };
const AS_IT_IS = "";

export function LayerRow({ layer, editor }) {
  const { template, values, changeLayer, problems, findings, focusLayer } = editor;
  const given = values.layers[layer.path] || {};
  const [more, setMore] = useState(Boolean(given.plugin));
  const takes = (key) => layer.customizable.includes(key);
  const change = (told) => changeLayer(layer.path, told);
  const hidden = given.visible === false;
  const wrong = problems.filter((one) => one.target === layer.path);
  const found = findings.filter((one) => one.layer === layer.path);
  const shows = ["image", "video"].includes(layer.kind) || given.media !== undefined;
  const plugins = takes("plugin") && template.plugins.length > 0;
  const hasMore = plugins || (takes("image") && !shows);
  const changed = Object.keys(given).length > 0;
  const slash = layer.path.lastIndexOf("/");
  return html`<div
    class=${`layer ${hidden ? "off" : ""} ${changed ? "changed" : ""} ${wrong.length ? "wrong" : ""}`} data-layer=${layer.path}
    role="group" aria-label=${layer.path} onFocusIn=${() => focusLayer(layer.path)}
  >
    <div class="layer-head">
      <span class="layer-icon"><${Icon} name=${ICONS[layer.kind] || "layers"} size=${15} /></span>
      <span class="layer-name cut" title=${layer.path}>${slash > 0 && html`<span class="faint">${layer.path.slice(0, slash + 1)}</span>`}${layer.name}</span>
      ${!takes("text") && takes("color") && !hidden && !given.plugin && !given.media && html`<${ColorControl} label=${`Colour of ${layer.name}`} value=${given.color} usual=${layer.value} onChange=${(color) => change({ color })} />`}
      ${changed && html`<${IconButton} icon="rotate-ccw" size=${14} label=${`${layer.name} as the template has it`} onClick=${() => change({ text: undefined, media: undefined, color: undefined, visible: undefined, plugin: undefined })} />`}
      ${hasMore && html`<${IconButton} icon="ellipsis" size=${15} label=${`More of ${layer.name}`} aria-expanded=${more ? "true" : "false"} onClick=${() => setMore(!more)} />`}
      ${takes("visible") && html`<${IconButton} icon=${hidden ? "eye-off" : "eye"} size=${15} label=${hidden ? `Show ${layer.name}` : `Hide ${layer.name}`} aria-pressed=${hidden ? "true" : "false"} onClick=${() => change({ visible: hidden ? undefined : false })} />`}
    </div>
    ${!hidden && !given.plugin && takes("text") && html`<${TextControl} layer=${layer} given=${given} change=${change} fonts=${template.fonts} />`}
    ${!hidden && !given.plugin && takes("image") && shows && html`<${MediaControl} layer=${layer} media=${given.media} change=${change} editor=${editor} />`}
    ${!hidden && more && html`<div class="layer-more">
      ${takes("image") && !shows && !given.plugin && html`<${MediaControl} layer=${layer} media=${given.media} change=${change} editor=${editor} />`}
      ${plugins && html`<label class="row"><span class="small muted">Drawn by</span><${PlainSelect}
        class="grow" value=${given.plugin?.name || AS_IT_IS} aria-label=${`What draws ${layer.name}`}
        options=${[{ value: AS_IT_IS, label: "The template" }, ...template.plugins.map((one) => ({ value: one.name, label: `${one.title} (plugin)` }))]}
        onChange=${(name) => change({ plugin: name ? chosenPlugin(template, name) : undefined })}
      /></label>`}
      ${given.plugin && html`<${PluginControl} plugin=${template.plugins.find((one) => one.name === given.plugin.name)} data=${given.plugin.data} onChange=${(data) => change({ plugin: { ...given.plugin, data } })} />`}
    </div>`}
    ${wrong.map((one) => html`<p class="bad-text small" role="alert">${one.text}</p>`)}
    ${found.map((one) => html`<${Finding} finding=${one} />`)}
  </div>`;
}

function chosenPlugin(template, name) {
  const { dataSchema } = template.plugins.find((one) => one.name === name);
  return { name, data: dataSchema ? firstValue(dataSchema) : undefined };
}
