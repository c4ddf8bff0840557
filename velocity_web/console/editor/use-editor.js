import { useCallback, useEffect, useMemo, useState } from "../core/html.js";
import { ApiError } from "../core/api-error.js";
import { draft, keepDraft } from "../core/session.js";
import { addressable } from "./form.js";
import { USUAL, requestOf } from "./output.js";
import { useEstimate } from "./use-estimate.js";
import { useLength } from "./use-length.js";
import { EMPTY, targetOf, toMap, withLayer, withSlot } from "./values.js";

const DRAFT_BYTES = 200_000;

// Everything that the template page holds: what is typed, the moment that is looked at, and what they mean together.
export function useEditor({ api, template, timeline, initial }) {
  const stored = useMemo(() => (initial ? null : draft(template.id)), [template.id]);
  const [values, setValues] = useState(initial?.values || stored?.values || EMPTY);
  const [output, setOutput] = useState({ ...USUAL, ...(initial?.output || stored?.output) });
  const [name, setName] = useState(initial?.name || stored?.name || template.name);
  const [wanted, setFrame] = useState(() => firstSight(template));
  const [layer, setLayer] = useState(null);
  const [knownAssets, setKnownAssets] = useState({});
  const paths = useMemo(() => addressable(template).map((one) => one.path), [template]);
  const map = useMemo(() => toMap(values, paths), [values, paths]);
  const request = useMemo(() => requestOf({ template, name: name.trim() || template.name, map, output }), [template, name, map, output]);
  const estimated = useEstimate(api, request, template.revision || 0);
  const { duration, frameCount, markers } = useLength({ api, template, output, estimated });
  const frame = Math.min(wanted, frameCount - 1);
  useEffect(() => {
    const told = { values, output, name };
    if (JSON.stringify(told).length < DRAFT_BYTES) keepDraft(template.id, told);
  }, [values, output, name]);
  const goToFrame = useCallback((next) => {
    setFrame(Math.min(frameCount - 1, Math.max(0, Math.round(next))));
  }, [frameCount]);
  const focusLayer = useCallback((path) => {
    setLayer(path);
    const shown = !path.includes("/") && timeline?.layers?.find((one) => one.path === path);
    if (!shown || duration) return; // when it is shown in a longer or shorter video, nobody here knows
    setFrame((now) => (now >= shown.inPoint && now < shown.outPoint ? now : visibleMoment(shown, template)));
  }, [timeline, template, Boolean(duration)]);
  return {
    api, template, timeline, values, output, name, frame, layer, knownAssets, map, request,
    estimated, duration, frameCount, markers, setName, goToFrame, focusLayer,
    changeLayer: useCallback((path, told) => setValues((before) => withLayer(before, path, told)), []),
    changeSlot: useCallback((slot, value) => setValues((before) => withSlot(before, slot, value)), []),
    changeOutput: useCallback((told) => setOutput((before) => ({ ...before, ...told })), []),
    noteAsset: useCallback((asset) => setKnownAssets((all) => ({ ...all, [asset.assetId]: asset })), []),
    reset: useCallback(() => setValues(EMPTY), []),
  };
}

function firstSight(template) {
  return Math.floor(template.frameCount / 2);
}

function visibleMoment({ inPoint, outPoint }, template) {
  const start = Math.max(0, inPoint);
  const end = Math.min(template.frameCount, outPoint);
  return Math.round(Math.min(template.frameCount - 1, start + (end - start) / 2));
}

// What the service says is wrong, with the layer that each sentence is about.
export function problemsOf(error, map) {
  if (!(error instanceof ApiError) || error.status < 400 || error.status >= 500 || [401, 429].includes(error.status)) return [];
  return error.sentences.map(({ field, text }) => ({ target: targetOf(field, map), field, text }));
}
