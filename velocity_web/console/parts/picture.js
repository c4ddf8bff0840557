import { html } from "../core/html.js";
import { useBlobUrl } from "../core/hooks.js";
import { Icon } from "./icon.js";

// A picture that only the key's owner may load, so that it comes through the API and not by its address.
export function Picture({ load, inputs, alt, icon = "image", ratio }) {
  const url = useBlobUrl(load, inputs);
  return html`<span class="picture" style=${ratio ? { aspectRatio: String(ratio) } : {}}>
    ${url ? html`<img src=${url} alt=${alt} />` : html`<i class="picture-none"><${Icon} name=${icon} size=${20} /></i>`}
  </span>`;
}
