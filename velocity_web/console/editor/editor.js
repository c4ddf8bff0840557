import { html, useEffect, useMemo, useState } from "../core/html.js";
import { ApiError } from "../core/api-error.js";
import { isLost } from "../core/connection.js";
import { bytes, count, duration } from "../core/format.js";
import { useLoaded, useTitle } from "../core/hooks.js";
import { Button } from "../parts/basics.js";
import { Segmented, TabPanel, Tabs } from "../parts/fields.js";
import { Findings } from "../parts/findings.js";
import { CodePanel } from "./code-panel.js";
import { Form } from "./form.js";
import { OutputForm } from "./output-form.js";
import { RenderView } from "./render-view.js";
import { SizeSwitch, Stage, stageWidth, useRoom } from "./stage.js";
import { ClipPlayer } from "./clip-player.js";
import { Timeline } from "./timeline.js";
import { problemsOf, useEditor } from "./use-editor.js";
import { usePreview } from "./use-preview.js";
import { isActive, useRender } from "./use-render.js";

const NO_STUDIO = { revision: 0, tabs: [], overlay: () => null };

// The template page: a form, the preview beside it, and the render. ``api`` is any object with the methods that
// core/api.js lists under "template page"; ``template`` and ``timeline`` are what it answered. ``studio`` is what a
// studio adds: the revision of the files, further tabs, and what lies over the picture. ``onMissing`` is told when
// something that the page asked for is not there any more.
export function Editor({ api, template, timeline, initial, head, studio = NO_STUDIO, onMissing = () => {} }) {
  useTitle(template.name);
  const editor = useEditor({ api, template, timeline, initial });
  const { map, frame, request, duration: lasting, frameCount, markers } = editor;
  const { estimate, error: refusal, stale } = editor.estimated;
  const [tab, setTab] = useState("content");
  const [view, setView] = useState("preview");
  const [size, setSize] = useState("fit");
  const [playing, setPlaying] = useState(false);
  const [place, room] = useRoom(template);
  const width = stageWidth(size, room, template);
  const { captions, motionBlur } = request;
  const values = JSON.stringify([map, captions, motionBlur, lasting]);
  const asked = useMemo(() => ({ customizationMap: map, captions, motionBlur, duration: lasting || undefined }), [values]);
  const wanted = useMemo(() => ({ ...asked, frame, width, revision: studio.revision }), [asked, frame, width, studio.revision]);
  const picture = usePreview(api, template.id, wanted);
  const render = useRender(api);
  const codecs = useLoaded((signal) => api.codecs(signal), [api]);
  const problems = problemsOf(refusal || picture.error, map);
  const missing = [refusal, picture.error].some((error) => error instanceof ApiError && error.status === 404);
  useEffect(() => { if (missing) onMissing(); }, [missing]);
  const findings = distinct([...template.warnings, ...picture.findings, ...(estimate?.warnings || [])]);
  const start = () => {
    setView("video");
    render.start(request);
  };
  useStageKeys(editor);
  useEffect(() => setPlaying(false), [values, frame, view]);
  const told = { ...editor, problems, findings };
  const tabs = [
    { value: "content", label: "Content" },
    { value: "output", label: "Output" },
    { value: "code", label: "Code" },
    ...studio.tabs,
    ...(findings.length ? [{ value: "findings", label: "Findings", count: findings.length, tone: "warn" }] : []),
  ];
  const active = tabs.some((one) => one.value === tab) ? tab : "content";
  return html`<div class="editor">
    <div class="editor-head">
      ${head}
      <div class="grow editor-title"><h1 class="cut">${template.name}</h1>
        <span class="faint small number">${template.width} × ${template.height} · ${Math.round(100 * template.frameRate) / 100} fps · ${duration(1000 * template.duration)}</span></div>
      <${EstimateWords} estimate=${estimate} stale=${stale} refused=${problems.length > 0} lost=${isLost(refusal)} />
      <${Button} kind="primary" icon="film" onClick=${start} busy=${render.starting || isActive(render.job)} disabled=${problems.length > 0}>Render<//>
    </div>
    <section class="editor-side" aria-label="What is filled in">
      <${Tabs} label="Parts of the template page" value=${active} options=${tabs} onChange=${setTab} />
      <${TabPanel} value=${active}>
        ${active === "content" && html`<${Form} editor=${told} />`}
        ${active === "output" && html`<${RenderName} editor=${editor} /><${OutputForm} editor=${told} codecs=${codecs.data || []} />`}
        ${active === "code" && html`<${CodePanel} request=${request} />`}
        ${studio.tabs.map((one) => one.value === active && one.panel(told))}
        ${active === "findings" && html`<${Findings} findings=${findings} />`}
      <//>
    </section>
    <section class="editor-main" aria-label="Preview and video">
      <div class="stage-bar">
        <${Segmented} label="What is shown" value=${view} onChange=${setView} options=${[{ value: "preview", label: "Preview" }, { value: "video", label: "Video", disabled: !render.request }]} />
        <span class="grow"></span>
        ${view === "preview" && html`<${SizeSwitch} size=${size} onSize=${setSize} />`}
      </div>
      <div class=${view === "preview" ? "stage-place" : "stage-place unseen-place"}><${Stage} template=${template} picture=${picture} place=${place} room=${room} size=${size} problems=${problems}>${studio.overlay(told)}${playing && html`<${ClipPlayer} api=${api} template=${template} asked=${asked} frameCount=${frameCount} frame=${frame} />`}<//></div>
      ${view === "video" && html`<div class="stage-place"><${RenderView} editor=${editor} render=${render} onBack=${() => setView("preview")} /></div>`}
      ${view === "preview" && html`<${Timeline} template=${template} frameCount=${frameCount} markers=${markers} timeline=${lasting ? null : timeline} frame=${frame} onFrame=${editor.goToFrame} layer=${editor.layer} playing=${playing} onPlay=${() => setPlaying(!playing)} />`}
    </section>
  </div>`;
}

