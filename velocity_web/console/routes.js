import { html } from "./core/html.js";
import { Empty, LinkButton } from "./parts/basics.js";
import { Templates } from "./pages/templates.js";
import { TemplatePage } from "./pages/template.js";

const PAGES = {
  templates: (api, [id], query) =>
    id ? html`<${TemplatePage} key=${id + query} api=${api} id=${id} from=${query.get("from")} />` : html`<${Templates} api=${api} />`,
};

export function pageOf(route, api) {
  const [place = "templates", ...rest] = route.parts;
  const page = PAGES[place];
  if (page) return page(api, rest, route.query);
  return html`<${Empty} icon="search" title="There is no such page" action=${html`<${LinkButton} href="#/templates">To the templates<//>`}>
    The address may be old, or not complete.
  <//>`;
}
