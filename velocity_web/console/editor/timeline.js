import { html } from "../core/html.js";
import { timecode } from "../core/format.js";
import { IconButton } from "../parts/basics.js";

const TICKS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600];
const MOST_TICKS = 12;
const MOST_SEGMENTS = 400;

// ``markers`` are those of a video of so many frames: of one whose length was just changed they may not be known yet.
export function Timeline({ template, frameCount, markers, timeline, frame, onFrame, layer, playing, onPlay }) {
  const { frameRate } = template;
  const part = (at) => `${(100 * Math.min(frameCount, Math.max(0, at))) / frameCount}%`;
  const span = (start, end) => ({ left: part(start), width: `${(100 * Math.max(0, Math.min(frameCount, end) - Math.max(0, start))) / frameCount}%` });
  const held = (timeline?.held || []).slice(0, MOST_SEGMENTS).map(({ start, end }) => [start, end]);
  const heldFrames = held.reduce((sum, [start, end]) => sum + end - start, 0);
  const shown = layer && timeline?.layers?.find((one) => one.path === layer && !layer.includes("/"));
  const at = (frame + 0.5) / frameCount;
  return html`<div class="timeline">
    <div class="timeline-head">
      <${IconButton} icon=${playing ? "pause" : "play"} size=${16} label=${playing ? "Back to the still" : "Play from here"} onClick=${onPlay} />
      <${IconButton} icon="arrow-left" size=${15} label="One frame back" onClick=${() => onFrame(frame - 1)} disabled=${frame === 0} />
      <${IconButton} icon="arrow-right" size=${15} label="One frame on" onClick=${() => onFrame(frame + 1)} disabled=${frame >= frameCount - 1} />
      <span class="mono number timecode">${timecode(frame, frameRate)}</span>
      <span class="faint small number">frame ${frame} of ${frameCount}</span>
      <span class="grow"></span>
      ${heldFrames > 0 && html`<span class="faint small held-note"><i class="held-key"></i>${Math.round((100 * heldFrames) / frameCount)} % held, which costs nothing</span>`}
    </div>
    ${template.markers.length > 0 && html`<div class="markers">${markers.map((marker) => html`<button
      type="button" class=${`marker ${marker.duration ? "" : "point"}`} style=${marker.duration ? span(marker.time, marker.time + marker.duration) : { left: part(marker.time) }}
      title=${`${marker.name}: frame ${Math.round(marker.time)}${marker.duration ? ` to ${Math.round(marker.time + marker.duration)}` : ""}`}
      onClick=${() => onFrame(Math.round(marker.time))}><span class="cut">${marker.name}</span></button>`)}</div>`}
    <div class="track">
      ${shown && html`<i class="layer-span" style=${span(shown.inPoint, shown.outPoint)} title=${`${shown.path} is shown here`}></i>`}
      ${held.map(([start, end]) => html`<i class="held" style=${span(start, end)} title=${`Held: frames ${start} to ${end - 1} are like the one before`}></i>`)}
      ${ticks(frameCount / frameRate).map((second) => html`<i class="tick" style=${{ left: part(second * frameRate) }}><b class="number">${label(second)}</b></i>`)}
      <i class="playhead" style=${{ left: `${100 * at}%` }}></i>
      <input
        class="scrub" type="range" min="0" max=${frameCount - 1} step="1" value=${frame} aria-label="Moment of the template"
        aria-valuetext=${`Frame ${frame}, ${(frame / frameRate).toFixed(2)} seconds`} onInput=${(event) => onFrame(Number(event.target.value))}
      />
    </div>
  </div>`;
}

function ticks(seconds) {
  const step = TICKS.find((one) => seconds / one <= MOST_TICKS) || seconds / MOST_TICKS;
  return Array.from({ length: Math.floor(seconds / step + 1e-6) + 1 }, (_, index) => index * step).filter((at) => at < seconds);
}

function label(second) {
  return second >= 60 ? `${Math.floor(second / 60)}:${String(Math.round(second % 60)).padStart(2, "0")}` : `${Math.round(second * 10) / 10}s`;
}
