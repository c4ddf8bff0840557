// Rows of a CSV or of cells that were pasted from a spreadsheet.

const SEPARATORS = [",", ";", "\t"];
const WIDE = [[0xff, 0xfe, "utf-16le"], [0xfe, 0xff, "utf-16be"]];

// The text of a file, and what to tell of it: spreadsheets save in Unicode, or in the letters of Windows.
export async function readCsv(file) {
  const raw = new Uint8Array(await file.arrayBuffer());
  const wide = WIDE.find(([first, second]) => raw[0] === first && raw[1] === second);
  if (!wide && raw.includes(0)) return { text: "", note: null, fault: `${file.name} is not a CSV. Save the table as CSV, then drop that file.` };
  const [text, note] = wide ? [new TextDecoder(wide[2]).decode(raw), null] : decoded(raw, file.name);
  return { text, note, fault: text.trim() ? null : `${file.name} is empty. Its first line must name the columns.` };
}

function decoded(raw, name) {
  try {
    return [new TextDecoder("utf-8", { fatal: true }).decode(raw), null];
  } catch {
    const note = `${name} is not in UTF-8, so it was read as Windows-1252, as Excel saves it. Look whether its letters are right; if not, save it as “CSV UTF-8”.`;
    return [new TextDecoder("windows-1252").decode(raw), note];
  }
}

export function parseCsv(text) {
  const plain = text.replace(/^\ufeff/, "");
  const { rows, open } = splitRows(plain, separatorOf(plain));
  const [head = [], ...body] = rows.filter((row) => row.some((cell) => cell.trim() !== ""));
  return { columns: head.map((cell) => cell.trim()), rows: body, open };
}

function separatorOf(text) {
  const line = text.slice(0, text.search(/\r|\n/) === -1 ? undefined : text.search(/\r|\n/)).replace(/"[^"]*"/g, "");
  const counted = SEPARATORS.map((one) => [line.split(one).length, one]);
  return counted.reduce((best, one) => (one[0] > best[0] ? one : best))[1];
}

function splitRows(text, separator) {
  const rows = [];
  let row = [];
  let cell = "";
  let quoted = false;
  const endCell = () => {
    row.push(cell);
    cell = "";
  };
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (char === '"' && cell === "") quoted = true;
    else if (char === separator) endCell();
    else if (char === "\n" || char === "\r") {
      if (char === "\r" && text[at + 1] === "\n") at += 1;
      endCell();
      rows.push(row);
      row = [];
    } else cell += char;
  }
  if (cell !== "" || row.length) {
    endCell();
    rows.push(row);
  }
  return { rows, open: quoted };
}
