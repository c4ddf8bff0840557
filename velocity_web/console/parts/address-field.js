import { html, useState } from "../core/html.js";
import { Button } from "./basics.js";

// A file at a web address: the service fetches it, and keeps it as if it had been uploaded.
export function AddressField({ label, busy = false, onFetch }) {
  const [url, setUrl] = useState("");
  const fits = /^https?:\/\/\S+$/i.test(url.trim());
  const fetchIt = (event) => {
    event.preventDefault();
    if (fits && !busy) onFetch(url.trim());
  };
  return html`<form class="row" onSubmit=${fetchIt}>
    <input type="url" class="input grow" value=${url} placeholder="https://…" aria-label=${label} onInput=${(event) => setUrl(event.target.value)} />
    <${Button} kind="quiet small" icon="link" type="submit" disabled=${busy || !fits}>Fetch<//>
  </form>`;
}

// Resolves to the last status of what was begun, once it is taken in; fails with the reason where it is not.
export async function takenIn(status) {
  let told = await status();
  while (!["completed", "failed", "cancelled"].includes(told.status)) {
    await new Promise((done) => setTimeout(done, 100));
    told = await status();
  }
  if (told.status !== "completed") throw new Error(told.reason);
  return told;
}

// What ``useSending`` starts with: a file that has an address in place of bytes.
export const fileAt = (url) => ({ name: nameAt(url), url });

function nameAt(url) {
  try {
    return new URL(url).pathname.split("/").filter(Boolean).pop() || url;
  } catch {
    return url;
  }
}
