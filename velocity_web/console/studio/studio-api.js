import { Api } from "../core/api.js";

// What the studio's own panels ask, beside what the template page does.
export class StudioApi extends Api {
  bench = (signal) => this.http.get("/studio/bench", { signal });
  changes = (since, signal) => this.http.get("/studio/changes", { query: { since }, signal });
  layers = (signal) => this.http.get("/studio/layers", { signal });
  frame = (request, signal) => this.http.json("POST", "/studio/frame", { json: request, signal });
  costs = (request, signal) => this.http.json("POST", "/studio/costs", { json: request, signal });
}
