import { ApiError } from "../core/api-error.js";
import { count, sentence } from "../core/format.js";
import { targetOf } from "../editor/values.js";

// What is wrong with rows, for a reader who counts them from 1: {"rows[1].customizationMap[0].text": [...]} as lines.
export function problemLines(errors, rows) {
  return Object.entries(errors || {}).flatMap(([field, found]) => [found].flat().map((text) => {
    const told = /^rows\[(\d+)\]/.exec(field);
    if (!told) return sentence(text);
    const layer = targetOf(field, rows[Number(told[1])]?.customizationMap || []);
    return `Row ${Number(told[1]) + 1}${layer ? `, ${layer}` : ""}: ${text}`;
  }));
}

export function errorsOf(error) {
  return error instanceof ApiError && Object.keys(error.errors).length ? error.errors : null;
}

// Why a table cannot be a batch as it is; null for one that can.
export function faultOf({ columns, rows, open }, mostRows) {
  if (!columns.length) return null;
  if (open) return 'A quoted cell is not closed. Write " within one as "".';
  if (!rows.length) return "The table has a first line, which names the columns, but no row below it.";
  if (rows.length > mostRows) return `A batch has at most ${mostRows.toLocaleString("en")} rows, this table has ${rows.length.toLocaleString("en")}.`;
  const at = rows.findIndex((cells) => cells.slice(columns.length).some((cell) => cell.trim() !== ""));
  if (at < 0) return null;
  return `Row ${at + 1} has ${count(rows[at].length, "cell")}, the first line names ${count(columns.length, "column")}. A cell that has the separator in it must be in quotes.`;
}
