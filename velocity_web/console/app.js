import { html, render } from "./core/html.js";
import { applyTheme } from "./core/theme.js";
import { Service } from "./service.js";

applyTheme();
const configuration = await (await fetch("/config.json")).json();
render(html`<${Service} version=${configuration.version} />`, document.getElementById("app"));
