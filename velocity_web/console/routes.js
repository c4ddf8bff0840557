import { html } from "./core/html.js";
import { CachePage } from "./admin/cache.js";
import { QueuePage } from "./admin/queue.js";
import { UserPage } from "./admin/user.js";
import { Users } from "./admin/users.js";
import { BatchPage } from "./batch/batch-page.js";
import { Batches } from "./batch/batches.js";
import { NewBatch } from "./batch/new-batch.js";
import { Assets } from "./pages/assets.js";
import { Audio } from "./pages/audio.js";
import { CampaignPage, Campaigns } from "./pages/campaigns.js";
import { Fonts } from "./pages/fonts.js";
import { RenderPage } from "./pages/render.js";
import { Renders } from "./pages/renders.js";
import { TemplatePage } from "./pages/template.js";
import { Templates } from "./pages/templates.js";
import { Usage } from "./pages/usage.js";
import { Empty, LinkButton } from "./parts/basics.js";

const PAGES = {
  templates: (api, [id], query) =>
    id ? html`<${TemplatePage} key=${id + query} api=${api} id=${id} query=${query} />` : html`<${Templates} api=${api} />`,
  renders: (api, [id]) => (id ? html`<${RenderPage} key=${id} api=${api} id=${id} />` : html`<${Renders} api=${api} />`),
  batches: (api, [id], query) => {
    if (id === "new") return html`<${NewBatch} api=${api} templateId=${query.get("template")} />`;
    return id ? html`<${BatchPage} key=${id} api=${api} id=${id} />` : html`<${Batches} api=${api} />`;
  },
  assets: (api) => html`<${Assets} api=${api} />`,
  audio: (api) => html`<${Audio} api=${api} />`,
  fonts: (api) => html`<${Fonts} api=${api} />`,
  campaigns: (api, [id]) => (id ? html`<${CampaignPage} key=${id} api=${api} id=${id} />` : html`<${Campaigns} api=${api} />`),
  usage: (api) => html`<${Usage} api=${api} />`,
  admin: (api, [place = "users", id], _query, account) => {
    if (place === "queue") return html`<${QueuePage} api=${api} />`;
    if (place === "cache") return html`<${CachePage} api=${api} />`;
    return id ? html`<${UserPage} key=${id} api=${api} id=${id} own=${account?.id} />` : html`<${Users} api=${api} />`;
  },
};

export function pageOf(route, api, account) {
  const [place = "templates", ...rest] = route.parts;
  const page = PAGES[place];
  if (page) return page(api, rest, route.query, account);
  return html`<${Empty} icon="search" title="There is no such page" action=${html`<${LinkButton} href="#/templates">To the templates<//>`}>
    The address may be old, or not complete.
  <//>`;
}
