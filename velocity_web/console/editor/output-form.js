import { html, useState } from "../core/html.js";
import { useLoaded } from "../core/hooks.js";
import { Icon } from "../parts/icon.js";
import { DropZone } from "../parts/drop-zone.js";
import { Field, PlainSelect, Segmented, Select, Switch, TextInput } from "../parts/fields.js";
import {
  CAPTION_STYLES, QUALITIES, RATE_CONTROLS, SPEEDS, bitrateOf, durationOf, isElastic, lengthsOf, sizesOf,
} from "./output.js";

const RATES = ["24", "25", "29.97", "30", "50", "60"];
const MAIN = ["h264", "h265", "av1"];
const CODEC_WORDS = {
  h264: "Plays everywhere", h265: "Smaller files", av1: "Smallest files",
};

export function OutputForm({ editor, codecs }) {
  const { template, output, changeOutput, api } = editor;
  const [advanced, setAdvanced] = useState(false);
  const audio = useLoaded((signal) => api.audio("", signal), [api]);
  const connections = useLoaded((signal) => (api.connections ? api.connections(signal) : Promise.resolve([])), [api]);
  const receiving = (connections.data || []).filter((one) => one.write);
  const set = (key) => (value) => changeOutput({ [key]: value });
  const codec = codecs.find((one) => one.name === output.codec) || codecs[0];
  const others = codecs.filter((one) => !MAIN.includes(one.name));
  const containers = codec?.containers || [];
  const container = containers.find((one) => one.name === output.container) || containers[0];
  const marked = template.markers.map((marker, index) => ({ marker, value: `m${index}` })).filter(({ marker }) => marker.duration >= 1);
  const ranges = [
    { value: "all", label: "The whole template" },
    ...(durationOf(output, template) ? [] : marked).map(({ marker, value }) => ({ value, label: `Marker “${marker.name}”, ${Math.round(marker.duration)} frames` })),
    { value: "custom", label: "From frame to frame" },
  ];
  const own = Math.round(1000 * template.frameRate) / 1000;
  const rates = [{ value: "", label: `${own} (the template's own)` }, ...RATES.map((rate) => ({ value: rate, label: rate }))];
  const sizes = sizesOf(template);
  if (output.size && !sizes.some((one) => one.value === output.size)) sizes.push({ value: output.size, label: output.size.replace("x", " × ") });
  const quality = QUALITIES.find((one) => one.value === output.quality);
  return html`<div class="output">
    <div class="field"><span class="label">Format</span>
      <div class="codecs" role="radiogroup" aria-label="Format">${codecs.filter((one) => MAIN.includes(one.name)).map((one) => html`<label class=${one.name === codec?.name ? "chosen" : ""}>
        <input type="radio" name="codec" checked=${one.name === codec?.name} onChange=${() => changeOutput({ codec: one.name, container: "" })} />
        <strong>${one.title}</strong><small>${CODEC_WORDS[one.name]}</small>
      </label>`)}</div>
      ${others.length > 0 && html`<${PlainSelect} value=${MAIN.includes(codec?.name) ? "" : codec?.name} aria-label="Another format"
        options=${[{ value: "", label: "Another format", disabled: true }, ...others.map((one) => ({ value: one.name, label: `${one.title} (${one.containers[0]?.ending}${one.keepsAlpha ? ", keeps what is clear" : ""})` }))]}
        onChange=${(name) => changeOutput({ codec: name, container: "" })} />`}
    </div>
    ${containers.length > 1 && html`<${Select} label="File" value=${container?.name} options=${containers.map((one) => ({ value: one.name, label: `${one.name.toUpperCase()} (${one.ending})` }))} onChange=${set("container")} />`}
    <${Select} label="Size" value=${output.size} options=${sizes} onChange=${set("size")} hint="Texts and shapes are drawn at this size, so they stay sharp." />
    <div class="field"><div class="spread"><span class="label">Quality</span><span class="faint small number">${megabits(bitrateOf(output, template))}</span></div>
      <${Segmented} label="Quality" value=${output.megabits ? "" : output.quality} options=${QUALITIES} onChange=${(value) => changeOutput({ quality: value, megabits: "" })} class="full" />
      <p class="hint">${output.megabits ? "A bitrate of your own, below." : quality?.hint}</p>
    </div>
    <div class="two">
      <${Select} label="Frames a second" value=${output.fps} options=${rates} onChange=${set("fps")} />
      <${Select} label="Encoding" value=${output.preset} options=${SPEEDS} onChange=${set("preset")} />
    </div>
    ${isElastic(template) && html`<${Length} template=${template} output=${output} set=${set} />`}
    <${Select} label="Which part" value=${output.range} options=${ranges} onChange=${set("range")} />
    ${output.range === "custom" && html`<div class="two">
      <${TextInput} label="First frame" type="number" min="0" max=${durationOf(output, template) ? undefined : template.frameCount - 1} value=${output.start} placeholder="0" onInput=${set("start")} />
      <${TextInput} label="End, not included" type="number" min="1" max=${durationOf(output, template) ? undefined : template.frameCount} value=${output.end} placeholder=${durationOf(output, template) ? "The end" : template.frameCount} onInput=${set("end")} />
    </div>`}
    <${Select} label="Sound" value=${output.audioId} onChange=${set("audioId")} options=${[{ value: "", label: "The template's own" }, ...(audio.data || []).map((one) => ({ value: one.id, label: one.name }))]} />
    <${Captions} template=${template} output=${output} changeOutput=${changeOutput} />
    <${Switch} label="Motion blur, of layers that have its switch" checked=${output.blur} onChange=${set("blur")} />
    ${output.blur && html`<div class="two">
      <${TextInput} label="Shutter angle" type="number" min="1" max="720" step="any" value=${output.shutterAngle} onInput=${set("shutterAngle")} placeholder="180" hint="360 is a whole frame" />
      <${TextInput} label="Samples" type="number" min="2" max="64" value=${output.samples} onInput=${set("samples")} placeholder="16" hint="More are smoother" />
    </div>`}
    <${Switch} label="Make a poster picture, too" checked=${output.poster} onChange=${set("poster")} />
    ${receiving.length > 0 && html`<${Select} label="Send it to" value=${output.connection} onChange=${set("connection")} options=${[{ value: "", label: "Nowhere: keep it for download" }, ...receiving.map((one) => ({ value: one.name, label: one.name }))]} />`}
    ${output.connection && html`<${TextInput} label="Path there" value=${output.path} onInput=${set("path")} hint="Fields: {name}, {id}, {template}, {ending}" />`}
    <button type="button" class="fold" aria-expanded=${advanced ? "true" : "false"} onClick=${() => setAdvanced(!advanced)}>
      <${Icon} name=${advanced ? "chevron-down" : "chevron-right"} size=${14} />Advanced
    </button>
    ${advanced && html`<${Advanced} output=${output} set=${set} />`}
  </div>`;
}

