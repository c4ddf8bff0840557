import { html, useEffect, useRef, useState } from "./core/html.js";
import { chooseTheme, chosenTheme } from "./core/theme.js";
import { IconButton } from "./parts/basics.js";
import { Segmented } from "./parts/fields.js";
import { Icon } from "./parts/icon.js";

const PLACES = [
  { path: "templates", label: "Templates", icon: "layout-template" },
  { path: "renders", label: "Renders", icon: "film" },
  { path: "batches", label: "Batches", icon: "table-2" },
  { path: "assets", label: "Pictures and clips", icon: "image" },
  { path: "audio", label: "Audio", icon: "music" },
  { path: "fonts", label: "Fonts", icon: "type" },
  { path: "campaigns", label: "Campaigns", icon: "megaphone" },
  { path: "usage", label: "Usage", icon: "gauge" },
];
const ADMINISTRATION = [
  { path: "admin/users", label: "Users", icon: "users" },
  { path: "admin/queue", label: "Queue and workers", icon: "activity" },
  { path: "admin/cache", label: "Cache", icon: "database" },
];
const THEMES = [
  { value: "light", icon: "sun", title: "Light" },
  { value: "system", icon: "monitor", title: "As the system" },
  { value: "dark", icon: "moon", title: "Dark" },
];

export function Logo() {
  return html`<a class="logo" href="#/templates" aria-label="Velocity, templates">
    <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" class="logo-ground" /><path d="M7 9h5.2l4 10.4L20.2 9H25l-7 15.5h-4.2z" fill="#fff" />
    </svg><span>Velocity</span>
  </a>`;
}

export function ThemeSwitch() {
  const [theme, setTheme] = useState(chosenTheme);
  const choose = (value) => {
    chooseTheme(value);
    setTheme(value);
  };
  return html`<${Segmented} label="Colours" value=${theme} options=${THEMES} onChange=${choose} class="themes" />`;
}

function Places({ places, here }) {
  return html`<ul class="places">${places.map((place) => html`<li><a
    href=${`#/${place.path}`} aria-current=${place.path === here ? "page" : undefined}
  ><${Icon} name=${place.icon} size=${17} /><span>${place.label}</span></a></li>`)}</ul>`;
}

export function Shell({ route, account, children, onSignOut, version }) {
  const [open, setOpen] = useState(false);
  const main = useRef(null);
  const [first = "templates", second] = route.parts;
  const here = first === "admin" ? `admin/${second || "users"}` : first;
  const scopes = account?.key.scopes || ["read"];
  const path = route.parts.join("/");
  useEffect(() => {
    setOpen(false);
    main.current.scrollTo(0, 0);
  }, [path]);
  return html`<div class=${`shell ${open ? "menu-open" : ""}`}>
    <a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); main.current.focus(); }}>Skip to the content</a>
    <header class="top">
      <${IconButton} icon=${open ? "x" : "menu"} label=${open ? "Close the menu" : "Open the menu"} aria-expanded=${open ? "true" : "false"} onClick=${() => setOpen(!open)} />
      <${Logo} />
    </header>
    <nav class="side" aria-label="Pages">
      <${Logo} />
      ${scopes.includes("read") && html`<${Places} places=${PLACES} here=${here} />`}
      ${scopes.includes("admin") && html`<div><h2 class="place-group">Administration</h2><${Places} places=${ADMINISTRATION} here=${here} /></div>`}
      <div class="side-end">
        ${account && html`<p class="side-account small" title=${`Signed in with ${account.key.prefix}…`}><span class="faint">Signed in as</span> <strong class="cut">${account.name}</strong></p>`}
        <a href="/docs" class="side-link"><${Icon} name="code-xml" size=${17} /><span>API</span></a>
        <button type="button" class="side-link" onClick=${onSignOut}><${Icon} name="log-out" size=${17} /><span>Sign out</span></button>
        <div class="spread side-foot"><${ThemeSwitch} /><span class="faint small">${version}</span></div>
      </div>
    </nav>
    <main id="main" class="main" ref=${main} tabindex="-1">${children}</main>
  </div>`;
}
