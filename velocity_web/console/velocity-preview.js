// <velocity-preview server="https://velocity.example" key="vk_..." template="..." frame="75" width="640"
//                   values='{"Headline": "Hello"}' alt="..."></velocity-preview>
//
// A frame of a template with values of your own, in your own page. The whole element is in this file. Give it a key
// whose only scope is "preview": everybody who reads your page can read the key.
//
// Attributes:  server, key, template  where the picture comes from
//              frame or marker        which moment; the middle where neither is given
//              width                  in pixels; the element's own by default
//              format                 png, jpeg or webp (which is usual)
//              values                 {"layer": "text"}, as JSON
//              map                    a whole customizationMap, as JSON, in place of values
//              alt                    what the picture shows, for those who do not see it
// Properties:  values and map also take objects; findings is what does not show as it was meant.
// Events:      "drawn" after each picture (detail: findings, frame), "failed" with a sentence (detail: message, errors).

const SETTLE = 120; // milliseconds after the last change
const ATTRIBUTES = ["server", "key", "template", "frame", "marker", "width", "format", "values", "map", "alt"];
const STYLE = `
  :host { display: block; position: relative; overflow: hidden; min-height: 1em; }
  :host([hidden]) { display: none; }
  img { display: block; width: 100%; height: auto; }
  img[hidden] { display: none; }
  p { margin: 0; padding: 0.6em 0.8em; font: 0.85em/1.4 system-ui, sans-serif; color: #8a1c22; background: #fdeaea; }
  p:empty { display: none; }
  :host([busy]) img { opacity: 0.75; transition: opacity 200ms 250ms; }
`;

class VelocityPreview extends HTMLElement {
  static observedAttributes = ATTRIBUTES;

  #image = document.createElement("img");
  #note = document.createElement("p");
  #given = {};
  #timer = 0;
  #control = null;
  #address = null;
  #details = new Map();
  findings = [];

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    this.#image.hidden = true;
    this.#note.setAttribute("role", "status");
    root.append(this.#image, this.#note);
  }

  connectedCallback() {
    this.#later();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#control?.abort();
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = null;
  }

  attributeChangedCallback(name, before, after) {
    if (before === after) return;
    delete this.#given[name];
    if (this.isConnected) this.#later();
  }

  get values() {
    return this.#given.values ?? this.#read("values");
  }

  set values(values) {
    this.#given.values = values;
    this.#later();
  }

  get map() {
    return this.#given.map ?? this.#read("map");
  }

  set map(map) {
    this.#given.map = map;
    this.#later();
  }

  // Draw again, as after a change.
  refresh() {
    this.#later();
  }

  #read(name) {
    const text = this.getAttribute(name);
    return text ? JSON.parse(text) : null;
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#draw(), SETTLE);
  }

  async #draw() {
    this.#control?.abort();
    const control = (this.#control = new AbortController());
    this.toggleAttribute("busy", true);
    try {
      const template = this.getAttribute("template");
      if (!template || !this.getAttribute("key")) throw new Error("velocity-preview needs the attributes template and key");
      const request = await this.#request(control.signal);
      const answer = await this.#ask("POST", `/template/${template}/preview`, control.signal, request);
      const blob = await answer.blob();
      if (control.signal.aborted) return;
      const told = JSON.parse(answer.headers.get("Velocity-Findings") || '{"findings": []}');
      this.findings = told.findings;
      await this.#show(blob);
      this.dispatchEvent(new CustomEvent("drawn", { bubbles: true, detail: { findings: this.findings, frame: request.frame ?? null } }));
    } catch (error) {
      if (control.signal.aborted) return;
      if (error.retryAfter) {
        this.#timer = setTimeout(() => this.#draw(), 1000 * error.retryAfter);
        return;
      }
      this.#note.textContent = error instanceof TypeError ? "The preview's server does not answer, or does not allow this page." : error.message;
      this.dispatchEvent(new CustomEvent("failed", { bubbles: true, detail: { message: error.message, errors: error.errors || {} } }));
    } finally {
      if (this.#control === control) this.toggleAttribute("busy", false);
    }
  }

  async #request(signal) {
    const values = this.values || {};
    const customizationMap = this.map || Object.entries(values).map(([layer, text]) => ({ layer, text: String(text) }));
    const request = { customizationMap, format: this.getAttribute("format") || "webp" };
    const width = Number(this.getAttribute("width")) || Math.round((this.clientWidth || 640) * Math.min(2, devicePixelRatio || 1));
    const detail = await this.#detail(signal);
    request.width = Math.max(16, Math.min(width, 4096, detail.width));
    if (this.hasAttribute("frame")) request.frame = Number(this.getAttribute("frame"));
    else if (this.hasAttribute("marker")) request.marker = this.getAttribute("marker");
    else request.frame = Math.floor(detail.frameCount / 2);
    return request;
  }

  // What the service says of the template, asked for once.
  async #detail(signal) {
    const id = `${this.#base}|${this.getAttribute("template")}`;
    if (!this.#details.has(id)) {
      const answer = await this.#ask("GET", `/template/${this.getAttribute("template")}`, signal);
      this.#details.set(id, await answer.json());
    }
    return this.#details.get(id);
  }

  get #base() {
    return (this.getAttribute("server") || new URL(import.meta.url).origin).replace(/\/$/, "");
  }

  async #ask(method, path, signal, json) {
    const headers = { "X-API-Key": this.getAttribute("key") };
    if (json) headers["Content-Type"] = "application/json";
    const answer = await fetch(this.#base + path, { method, headers, body: json && JSON.stringify(json), signal });
    if (answer.ok) return answer;
    const problem = await answer.json().catch(() => ({}));
    const sentences = Object.values(problem.errors || {}).flat();
    const error = new Error(sentences.join(" ") || problem.detail || `The server answered ${answer.status}`);
    error.errors = problem.errors;
    if ([429, 503].includes(answer.status)) error.retryAfter = Number(answer.headers.get("Retry-After")) || 1;
    throw error;
  }

  async #show(blob) {
    const address = URL.createObjectURL(blob);
    const before = this.#address;
    this.#image.alt = this.getAttribute("alt") || "";
    this.#image.src = address;
    this.#address = address;
    await this.#image.decode().catch(() => {});
    this.#image.hidden = false;
    this.#note.textContent = "";
    if (before) URL.revokeObjectURL(before);
  }
}

customElements.define("velocity-preview", VelocityPreview);