const SHOWS_CAPTIONS = ["text", "precomp", "solid", "shape", "image", "video"];

function Captions({ template, output, changeOutput }) {
  const set = (key) => (value) => changeOutput({ [key]: value });
  const read = async ([file]) => changeOutput({ captions: await file.text() });
  const layers = template.layers.filter((one) => SHOWS_CAPTIONS.includes(one.kind));
  return html`<${Field} label="Captions" hint="An SRT, WebVTT or ASS file, or what is in one">${(told) => html`
      <${DropZone} class="slim" accept=".srt,.vtt,.ass,.ssa,.json" icon="upload" title="A caption file" hint="Drop it here, or choose one" onFiles=${read} />
      <textarea class="input mono" rows="3" value=${output.captions} placeholder=${"1\n00:00:00,500 --> 00:00:02,000\nHello"} onInput=${(event) => changeOutput({ captions: event.target.value })} ...${told}></textarea>`}<//>
    ${output.captions?.trim() && html`<div class="two">
      <${Select} label="Their style" value=${output.captionStyle} options=${CAPTION_STYLES} onChange=${set("captionStyle")} />
      <${Select} label="Shown by" value=${output.captionLayer} onChange=${set("captionLayer")} options=${[{ value: "", label: "A layer over everything" }, ...layers.map((one) => ({ value: one.path, label: `${one.path} (${one.kind})` }))]} />
    </div>`}`;
}

function Length({ template, output, set }) {
  const { shortest, longest } = template.lengths;
  const bounds = `${Math.round(1000 * shortest) / 1000} to ${longest} seconds; what its markers protect stays as it is.`;
  return html`<${Select} label="Length" value=${output.lasts} options=${lengthsOf(output, template)} onChange=${set("lasts")} hint=${`This template can have ${bounds}`} />
    ${output.lasts === "seconds" && html`<${TextInput} label="Seconds" type="number" min=${shortest} max=${longest} step="any" value=${output.seconds} onInput=${set("seconds")} placeholder=${String(template.duration)} />`}`;
}

function Advanced({ output, set }) {
  const number = (key, label, told = {}) => html`<${TextInput} label=${label} type="number" value=${output[key]} onInput=${set(key)} placeholder="Automatic" ...${told} />`;
  return html`<div class="stack tight">
    <${TextInput} label="Bitrate in megabits a second" type="number" min="0.01" max="2000" step="any" value=${output.megabits} onInput=${set("megabits")} placeholder="From the quality above" />
    <label class="field"><span class="label">Rate control</span><${PlainSelect} value=${output.rc} options=${RATE_CONTROLS} onChange=${set("rc")} /></label>
    <div class="two">
      ${output.rc === "2" && number("qp", "Quantiser", { min: 1, max: 63, hint: "1 is best" })}
      ${number("gop", "Key frames at most every", { min: 1, hint: "In frames" })}
      ${number("idr", "IDR frames every", { min: 1, hint: "In frames" })}
      ${number("profile", "Profile", { min: 0, max: 100, hint: "H.264: 66, 77, 100" })}
      ${number("level", "Level", { min: 0, max: 186, hint: "H.264: 41 for 4.1" })}
      ${number("audioBitrate", "Sound, bits a second", { min: 16000, max: 512000, placeholder: "192000" })}
    </div>
  </div>`;
}

function megabits(bytesPerSecond) {
  const value = (bytesPerSecond * 8) / 1e6;
  return `at most ${value >= 10 ? Math.round(value) : Math.round(value * 10) / 10} Mbit/s`;
}
