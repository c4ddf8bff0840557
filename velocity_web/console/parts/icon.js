import { html } from "../core/html.js";
import { ICONS } from "../vendor/icons.js";

export function Icon({ name, size = 16, label }) {
  return html`<svg
    class="icon" width=${size} height=${size} viewBox="0 0 24 24" fill="none" stroke="currentColor"
    stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"
    role=${label ? "img" : undefined} aria-label=${label} aria-hidden=${label ? undefined : "true"}
    dangerouslySetInnerHTML=${{ __html: ICONS[name] }}
  />`;
}
