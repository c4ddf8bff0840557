// What is typed into the form, and the customization map that it means.
//
// values = { layers: { path: { text, media, color, visible, plugin } }, slots: { name: value }, other: [entries] }

export const EMPTY = Object.freeze({ layers: {}, slots: {}, other: [] });
const MEDIA = ["image", "video"];
const TEXT_KEYS = ["value", "font", "size", "color", "fit"];

export function withLayer(values, path, change) {
  const layer = without({ ...values.layers[path], ...change });
  const layers = { ...values.layers };
  if (Object.keys(layer).length) layers[path] = layer;
  else delete layers[path];
  return { ...values, layers };
}

export function withSlot(values, name, value) {
  return { ...values, slots: without({ ...values.slots, [name]: value }) };
}

function without(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

export function isEmpty(values) {
  return !Object.keys(values.layers).length && !Object.keys(values.slots).length && !values.other.length;
}

export function toMap(values, paths) {
  const order = new Map(paths.map((path, index) => [path, index]));
  const layers = Object.entries(values.layers).sort(([one], [two]) => (order.get(one) ?? 1e9) - (order.get(two) ?? 1e9));
  const entries = layers.flatMap(([path, layer]) => entriesOf(path, layer));
  for (const [slot, value] of Object.entries(values.slots)) entries.push({ slot, value });
  return [...entries, ...values.other];
}

function entriesOf(layer, { text, media, color, visible, plugin }) {
  if (visible === false) return [{ layer, visible: false }];
  if (plugin) return [without({ layer, plugin: plugin.name, data: plugin.data })];
  const entries = [];
  if (text) {
    const told = without(Object.fromEntries(TEXT_KEYS.map((key) => [key, text[key]])));
    const keys = Object.keys(told);
    entries.push({ layer, text: keys.length === 1 && keys[0] === "value" ? told.value : told });
  }
  if (media) {
    const { kind, source, fit, trim, loop } = media;
    entries.push(without({ layer, [kind]: source, fit, trim, loop }));
  }
  if (color) entries.push({ layer, color });
  return entries;
}

// The form's values that a map means. What the form has no place for is kept as it is.
export function fromMap(map) {
  let values = EMPTY;
  for (const entry of map) values = withEntry(values, entry);
  return values;
}

function withEntry(values, entry) {
  const { layer, slot, value } = entry;
  if (slot !== undefined) return withSlot(values, slot, value);
  if (layer === undefined) return { ...values, other: [...values.other, entry] };
  const kind = MEDIA.find((key) => entry[key]);
  if (kind) {
    const { fit, trim, loop } = entry;
    return withLayer(values, layer, { media: without({ kind, source: entry[kind], fit, trim, loop }) });
  }
  if (entry.text !== undefined) {
    const whole = typeof entry.text === "string" || Array.isArray(entry.text);
    return withLayer(values, layer, { text: whole ? { value: entry.text } : entry.text });
  }
  if (entry.color !== undefined) return withLayer(values, layer, { color: entry.color });
  if (entry.visible !== undefined) return withLayer(values, layer, { visible: entry.visible });
  if (entry.plugin !== undefined) return withLayer(values, layer, { plugin: { name: entry.plugin, data: entry.data } });
  return { ...values, other: [...values.other, entry] };
}

// What a text says, whether it is given as one or in spans.
export function plainText(value) {
  return Array.isArray(value) ? value.map((span) => span?.value ?? "").join("") : value;
}

// The layer or slot that a sentence about "customizationMap[3].text" is of.
export function targetOf(field, map) {
  const found = /customizationMap\[(\d+)\]/i.exec(field);
  const entry = found && map[Number(found[1])];
  return entry ? entry.layer ?? entry.slot ?? entry.asset ?? null : null;
}