function RenderName({ editor }) {
  return html`<label class="field"><span class="label">Name of the video</span><input class="input" maxlength="255" value=${editor.name} onInput=${(event) => editor.setName(event.target.value)} /></label>`;
}

function EstimateWords({ estimate, stale, refused, lost }) {
  if (refused) return html`<span class="estimate small bad-text">Something is not right yet</span>`;
  if (lost) return html`<span class="estimate small bad-text">No connection</span>`;
  if (!estimate) return html`<span class="estimate small faint">Estimating</span>`;
  const told = `${count(estimate.frames, "frame")}${estimate.seconds ? `, ${Math.round(100 * estimate.seconds) / 100} seconds` : ""}. Between ${duration(estimate.leastMilliseconds)} and ${duration(estimate.mostMilliseconds)}, between ${bytes(estimate.leastBytes)} and ${bytes(estimate.mostBytes)}.`;
  return html`<span class=${`estimate small ${stale ? "faint" : "muted"} number`} title=${told}>
    <strong>about ${duration(estimate.expectedMilliseconds)}</strong><span>${bytes(estimate.expectedBytes)}${estimate.cachedFrames ? `, ${Math.round((100 * estimate.cachedFrames) / estimate.frames)} % kept` : ""}</span>
  </span>`;
}

function distinct(findings) {
  const seen = new Map(findings.map((one) => [`${one.layer}|${one.feature}|${one.message}`, one]));
  return [...seen.values()];
}

// Comma and full stop step through the frames, as in other editors, wherever no text is typed.
function useStageKeys({ goToFrame, frame }) {
  useEffect(() => {
    const pressed = (event) => {
      const typing = event.target.closest?.("input:not([type=range]), textarea, select, dialog");
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === ",") goToFrame(frame - 1);
      if (event.key === ".") goToFrame(frame + 1);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [goToFrame, frame]);
}
