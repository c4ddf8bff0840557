import { Transport } from "./transport.js";

// What the pages ask of the service. The editor needs those of TEMPLATE PAGE only, from whatever object offers them.
export class Api {
  constructor(options) {
    this.http = new Transport(options);
  }

  // --- template page ---
  template = (id, signal) => this.http.get(`/template/${id}`, { signal });
  timeline = (id, signal) => this.http.get(`/template/${id}/timeline`, { signal });
  codecs = (signal) => this.http.get("/render/codecs", { signal });
  estimate = (request, signal) => this.http.json("POST", "/render", { query: { dryRun: true }, json: request, signal });
  render = (request, key) => this.http.json("POST", "/render", { json: request, headers: { "Idempotency-Key": key } });
  renderStatus = (id, signal) => this.http.get(`/render/${id}/status`, { signal });
  renderDetail = (id, signal) => this.http.get(`/render/renders/${id}`, { signal });
  cancelRender = (id) => this.http.json("POST", `/render/${id}/cancel`);
  // Only its path, since a proxy may know this service by another name than its pages do.
  videoUrl = async (id, signal) => {
    const { url } = await this.http.json("POST", `/render/${id}/link`, { json: { expiresSeconds: 3600 }, signal });
    return new URL(url, location.href).pathname;
  };
  assets = (skip = 0, take = 100, signal) => this.http.get("/asset", { query: { skip, take }, signal });
  asset = (id, signal) => this.http.get(`/asset/${id}`, { signal });
  assetFile = (id, signal) => this.http.blob(`/asset/${id}/download`, { signal });
  uploadAsset = (file, options) => this.http.upload("/asset", file, options);
  importAsset = (source, signal) => this.http.json("POST", "/asset/import", { json: source, signal });
  assetStatus = (id, signal) => this.http.get(`/asset/${id}/status`, { query: { wait: 20 }, signal });
  connections = (signal) => this.http.get("/connection", { signal });
  audio = (search, signal) => this.http.get("/audio/list", { query: { search }, signal });
  sound = (id, signal) => this.http.get(`/audio/${id}`, { signal });

  async preview(id, request, signal) {
    const json = { ...request, format: "jpeg" };
    const answer = await this.http.send("POST", `/template/${id}/preview`, { json, signal });
    return { blob: await answer.blob(), findings: findingsOf(answer) };
  }

  async clip(id, request, signal) {
    const answer = await this.http.send("POST", `/template/${id}/preview/clip`, { json: request, signal });
    return answer.blob();
  }

  // --- templates ---
  templates = (signal) => this.http.get("/template/all", { signal });
  activeTemplates = (signal) => this.http.get("/template/active", { signal });
  failedTemplates = (signal) => this.http.get("/template/history", { query: { status: "failed", take: 100 }, signal });
  templateStatus = (id, signal) => this.http.get(`/template/${id}/status`, { signal });
  uploadTemplate = (file, options) => this.http.upload("/template/upload", file, options);
  deleteTemplate = (id) => this.http.json("DELETE", `/template/${id}`);
  templateFile = (id) => this.http.blob(`/template/${id}/download`);

  // --- renders and batches ---
  activeRenders = (signal) => this.http.get("/render/active", { signal });
  renderHistory = (query, signal) => this.http.get("/render/history", { query, signal });
  deleteRender = (id) => this.http.json("DELETE", `/render/${id}`);
  poster = (id, signal) => this.http.blob(`/render/${id}/poster`, { signal });
  batches = (query, signal) => this.http.get("/render/batch", { query, signal });
  batch = (id, query, signal) => this.http.get(`/render/batch/${id}`, { query, signal });
  createBatch = (request, query, signal) => this.http.json("POST", "/render/batch", { query, json: request, signal });
  batchZip = (id) => this.http.blob(`/render/batch/${id}/download`);
  cancelBatch = (id) => this.http.json("POST", `/render/batch/${id}/cancel`);

