// The part of After Effects' expression language that templates use, over a read-only picture of the document.
// It is loaded into an embedded interpreter without any way to files, network or clock.
"use strict";
(function (global) {
  const TAU = Math.PI * 2;
  const makeFunction = Function, asText = String, View = Proxy;  // as they are before guards.js and expressions change them
  let doc = null;
  const props = [];
  const layers = [];
  const running = [];

  // --- numbers and vectors ---
  const isNumber = (v) => typeof v === "number" || v instanceof Number || typeof v === "boolean";
  const isList = (v) => Array.isArray(v);
  const plain = (v) => {
    if (v === null || v === undefined) return v;
    if (v instanceof Number) return Number(v);
    if (v instanceof String) return String(v);
    if (isList(v)) return v.map(plain);
    if (typeof v === "function" && v.isProperty) return plain(v.value);
    return v;
  };
  const both = (a, b, f) => {
    a = plain(a); b = plain(b);
    if (isNumber(a) && isNumber(b)) return f(Number(a), Number(b));
    if (isList(a) && isList(b)) {
      const n = Math.max(a.length, b.length), out = [];
      for (let i = 0; i < n; i++) out.push(f(a[i] === undefined ? 0 : a[i], b[i] === undefined ? 0 : b[i]));
      return out;
    }
    if (isList(a)) return a.map((v, i) => (i === 0 || f !== plus && f !== minus ? f(v, Number(b)) : v));
    if (isList(b)) return b.map((v, i) => (i === 0 || f !== plus && f !== minus ? f(Number(a), v) : v));
    return undefined;
  };
  const plus = (x, y) => x + y, minus = (x, y) => x - y;
  const sum = (a, b) => (typeof plain(a) === "string" || typeof plain(b) === "string" ? String(plain(a)) + String(plain(b)) : both(a, b, plus));
  const sub = (a, b) => both(a, b, minus);
  const mul = (a, b) => both(a, b, (x, y) => x * y);
  const div = (a, b) => both(a, b, (x, y) => x / y);
  const mod = (a, b) => both(a, b, (x, y) => x % y);
  const neg = (a) => mul(a, -1);
  const length = (a, b) => {
    a = plain(a);
    const d = b === undefined ? a : sub(a, b);
    return isList(d) ? Math.sqrt(d.reduce((s, v) => s + v * v, 0)) : Math.abs(d);
  };
  const normalize = (v) => { const n = length(v); return n ? div(v, n) : v; };
  const dot = (a, b) => { a = plain(a); b = plain(b); return a.reduce((s, v, i) => s + v * (b[i] || 0), 0); };
  const cross = (a, b) => [a[1] * (b[2] || 0) - (a[2] || 0) * b[1], (a[2] || 0) * b[0] - a[0] * (b[2] || 0), a[0] * b[1] - a[1] * b[0]];
  const clamp = (v, low, high) => {
    v = plain(v);
    if (isList(v)) return v.map((x, i) => clamp(x, isList(low) ? low[i] : low, isList(high) ? high[i] : high));
    if (low > high) { const t = low; low = high; high = t; }
    return Math.min(Math.max(v, low), high);
  };
  const ramp = (shape) => (t, a, b, c, d) => {
    let t0 = a, t1 = b, from = c, to = d;
    if (d === undefined && c === undefined) { t0 = 0; t1 = 1; from = a; to = b; }
    t = Number(t); from = plain(from); to = plain(to);
    if (t <= t0) return from;
    if (t >= t1) return to;
    const part = shape(t1 === t0 ? 1 : (t - t0) / (t1 - t0));
    return sum(from, mul(sub(to, from), part));
  };
  const linear = ramp((x) => x);
  const ease = ramp((x) => x * x * (3 - 2 * x));
  const easeIn = ramp((x) => curve(0.333, 0, 1, 1, x));
  const easeOut = ramp((x) => curve(0, 0, 0.667, 1, x));
  const degreesToRadians = (d) => (d * Math.PI) / 180, radiansToDegrees = (r) => (r * 180) / Math.PI;
  const lookAt = (from, to) => {
    const d = sub(to, from);
    return [radiansToDegrees(Math.atan2(-d[1], Math.hypot(d[0], d[2] || 0))), radiansToDegrees(Math.atan2(d[0], d[2] || 0)), 0];
  };

  // --- chance: seeded, so that every render of a frame is the same ---
  const hash = (n) => {
    let h = (n | 0) ^ 0x9e3779b9;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b); h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
  };
  let seed = 0, timeless = false, drawn = 0;
  const nextRandom = () => hash(seed * 7919 + (timeless ? 0 : Math.round(now() * doc.rate)) * 104729 + drawn++ * 1299709);
  const drawRandom = (draw) => (a, b) => {
    if (a === undefined) return draw();
    a = plain(a); b = plain(b);
    const low = b === undefined ? (isList(a) ? a.map(() => 0) : 0) : a, high = b === undefined ? a : b;
    return isList(high) ? high.map((h, i) => low[i] + (h - low[i]) * draw()) : low + (high - low) * draw();
  };
  const random = drawRandom(nextRandom);
  const gaussRandom = drawRandom(() => (nextRandom() + nextRandom() + nextRandom() + nextRandom() + nextRandom() + nextRandom()) / 6);
  const seedRandom = (s, still) => { seed = Number(s); timeless = !!still; drawn = 0; };
  const smoothNoise = (x, salt) => {
    const i = Math.floor(x), f = x - i, u = f * f * f * (f * (f * 6 - 15) + 10);
    const a = hash(i * 374761 + salt * 668265), b = hash((i + 1) * 374761 + salt * 668265);
    return (a + (b - a) * u) * 2 - 1;
  };
  const noise = (v) => { v = plain(v); return isList(v) ? smoothNoise(v[0] + 57 * (v[1] || 0) + 131 * (v[2] || 0), 11) : smoothNoise(v, 11); };

  // --- keyframes ---
  function curve(x1, y1, x2, y2, x) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    let low = 0, high = 1, t = x;
    for (let i = 0; i < 40; i++) {
      const u = 1 - t, e = 3 * u * u * t * x1 + 3 * u * t * t * x2 + t * t * t - x;
      if (Math.abs(e) < 1e-9) break;
      if (e > 0) high = t; else low = t;
      t = (low + high) / 2;
    }
    const u = 1 - t;
    return 3 * u * u * t * y1 + 3 * u * t * t * y2 + t * t * t;
  }
  const eased = (key, i, x) => {
    if (!key.o || !key.i) return x;
    const at = (list) => list[Math.min(i, list.length - 1)];
    return curve(at(key.o[0]), at(key.o[1]), at(key.i[0]), at(key.i[1]), x);
  };
  const alongWay = (key, end, part) => {
    const n = Math.min(key.v.length, end.length), steps = 64, points = [], lengths = [0];
    for (let s = 0; s <= steps; s++) {
      const t = s / steps, u = 1 - t, p = [];
      for (let i = 0; i < n; i++)
        p.push(u * u * u * key.v[i] + 3 * u * u * t * (key.v[i] + ((key.to || [])[i] || 0)) + 3 * u * t * t * (end[i] + ((key.ti || [])[i] || 0)) + t * t * t * end[i]);
      points.push(p);
      if (s) lengths.push(lengths[s - 1] + length(p, points[s - 1]));
    }
    const target = part * lengths[steps];
    let s = 0;
    while (s < steps - 1 && lengths[s + 1] < target) s++;
    const span = lengths[s + 1] - lengths[s];
    return sum(points[s], mul(sub(points[s + 1], points[s]), span ? (target - lengths[s]) / span : 0));
  };
  const keyed = (p, frame) => {
    const keys = p.k;
    if (!keys || !keys.length) return p.v;
    let i = -1;
    while (i + 1 < keys.length && keys[i + 1].t <= frame) i++;
    if (i < 0) return keys[0].v;
    const key = keys[i];
    if (i + 1 >= keys.length || key.h) return key.v;
    const end = key.e !== undefined ? key.e : keys[i + 1].v, span = keys[i + 1].t - key.t, x = span > 0 ? (frame - key.t) / span : 1;
    if (!isList(key.v)) return key.v && key.v.vertices ? betweenPaths(key, end, eased(key, 0, x)) : key.v;
    if (key.to || key.ti) return alongWay(key, end, eased(key, 0, x));
    return key.v.map((v, n) => v + (end[n] - v) * eased(key, n, x));
  };
  const betweenPaths = (key, end, part) => {
    const a = key.v;
    if (a.vertices.length !== end.vertices.length) return a;
    const mix = (name) => a[name].map((p, i) => [p[0] + (end[name][i][0] - p[0]) * part, p[1] + (end[name][i][1] - p[1]) * part]);
    return { vertices: mix("vertices"), ins: mix("ins"), outs: mix("outs"), closed: a.closed };
  };
  const outward = (p, v) => (isList(v) && v.length === 1 ? v[0] : v && v.vertices ? pathValue(v) : v);
  const pathValue = (v) => ({
    ...v, points: () => copied(v.vertices), inTangents: () => copied(v.ins), outTangents: () => copied(v.outs), isClosed: () => v.closed,
    pointOnPath: (part) => onPath(v, part).point, tangentOnPath: (part) => onPath(v, part).tangent,
    normalOnPath: (part) => { const [x, y] = onPath(v, part).tangent; return [-y, x]; },
  });
  const copied = (list) => list.map((p) => p.slice());
  // The point and the unit tangent where a share of the path's length is run; half of it where none is given.
  const onPath = (v, part) => {
    const n = v.vertices.length, curves = v.closed ? n : n - 1, steps = 48, points = [], lengths = [0];
    if (n === 0) throw new Error("the path has no points");
    for (let c = 0; c < Math.max(curves, 1); c++) {
      const a = v.vertices[c], d = v.vertices[(c + 1) % n], b = sum(a, v.outs[c]), e = sum(d, v.ins[(c + 1) % n]);
      for (let s = c ? 1 : 0; s <= steps; s++) {
        const t = s / steps, u = 1 - t, at = (i) => u * u * u * a[i] + 3 * u * u * t * b[i] + 3 * u * t * t * e[i] + t * t * t * d[i];
        points.push([at(0), at(1)]);
        if (points.length > 1) lengths.push(lengths[lengths.length - 1] + length(points[points.length - 1], points[points.length - 2]));
      }
    }
    const target = clamp(part === undefined ? 0.5 : Number(part), 0, 1) * lengths[lengths.length - 1];
    let i = 0;
    while (i < points.length - 2 && lengths[i + 1] < target) i++;
    const way = sub(points[i + 1], points[i]), span = lengths[i + 1] - lengths[i];
    return { point: sum(points[i], mul(way, span ? (target - lengths[i]) / span : 0)), tangent: normalize(way) };
  };

  // --- a property as an expression sees it ---
  const now = () => running[running.length - 1].time;
  const rawAt = (p, time) => p.parts ? p.parts.map((id) => valueAt(props[id], time)).concat(p.parts.length < 3 ? [0] : []) : outward(p, keyed(p, time * doc.rate));
  const valueAt = (p, time) => {
    if (!p.x || p.off || running.some((r) => r.prop === p) || running.length > 24) return rawAt(p, time);
    // An expression depends on nothing but the time, so what it gave at a moment holds for all that ask again.
    if (p.memo === undefined || p.memo.size > 8) p.memo = new Map();
    if (!p.memo.has(time)) p.memo.set(time, plain(run(p, time)));
    return p.memo.get(time);
  };
  const keyTimes = (p) => (p.k || []).map((k) => k.t / doc.rate);
  const keyObject = (p, n) => {
    const k = (p.k || [])[n - 1];
    if (!k) throw new Error(`there is no key ${n}`);
    const v = outward(p, k.v);
    const out = isNumber(v) ? new Number(v) : isList(v) ? v.slice() : { ...v };
    out.time = k.t / doc.rate; out.index = n; out.value = v;
    return out;
  };
  const nearestKey = (p, time) => {
    const times = keyTimes(p);
    let best = 0;
    times.forEach((t, i) => { if (Math.abs(t - time) < Math.abs(times[best] - time)) best = i; });
    return keyObject(p, best + 1);
  };
  const velocity = (p, time) => { const h = 0.001; return div(sub(valueAt(p, time + h), valueAt(p, time - h)), 2 * h); };
  const loop = (p, out) => (type, count, byTime) => {
    type = type === undefined ? "cycle" : String(type).toLowerCase();
    const times = keyTimes(p), time = now();
    if (times.length < 2 && !byTime) return rawAt(p, time);
    let first = times[0], last = times[times.length - 1];
    if (byTime) { if (out) first = last - count; else last = first + count; }
    else if (count) { if (out) first = times[Math.max(times.length - 1 - count, 0)]; else last = times[Math.min(count, times.length - 1)]; }
    const span = last - first;
    if (out ? time <= last : time >= first) return rawAt(p, time);
    if (span <= 0) return rawAt(p, time);
    const past = out ? time - first : last - time, rounds = Math.floor(past / span), rest = past - rounds * span;
    if (type === "continue") {
      const edge = out ? last : first, h = 0.001, slope = div(sub(rawAt(p, edge), rawAt(p, out ? edge - h : edge + h)), out ? h : -h);
      return sum(rawAt(p, edge), mul(slope, time - edge));
    }
    const inside = out ? first + rest : last - rest;
    if (type === "pingpong" && rounds % 2) return rawAt(p, out ? last - rest : first + rest);
    if (type === "offset") return sum(rawAt(p, inside), mul(sub(rawAt(p, last), rawAt(p, first)), out ? rounds : -rounds));
    return rawAt(p, inside);
  };
  const wiggle = (p) => (frequency, amplitude, octaves, multiplier, at) => {
    frequency = Number(frequency); amplitude = plain(amplitude);
    octaves = octaves === undefined ? 1 : Number(octaves); multiplier = multiplier === undefined ? 0.5 : Number(multiplier);
    const time = at === undefined ? now() : Number(at), base = rawAt(p, time), salt = (seed + 1) * 31 + p.id * 17;
    const one = (axis) => {
      let total = 0, size = 1, pace = frequency;
      for (let o = 0; o < Math.min(octaves, 8); o++) { total += size * smoothNoise(time * pace, salt + axis * 101 + o * 1009); size *= multiplier; pace *= 2; }
      return total;
    };
    if (isList(base)) return base.map((v, i) => (i < 2 ? v + (isList(amplitude) ? amplitude[i] || 0 : amplitude) * one(i) : v));
    return base + Number(isList(amplitude) ? amplitude[0] : amplitude) * one(0);
  };
  const members = (p) => p.members || (p.members = {
    name: p.n, _name: p.n, propertyIndex: p.index || 1, numKeys: (p.k || []).length,
    valueAtTime: (t) => valueAt(p, Number(t)), velocityAtTime: (t) => velocity(p, Number(t)), speedAtTime: (t) => length(velocity(p, Number(t))),
    key: (n) => keyObject(p, n), nearestKey: (t) => nearestKey(p, Number(t)), propertyGroup: (n) => groupAbove(p, n === undefined ? 1 : n),
    loopOut: loop(p, true), loopIn: loop(p, false), wiggle: wiggle(p),
    loopOutDuration: (t, d) => loop(p, true)(t, d, true), loopInDuration: (t, d) => loop(p, false)(t, d, true),
  });
  const property = (p) => {
    const v = valueAt(p, now());
    const out = isNumber(v) ? new Number(v) : typeof v === "string" ? new String(v) : isList(v) ? v.slice() : { ...v };
    Object.assign(out, members(p));
    Object.defineProperty(out, "value", { get: () => v });
    Object.defineProperty(out, "velocity", { get: () => velocity(p, now()) });
    Object.defineProperty(out, "speed", { get: () => length(velocity(p, now())) });
    return out;
  };

  // --- groups, effects, layers, compositions ---
  const folded = (s) => String(s).toLowerCase().replace(/[^a-z0-9]/g, "");
  const groupAbove = (node, n) => {
    let at = node;
    for (let i = 0; i < n; i++) { if (!at.up) throw new Error("there is no property group that high"); at = at.up; }
    return group(at);
  };
  const child = (node, key) => {
    key = plain(key);
    const list = node.c || [];
    if (typeof key === "number") return list.find((e) => (e.index || 0) === key);
    return list.find((e) => e.n === key || e.m === key || (e.a || []).includes(key));
  };
  const opened = (found, key) => {
    if (!found) throw new Error(`there is no property ${JSON.stringify(key)}`);
    if (found.l) return chosenLayer(found);
    return found.c ? group(found) : property(found);
  };
  // A layer control holds the index of a layer beside its own; 0 is none.
  const chosenLayer = (p) => {
    const own = layers[p.layer], index = valueAt(p, now());
    const found = own && layers.find((l) => l.comp === own.comp && l.index === Number(index));
    return found ? layer(found) : null;
  };
  const group = (node) => node.proxy || (node.proxy = new View(function () {}, {
    apply: (_t, _s, args) => opened(child(node, args[0]), args[0]),
    get: (_t, key) => {
      if (typeof key !== "string") return undefined;
      if (key === "name" || key === "_name") return node.n;
      if (key === "propertyIndex") return node.index || 1;
      if (key === "numProperties") return (node.c || []).length;
      if (key === "propertyGroup") return (n) => groupAbove(node, n === undefined ? 1 : n);
      if (key === "content" || key === "property") return (k) => opened(child(child(node, "Contents") || node, k) || child(node, k), k);
      const wanted = folded(key), found = (node.c || []).find((e) => folded(e.n) === wanted || (e.a || []).some((a) => folded(a) === wanted));
      return found ? opened(found, key) : undefined;
    },
  }));

  const layerTime = (time) => time;
  const multiply = (m, n) => [m[0] * n[0] + m[2] * n[1], m[1] * n[0] + m[3] * n[1], m[0] * n[2] + m[2] * n[3], m[1] * n[2] + m[3] * n[3], m[0] * n[4] + m[2] * n[5] + m[4], m[1] * n[4] + m[3] * n[5] + m[5]];
  const ownMatrix = (l, time) => {
    const at = (name) => valueAt(child(l.transform, name), layerTime(time));
    const a = at("Anchor Point"), p = at("Position"), s = at("Scale"), r = degreesToRadians(at("Rotation"));
    const cos = Math.cos(r), sin = Math.sin(r), sx = s[0] / 100, sy = s[1] / 100;
    const m = [cos * sx, sin * sx, -sin * sy, cos * sy, p[0], p[1]];
    return multiply(m, [1, 0, 0, 1, -a[0], -a[1]]);
  };
  const worldMatrix = (l, time) => {
    let m = ownMatrix(l, time);
    for (let at = parentOf(l); at; at = parentOf(at)) m = multiply(ownMatrix(at, time), m);
    return m;
  };
  const parentOf = (l) => (l.parent === null ? null : doc.comps[l.comp].byIndex.get(l.parent) || null);
  const applied = (m, p) => { p = plain(p); return [m[0] * p[0] + m[2] * p[1] + m[4], m[1] * p[0] + m[3] * p[1] + m[5], p[2] || 0]; };
  const undone = (m, p) => {
    p = plain(p);
    const d = m[0] * m[3] - m[1] * m[2] || 1e-12, x = p[0] - m[4], y = p[1] - m[5];
    return [(m[3] * x - m[2] * y) / d, (-m[1] * x + m[0] * y) / d, p[2] || 0];
  };
  const effectOf = (l) => (key) => {
    const found = child(l.effects, key);
    if (!found) throw new Error(`the layer ${JSON.stringify(l.name)} has no effect ${JSON.stringify(plain(key))}`);
    return group(found);
  };
  const shortcuts = { anchorpoint: "Anchor Point", anchor_point: "Anchor Point", position: "Position", scale: "Scale", rotation: "Rotation", zrotation: "Rotation", opacity: "Opacity" };
  const layerMember = (l, key) => {
    const t = () => now();
    switch (key) {
      case "name": case "_name": return l.name;
      case "index": return l.place;
      case "inPoint": return l.ip / doc.rate;
      case "outPoint": return l.op / doc.rate;
      case "startTime": return l.st / doc.rate;
      case "width": return l.width;
      case "height": return l.height;
      case "hasParent": return parentOf(l) !== null;
      case "parent": { const p = parentOf(l); return p ? layer(p) : undefined; }
      case "active": return t() * doc.rate >= l.ip && t() * doc.rate < l.op;
      case "transform": return group(l.transform);
      case "effect": return effectOf(l);
      case "content": return (k) => opened(child(l.contents, k), k);
      case "mask": return (k) => opened(child(l.masks, k), k);
      case "text": return group(l.text);
      case "source": return l.ref !== null && doc.comps[l.ref] ? comp(doc.comps[l.ref]) : undefined;
      case "sampleImage": return () => [0, 0, 0, 0];
      case "sourceRectAtTime": return () => ({ top: 0, left: 0, width: l.width, height: l.height });
      case "toComp": case "toWorld": return (p, time) => applied(worldMatrix(l, time === undefined ? t() : time), p);
      case "fromComp": case "fromWorld": case "fromCompToSurface": return (p, time) => undone(worldMatrix(l, time === undefined ? t() : time), p);
      case "toCompVec": case "toWorldVec": return (v) => { const m = worldMatrix(l, t()); return applied([m[0], m[1], m[2], m[3], 0, 0], v); };
      case "thisProperty": return undefined;
    }
    const short = shortcuts[folded(key)];
    return short ? opened(child(l.transform, short), short) : undefined;
  };
  const rooms = (l, key) => {
    key = plain(key);
    if (key === 2 || key === "Contents" || key === "ADBE Root Vectors Group") return group(l.contents);
    if (key === 1 || key === 6 || key === "Transform" || key === "transform" || key === "ADBE Transform Group") return group(l.transform);
    if (key === 4 || key === 5 || key === "Effects" || key === "effects" || key === "ADBE Effect Parade") return group(l.effects);
    if (key === 3 || key === "Masks" || key === "ADBE Mask Parade") return group(l.masks);
    if (key === "Text" || key === "ADBE Text Properties") return group(l.text);
    throw new Error(`a layer has no property ${JSON.stringify(key)}`);
  };
  const layer = (l) => l.proxy || (l.proxy = new View(function () {}, {
    apply: (_t, _s, args) => rooms(l, args[0]),
    get: (_t, key) => (typeof key === "string" ? layerMember(l, key) : undefined),
  }));
  const comp = (c) => ({
    name: c.name, width: doc.width, height: doc.height, frameDuration: 1 / doc.rate, displayStartTime: 0,
    duration: (doc.op - doc.ip) / doc.rate, numLayers: c.layers.length, pixelAspect: 1, bgColor: [0, 0, 0, 1],
    layer: (key, step) => {
      key = plain(key);
      const own = layers.filter((l) => l.comp === c.id);
      const found = typeof key === "number" ? own[key - 1] : typeof key === "string" ? own.find((l) => l.name === key) : own.find((l) => l.place === key.index + step);
      if (!found) throw new Error(`the composition ${JSON.stringify(c.name)} has no layer ${JSON.stringify(key)}`);
      return layer(found);
    },
    marker: markers(),
  });
  const markers = () => {
    const list = doc.markers.map((m, i) => ({ time: m.time / doc.rate, duration: m.duration / doc.rate, comment: m.name, index: i + 1 }));
    return { numKeys: list.length, key: (k) => { const f = typeof k === "number" ? list[k - 1] : list.find((m) => m.comment === k); if (!f) throw new Error(`there is no marker ${k}`); return f; },
      nearestKey: (t) => list.reduce((b, m) => (Math.abs(m.time - t) < Math.abs(b.time - t) ? m : b), list[0]) };
  };

  // --- running one expression ---
  const library = {
    Math, sum, add: sum, sub, mul, div, mod, $bm_sum: sum, $bm_sub: sub, $bm_mul: mul, $bm_div: div, $bm_mod: mod, $bm_neg: neg,
    length, normalize, dot, cross, clamp, linear, ease, easeIn, easeOut, degreesToRadians, radiansToDegrees, degrees_to_radians: degreesToRadians,
    radians_to_degrees: radiansToDegrees, lookAt, look_at: lookAt, random, gaussRandom, seedRandom, noise, $bm_isInstanceOfArray: isList,
    timeToFrames: (t) => Math.round((t === undefined ? now() : t) * doc.rate), framesToTime: (f) => f / doc.rate, timeToNTSCTimecode: () => "",
    createPath: (points, ins, outs, closed) => {
      const zeros = points.map(() => [0, 0]), own = (list) => (list && list.length ? list : zeros);
      return pathValue({ vertices: points, ins: own(ins), outs: own(outs), closed: closed !== false });
    },
    rgbToHsl: (c) => rgbToHsl(c), hslToRgb: (c) => hslToRgb(c),
    comp: (name) => { const c = Object.values(doc.comps).find((o) => o.name === name || o.id === name); if (!c) throw new Error(`there is no composition ${JSON.stringify(name)}`); return comp(c); },
  };
  const rgbToHsl = (c) => {
    const [r, g, b] = c, top = Math.max(r, g, b), low = Math.min(r, g, b), l = (top + low) / 2, d = top - low;
    if (!d) return [0, 0, l, c[3]];
    const s = l > 0.5 ? d / (2 - top - low) : d / (top + low);
    const h = top === r ? (g - b) / d + (g < b ? 6 : 0) : top === g ? (b - r) / d + 2 : (r - g) / d + 4;
    return [h / 6, s, l, c[3]];
  };
  const hslToRgb = (c) => {
    const [h, s, l] = c, q = l < 0.5 ? l * (1 + s) : l + s - l * s, p = 2 * l - q;
    const one = (t) => { t = (t + 1) % 1; return t < 1 / 6 ? p + (q - p) * 6 * t : t < 0.5 ? q : t < 2 / 3 ? p + (q - p) * (2 / 3 - t) * 6 : p; };
    return [one(h + 1 / 3), one(h), one(h - 1 / 3), c[3]];
  };
  // The character, word or line that a text selector's expression is asked about.
  const unitOf = (p) => p.unit || { index: 1, total: 1, before: 100 };
  const scopeOf = (p) => {
    if (p.scope) return p.scope;
    const l = p.layer === null ? null : layers[p.layer], c = l ? doc.comps[l.comp] : doc.comps[""];
    const base = Object.create(library);
    Object.assign(base, members(p));
    const lazy = {
      time: () => now(), value: () => rawAt(p, now()), thisComp: () => comp(c), thisLayer: () => (l ? layer(l) : undefined),
      thisProperty: () => property(p), text: () => (l ? layerMember(l, "text") : undefined), velocity: () => velocity(p, now()),
    };
    if (p.n === "expressionSelector") Object.assign(lazy, { textIndex: () => unitOf(p).index, textTotal: () => unitOf(p).total, selectorValue: () => unitOf(p).before });
    if (l) for (const key of ["effect", "content", "mask", "transform", "parent", "hasParent", "index", "width", "height", "inPoint", "outPoint", "startTime", "toComp", "fromComp", "toWorld", "fromWorld", "fromCompToSurface", "toCompVec", "position", "rotation", "scale", "opacity", "anchorPoint", "anchor_point", "active", "source", "sourceRectAtTime"])
      if (!(key in lazy)) lazy[key] = () => layerMember(l, key);
    for (const [key, get] of Object.entries(lazy)) Object.defineProperty(base, key, { get, set(v) { Object.defineProperty(this, key, { value: v, writable: true, configurable: true }); } });
    base.name = l ? l.name : "";
    base.loop_out = base.loopOut; base.loop_in = base.loopIn; base.value_at_time = base.valueAtTime;
    base.posterizeTime = (rate) => { const top = running[running.length - 1]; if (rate > 0) { top.time = Math.floor(top.time * rate + 1e-9) / rate; } };
    p.scope = base;
    return base;
  };
  const compiled = (p) => {
    if (!p.f) {
      velocityCheckSource(p.x);
      const modern = /\$bm_rt/.test(p.x);
      const body = modern ? `with (__scope) {\n${p.x}\n;return $bm_rt;}` : `with (__scope) { return eval(${JSON.stringify(p.x)}); }`;
      p.f = makeFunction("__scope", body);
    }
    return p.f;
  };
  const run = (p, time) => {
    running.push({ prop: p, time });
    const kept = [seed, timeless, drawn];
    seed = p.id + 1 + (p.unit ? p.unit.index * 6007 : 0); timeless = false; drawn = 0;
    // What the expression assigns without declaring lands on an object of this run alone.
    try { return compiled(p).call(undefined, Object.create(scopeOf(p))); }
    finally { running.pop(); [seed, timeless, drawn] = kept; }
  };

  // --- what the engine calls ---
  const link = (root, at) => {
    root.up = null;
    for (const waiting = [root]; waiting.length;) {
      const node = waiting.pop();
      node.layer = at;
      if (node.c) for (const inner of node.c) { inner.up = node; waiting.push(inner); }
      else props[node.id] = node;
    }
  };
  global.velocityLoad = (text) => {
    doc = JSON.parse(text);
    for (const c of Object.values(doc.comps)) {
      c.byIndex = new Map();
      for (const l of c.layers) {
        const at = layers.push(l) - 1;
        l.comp = c.id;
        if (l.index !== null && !c.byIndex.has(l.index)) c.byIndex.set(l.index, l);
        for (const room of ["transform", "effects", "contents", "masks", "text"]) link(l[room], at);
        l.extra.forEach((e) => link(e, at));
      }
    }
  };
  const answer = (id, time) => {
    const v = valueAt(props[id], time);
    if (typeof v === "number") return Number.isFinite(v) ? JSON.stringify([v]) : fail("the result is not a finite number");
    if (typeof v === "string") return JSON.stringify({ text: v });
    if (isList(v)) return v.every((x) => typeof x === "number" && Number.isFinite(x)) ? JSON.stringify(v) : fail("the result holds something that is no number");
    if (v && v.vertices) return JSON.stringify({ vertices: v.vertices, ins: v.ins, outs: v.outs, closed: v.closed });
    // A path as the players write it: tangents are points of the layer there, not ways from their vertices.
    if (v && isList(v.v) && isList(v.i) && isList(v.o)) return JSON.stringify({ vertices: v.v, ins: v.i.map((p, n) => sub(p, v.v[n])), outs: v.o.map((p, n) => sub(p, v.v[n])), closed: !!v.c });
    if (typeof v === "boolean") return JSON.stringify([v ? 1 : 0]);
    return fail("the expression gives no value");
  };
  const selected = (id, time, total, rows) => {
    const p = props[id];
    return JSON.stringify(JSON.parse(rows).map(([index, x, y, z]) => {
      p.unit = { index: index + 1, total, before: x === y && y === z ? x : [x, y, z] };
      const v = plain(run(p, time)), list = isList(v) ? v : [Number(v)];
      if (!list.length || !list.every((n) => typeof n === "number" && Number.isFinite(n))) fail("the selector gives no number");
      return [0, 1, 2].map((axis) => list[Math.min(axis, list.length - 1)]);
    }));
  };
  // What an expression throws can be anything: it is made a text here, while the time limit still runs. The interpreter
  // throws null where there is no room even for an error.
  const told = (call) => (...given) => {
    running.length = 0;
    try { return call(...given); } catch (error) { return JSON.stringify({ failed: error === null ? "out of memory" : asText(error).slice(0, 300) }); }
  };
  global.velocityRun = told(answer);
  global.velocitySelect = told(selected);
  global.velocityDisable = (id) => { props[id].off = true; };
  const fail = (text) => { throw new Error(text); };
})(globalThis);
