import { html, useState } from "../core/html.js";
import { Code } from "../parts/basics.js";
import { Segmented } from "../parts/fields.js";
import { curlOf, pythonOf } from "./code.js";

const LANGUAGES = [
  { value: "curl", label: "cURL" },
  { value: "python", label: "Python" },
  { value: "json", label: "JSON" },
];

export function CodePanel({ request }) {
  const [language, setLanguage] = useState("curl");
  const text = { curl: () => curlOf(request, location.origin), python: () => pythonOf(request, location.origin), json: () => JSON.stringify(request, null, 2) }[language]();
  return html`<div class="stack tight">
    <p class="small muted">What you see, as a request. Put your key into <code>VELOCITY_KEY</code> first.</p>
    <div><${Segmented} label="Language" value=${language} options=${LANGUAGES} onChange=${setLanguage} /></div>
    <${Code} text=${text} label=${LANGUAGES.find((one) => one.value === language).label} />
  </div>`;
}
