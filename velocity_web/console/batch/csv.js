// Rows of a CSV or of cells that were pasted from a spreadsheet.

const SEPARATORS = [",", ";", "\t"];

export function parseCsv(text) {
  const plain = text.replace(/^\ufeff/, "");
  const rows = splitRows(plain, separatorOf(plain)).filter((row) => row.some((cell) => cell.trim() !== ""));
  const [head = [], ...body] = rows;
  return { columns: head.map((cell) => cell.trim()), rows: body };
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
  return rows;
}
