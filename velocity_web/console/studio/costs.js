import { useMeasured } from "./use-measured.js";

const SETTLE = 900;

// What the layers cost with the present values; measured anew a moment after the last change.
export function useCosts(studio, editor) {
  const { api } = studio;
  const { map, template } = editor;
  return useMeasured((signal) => api.costs({ customizationMap: map }, signal), JSON.stringify([template.revision, map]), SETTLE, studio.costs);
}

export function milliseconds(value) {
  if (value < 0.01) return "< 0.01 ms";
  return `${value < 1 ? value.toFixed(2) : value.toFixed(1)} ms`;
}

export function costOf(layer) {
  return layer.evaluateMilliseconds + layer.drawMilliseconds;
}

// Why a layer costs what it does, in the words of who designs it.
export function why(layer) {
  const { evaluateMilliseconds, drawMilliseconds, tiles, changing } = layer;
  if (evaluateMilliseconds > 2 * drawMilliseconds) return "Most of it goes into working out what to draw: its keyframes, expressions, shapes or letters.";
  if (tiles < 0.05) return "It stands still, and is drawn again wherever something moves over or under it.";
  if (changing > 0.8) return `It changes in nearly every frame, and makes ${count(tiles)} dirty.`;
  return `It changes in ${Math.round(100 * changing)} % of the frames, and makes ${count(tiles)} dirty in the mean frame.`;
}

function count(tiles) {
  const shown = tiles < 10 ? Math.round(10 * tiles) / 10 : Math.round(tiles);
  return `${shown} tile${shown === 1 ? "" : "s"}`;
}
