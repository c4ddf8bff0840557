const UNITS = ["bytes", "KB", "MB", "GB", "TB"];

export function bytes(count) {
  if (count === null || count === undefined) return "–";
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

// Of a quota and what is used of it, in the unit that quotas are set in.
export function mebibytes(count) {
  const value = count / 1_048_576;
  return `${value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 1 : 0 })} MiB`;
}

export function duration(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return "–";
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = Math.round(seconds % 60);
  if (minutes < 60) return `${minutes} min ${rest} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function timecode(frame, rate) {
  const hundredths = Math.floor((100 * frame) / rate + 1e-6);
  const minutes = Math.floor(hundredths / 6000);
  const rest = hundredths % 6000;
  const pad = (value) => String(value).padStart(2, "0");
  return `${pad(minutes)}:${pad(Math.floor(rest / 100))}.${pad(rest % 100)}`;
}

const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const STEPS = [["second", 60], ["minute", 60], ["hour", 24], ["day", 7]];

export function ago(time) {
  if (!time) return "–";
  let value = (new Date(time).getTime() - Date.now()) / 1000;
  if (value > -5 && value < 5) return "just now";
  for (const [unit, next] of STEPS) {
    if (Math.abs(value) < next) return RELATIVE.format(Math.round(value), unit);
    value /= next;
  }
  return new Date(time).toLocaleDateString("en", { year: "numeric", month: "short", day: "numeric" });
}

export function moment(time) {
  return time ? new Date(time).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" }) : "–";
}

export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

export function percent(part) {
  return `${Math.round(100 * part)} %`;
}

export function sentence(text) {
  return text ? text[0].toUpperCase() + text.slice(1) : "";
}
