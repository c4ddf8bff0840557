import { html, render } from "./core/html.js";
import { applyTheme } from "./core/theme.js";
import { Service } from "./service.js";

const Mode = { studio: async () => (await import("./studio/studio.js")).Studio, service: async () => Service };

applyTheme();
const configuration = await (await fetch("/config.json")).json();
const Page = await Mode[configuration.mode]();
render(html`<${Page} version=${configuration.version} />`, document.getElementById("app"));
