import { html, useEffect, useRef, useState } from "../core/html.js";
import { words } from "../core/api-error.js";
import { LOST, isLost } from "../core/connection.js";
import { Notice, Spinner } from "../parts/basics.js";
import { Segmented } from "../parts/fields.js";

const STEPS = [240, 320, 480, 640, 960, 1280, 1920, 2560, 4096];
const SIZES = [
  { value: "fit", label: "Fit", title: "As large as there is room" },
  { value: "320", label: "S", title: "320 pixels wide" },
  { value: "640", label: "M", title: "640 pixels wide" },
  { value: "full", label: "Full", title: "Every pixel of the template" },
];

export function stageWidth(size, room, template) {
  if (size === "full") return Math.min(4096, template.width);
  const wanted = (size === "fit" ? room : Number(size)) * Math.min(2, devicePixelRatio || 1);
  const step = STEPS.find((one) => one >= wanted - 24) || STEPS[STEPS.length - 1];
  return Math.max(16, Math.min(step, template.width));
}

// How wide the picture may be so that all of it is seen.
export function useRoom(template) {
  const place = useRef(null);
  const [room, setRoom] = useState(640);
  useEffect(() => {
    const measure = ([entry]) => {
      const { width, height } = entry.contentRect;
      setRoom(Math.max(120, Math.floor(Math.min(width, (height * template.width) / template.height))));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [template.id]);
  return [place, room];
}

export function SizeSwitch({ size, onSize }) {
  return html`<${Segmented} label="Size of the preview" value=${size} options=${SIZES} onChange=${onSize} />`;
}

export function Stage({ template, picture, place, room, size, problems, children }) {
  const width = size === "fit" ? room : size === "full" ? template.width : Number(size);
  const failed = picture.error && !problems.length;
  return html`<div class=${`stage ${size === "fit" ? "" : "scrolls"}`} ref=${place} tabindex=${size === "fit" ? undefined : "0"} role="region" aria-label="Preview">
    <figure class="frame" style=${{ width: `${width}px`, aspectRatio: `${template.width} / ${template.height}` }} aria-busy=${picture.busy ? "true" : "false"}>
      ${picture.url && html`<img src=${picture.url} alt=${`Frame ${picture.frame} of ${template.name} with your changes`} draggable="false" />`}
      ${children}
      ${picture.busy && html`<span class="stage-busy"><${Spinner} size=${14} /></span>`}
    </figure>
    ${(failed || problems.length > 0) && html`<div class="stage-notice">${failed
      ? html`<${Notice}>${isLost(picture.error) ? LOST : words(picture.error)}<//>`
      : html`<${Notice} tone="warn">${problems[0].target ? html`<strong>${problems[0].target}:</strong> ` : null}${problems[0].text}<//>`}</div>`}
  </div>`;
}
