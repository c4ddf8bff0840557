// Which layer each column of a table changes, and what its cells mean there.

export const NAME = "name";
export const IGNORED = "";
const KEYS = ["text", "image", "video", "color", "visible"];
const WORDS = { text: "text", image: "picture", video: "clip", color: "colour", visible: "shown or hidden" };
const YES = ["true", "yes", "1"];
const NO = ["false", "no", "0"];
const HEX = /^#?[0-9a-f]{6}$/i;

const plain = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
const idOf = (layer, key) => `${key}:${layer}`;

// What a column may be: the name of the video, or one thing of one layer.
export function targetsOf(layers) {
  return layers.flatMap((layer) => KEYS.filter((key) => layer.customizable.includes(key)).map((key) => ({
    id: idOf(layer.path, key), layer: layer.path, key, label: `${layer.path}: ${WORDS[key]}`,
  })));
}

export function matched({ columns, rows }, targets) {
  const taken = new Set();
  return columns.map((column, at) => {
    const found = guess(column, targets, looksLike(rows.map((cells) => (cells[at] ?? "").trim())));
    if (found === IGNORED || taken.has(found)) return IGNORED;
    taken.add(found);
    return found;
  });
}

// What most cells of a column are, since a layer may take a text, a colour and more.
function looksLike(cells) {
  const filled = cells.filter((cell) => cell !== "");
  const most = (test) => filled.length > 0 && filled.filter(test).length * 2 > filled.length;
  if (most((cell) => HEX.test(cell))) return "color";
  if (most((cell) => [...YES, ...NO].includes(cell.toLowerCase()))) return "visible";
  return null;
}

function guess(column, targets, likely) {
  const suffix = /\.(text|image|video|color|visible)$/i.exec(column);
  const key = suffix && suffix[1].toLowerCase();
  const layer = plain(suffix ? column.slice(0, suffix.index) : column);
  const fits = targets.filter((one) => plain(one.layer) === layer && (!key || one.key === key));
  if (fits.length) return (fits.find((one) => one.key === likely) || fits[0]).id;
  if (["name", "title", "filename"].includes(plain(column))) return NAME;
  const near = layer.length > 2 ? targets.filter((one) => plain(one.layer).includes(layer) || layer.includes(plain(one.layer))) : [];
  return near.length ? (near.find((one) => one.key === likely) || near[0]).id : IGNORED;
}

// The rows as the API takes them. ``assets`` finds a picture or clip by its name or id.
export function rowsOf(table, choices, targets, assets) {
  const byId = new Map(targets.map((one) => [one.id, one]));
  return table.rows.map((cells, index) => {
    const row = { name: `Row ${index + 1}`, customizationMap: [] };
    choices.forEach((choice, column) => {
      const cell = (cells[column] ?? "").trim();
      if (cell === "" || choice === IGNORED) return;
      if (choice === NAME) row.name = cell.slice(0, 255);
      else row.customizationMap.push(entryOf(byId.get(choice), cell, assets));
    });
    return row;
  });
}

function entryOf({ layer, key }, cell, assets) {
  if (key === "text") return { layer, text: cell.replace(/\\n/g, "\n") };
  if (key === "color") return { layer, color: cell.startsWith("#") ? cell : `#${cell}` };
  if (key === "visible") {
    const word = cell.toLowerCase();
    return { layer, visible: YES.includes(word) ? true : NO.includes(word) ? false : cell };
  }
  return { layer, [key]: { assetId: assets.get(cell.toLowerCase()) ?? cell } };
}