  // --- audio, assets, fonts, campaigns ---
  audioGroups = (signal) => this.http.get("/audio-asset-group", { query: { take: 100 }, signal });
  createAudioGroup = (name) => this.http.json("POST", "/audio-asset-group", { json: { name } });
  deleteAudioGroup = (id, withAudio) =>
    this.http.json("DELETE", `/audio-asset-group/${id}`, { query: { withAudio: withAudio || undefined } });
  uploadAudio = (file, options) => this.http.upload("/audio/upload", file, options);
  importAudio = (source) => this.http.json("POST", "/audio/import", { json: source });
  audioStatus = (id, signal) => this.http.get(`/audio/${id}/status`, { query: { wait: 20 }, signal });
  audioFile = (id) => this.http.blob(`/audio/${id}/download`);
  deleteAudio = (id) => this.http.json("DELETE", `/audio/${id}`);
  fonts = (skip = 0, take = 100, signal) => this.http.get("/font", { query: { skip, take }, signal });
  fontFile = (id, signal) => this.http.blob(`/font/${id}/download`, { signal });
  uploadFont = (file, options) => this.http.upload("/font", file, options);
  importFont = (source) => this.http.json("POST", "/font/import", { json: source });
  fontStatus = (id, signal) => this.http.get(`/font/${id}/status`, { query: { wait: 20 }, signal });
  deleteFont = (id) => this.http.json("DELETE", `/font/${id}`);
  deleteAsset = (id) => this.http.json("DELETE", `/asset/${id}`);
  campaigns = (signal) => this.http.get("/campaign", { query: { take: 100 }, signal });
  campaign = (id, signal) => this.http.get(`/campaign/${id}`, { signal });
  createCampaign = (name) => this.http.json("POST", "/campaign", { json: { name } });
  deleteCampaign = (id) => this.http.json("DELETE", `/campaign/${id}`);
  instances = (id, signal) => this.http.get(`/campaign/${id}/template-instance`, { query: { take: 100 }, signal });
  instance = (id, instance, signal) => this.http.get(`/campaign/${id}/template-instance/${instance}`, { signal });
  createInstance = (id, instance) => this.http.json("POST", `/campaign/${id}/template-instance`, { json: instance });
  deleteInstance = (id, instance) => this.http.json("DELETE", `/campaign/${id}/template-instance/${instance}`);
  linkGroup = (id, group) => this.http.json("POST", `/campaign/${id}/audio-groups/${group}`);
  unlinkGroup = (id, group) => this.http.json("DELETE", `/campaign/${id}/audio-groups/${group}`);

  // --- administration ---
  users = (skip, signal) => this.http.get("/admin/users", { query: { skip, take: 100 }, signal });
  user = (id, signal) => this.http.get(`/admin/users/${id}`, { signal });
  createUser = (user) => this.http.json("POST", "/admin/users", { json: user });
  changeUser = (id, change) => this.http.json("PATCH", `/admin/users/${id}`, { json: change });
  deleteUser = (id) => this.http.json("DELETE", `/admin/users/${id}`);
  keys = (id, signal) => this.http.get(`/admin/users/${id}/keys`, { signal });
  createKey = (id, key) => this.http.json("POST", `/admin/users/${id}/keys`, { json: key });
  rotateKey = (id, key, keepSeconds) => this.http.json("POST", `/admin/users/${id}/keys/${key}/rotate`, { json: { keepSeconds } });
  deleteKey = (id, key) => this.http.json("DELETE", `/admin/users/${id}/keys/${key}`);
  queue = (signal) => this.http.get("/admin/queue", { signal });
  workers = (signal) => this.http.get("/admin/workers", { signal });
  cache = (signal) => this.http.get("/admin/cache", { signal });
  clearCache = () => this.http.json("DELETE", "/admin/cache");

  // --- account ---
  account = (signal) => this.http.get("/account", { signal });
  renderLink = (id, expiresSeconds) => this.http.json("POST", `/render/${id}/link`, { json: { expiresSeconds } });
  storage = (signal) => this.http.get("/template/storage-status", { signal });
  renderTime = (signal) => this.http.get("/render/render-time-budget-status", { signal });
}

export function findingsOf(answer) {
  const told = answer.headers.get("Velocity-Findings");
  return told ? JSON.parse(told).findings : [];
}
