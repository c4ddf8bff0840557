import { html, useEffect, useMemo, useRef, useState } from "../core/html.js";
import { keepKey, storedKey } from "../core/session.js";
import { Empty, Failure, Loading, Notice } from "../parts/basics.js";
import { Editor } from "../editor/editor.js";
import { Logo, ThemeSwitch } from "../shell.js";
import { Inspector } from "./inspector.js";
import { LayersPanel } from "./layers-panel.js";
import { SpeedPanel } from "./speed-panel.js";
import { StudioApi } from "./studio-api.js";
import { useBench } from "./use-bench.js";

const STYLES = new URL("./studio.css", import.meta.url).href;

// The address that the terminal shows ends in #token=...; the tab keeps it, and the address line does not.
function takeToken() {
  const found = /token=([^&]+)/.exec(location.hash);
  if (!found) return storedKey();
  keepKey(decodeURIComponent(found[1]));
  history.replaceState(null, "", location.pathname);
  return storedKey();
}

function useStyles() {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: STYLES });
    link.onload = link.onerror = () => setReady(true);
    document.head.append(link);
    return () => link.remove();
  }, []);
  return ready;
}

export function Studio({ version }) {
  const [token] = useState(takeToken);
  const api = useMemo(() => token && new StudioApi({ key: token }), [token]);
  const bench = useBench(api);
  const ready = useStyles();
  const [pointed, setPointed] = useState(null);
  const [tiles, setTiles] = useState(false);
  const [frameLayers, setFrameLayers] = useState(null);
  const [watching, setWatching] = useState(null);
  const costs = useRef(null);
  if (!token || bench.error) {
    return html`<${Empty} icon="key-round" title="This is not the studio's address">
      Open the address that the terminal shows: it ends in a token, so that no other page can open your template.
    <//>`;
  }
  const { template, timeline, tree } = bench;
  if (!template || !ready) return html`<${Loading} label="Opening the template" />`;
  const shared = { api, tree, pointed, setPointed, tiles, setTiles, frameLayers, setFrameLayers, watching, setWatching, costs };
  const studio = {
    revision: template.revision,
    tabs: [
      { value: "layers", label: "Layers", panel: (editor) => html`<${LayersPanel} key="layers" studio=${shared} editor=${editor} />` },
      { value: "speed", label: "Speed", panel: (editor) => html`<${SpeedPanel} key="speed" studio=${shared} editor=${editor} />` },
    ],
    overlay: (editor) => html`<${Inspector} studio=${shared} editor=${editor} />`,
  };
  const head = html`<span class="studio-logo"><${Logo} /></span>`;
  return html`<div class="studio">
    <header class="studio-bar small">
      <${Watched} bench=${bench} />
      <span class="grow"></span>
      <${ThemeSwitch} /><span class="faint">${version}</span>
    </header>
    <main>${bench.fault && html`<div class="studio-fault"><${Notice} title="What was saved cannot be opened, so the version before is shown">${bench.fault}<//></div>`}
    <${Editor} api=${api} template=${template} timeline=${timeline} head=${head} studio=${studio} /></main>
  </div>`;
}

function Watched({ bench }) {
  const [flash, setFlash] = useState(false);
  const { revision } = bench.template;
  useEffect(() => {
    if (!revision) return undefined;
    setFlash(true);
    const timer = setTimeout(() => setFlash(false), 1200);
    return () => clearTimeout(timer);
  }, [revision]);
  const tone = bench.lost || bench.fault ? "bad" : "good";
  const told = bench.lost ? "The studio does not answer. Start it again in the terminal." : flash ? "Saved and drawn again" : "Watching";
  return html`<span class=${`watched ${tone} ${flash ? "flash" : ""}`} role="status"><i aria-hidden="true"></i><strong>${told}</strong>
    <span class="mono faint cut" title=${bench.path}>${bench.path}</span></span>`;
}
