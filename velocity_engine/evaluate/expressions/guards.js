// Bounds what an expression asks of the interpreter's own functions, which no time limit interrupts while they run.
// It is loaded after the runtime and before anything of a document. What it sets cannot be taken off by an expression.
"use strict";
(function (global) {
  const LONGEST = 200000, LONGEST_SORTED = 50000, LONGEST_NORMALIZED = 10000, LONGEST_PATTERN = 10000, LONGEST_SOURCE = 100000;
  const MAX_COMPARED = 20000000;  // characters searched times characters looked for
  const { apply, construct, defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
  const { isArray } = Array, { isView } = ArrayBuffer, toText = String, Refused = RangeError, Native = RegExp;
  const hasOwn = Object.prototype.hasOwnProperty, viewPrototype = getPrototypeOf(Int8Array.prototype);
  const viewLength = getOwnPropertyDescriptor(viewPrototype, "length").get;
  const patternSource = getOwnPropertyDescriptor(RegExp.prototype, "source").get;
  const fix = (owner, name, value) => defineProperty(owner, name, { value, writable: false, configurable: false, enumerable: false });

  // The interpreter looks at its clock every so many turns of a loop: a call that costs much takes turns for it.
  const pay = (turns) => { for (let left = turns; left > 0; left--); };
  const refuse = (name, most) => { throw new Refused(`${name} takes at most ${most} elements or characters in an expression`); };

  // How many turns a native loop over a value can take; endless where the value could say one thing now and another then.
  const size = (value) => {
    if (typeof value === "string") return value.length;
    if (value === null || typeof value !== "object" && typeof value !== "function") return 0;
    if (isArray(value)) return value.length;
    if (isView(value)) return value instanceof DataView ? 0 : apply(viewLength, value, []);
    const told = getOwnPropertyDescriptor(value, "length");
    if (told === undefined) return value.length === undefined ? 0 : Infinity;
    return apply(hasOwn, told, ["value"]) && typeof told.value === "number" ? told.value : Infinity;
  };
  const largest = (own, given) => {
    let most = size(own);
    for (let i = 0; i < given.length; i++) { const one = size(given[i]); if (one > most) most = one; }
    return most;
  };
  const named = (name, call) => { defineProperty(call, "name", { value: name }); return call; };

  // --- lists ---
  const guarded = (owner, name, turns, most) => {
    const native = owner && owner[name];
    if (typeof native !== "function") return;
    fix(owner, name, named(name, { call(...given) {
      const length = largest(this, given);
      if (!(length <= most)) refuse(name, most);
      pay(20 + length * turns);
      return apply(native, this, given);
    } }.call));
  };
  for (const owner of [Array.prototype, viewPrototype]) {
    for (const name of ["join", "toString", "toLocaleString", "fill", "indexOf", "lastIndexOf", "includes", "reverse", "copyWithin", "unshift", "shift", "splice", "slice", "set", "toReversed", "toSpliced", "with"])
      guarded(owner, name, 0.02, LONGEST);
    for (const name of ["sort", "toSorted"]) guarded(owner, name, 0.2, LONGEST_SORTED);
  }
  const within = (list, depth, out) => {
    const length = list.length;
    if (!(length <= LONGEST)) refuse("a list", LONGEST);
    for (let i = 0; i < length; i++)
      if (i in list) { if (depth > 0 && isArray(list[i])) within(list[i], depth - 1, out); else out[out.length] = list[i]; }
    return out;
  };
  const mapped = Array.prototype.map;
  fix(Array.prototype, "flat", function flat(depth) { return within(this, depth === undefined ? 1 : Math.min(Number(depth) || 0, 100), []); });
  fix(Array.prototype, "flatMap", function flatMap(make, own) { return within(apply(mapped, this, [make, own]), 1, []); });
  fix(Array.prototype, "concat", function concat(...given) { return within([this, ...given], 1, []); });

  // --- texts ---
  // Text methods take whatever can be made a text: it is made one here, once.
  const asText = (value) => (typeof value === "object" && value !== null || typeof value === "function" ? toText(value) : value);
  const isPattern = (value) => { try { apply(patternSource, value, []); return true; } catch (_) { return false; } };
  const checkPattern = (value) => { if (size(value) > LONGEST_PATTERN) refuse("a regular expression", LONGEST_PATTERN); };
  const onText = (name, turns, most, prepare) => {
    const native = String.prototype[name];
    if (typeof native !== "function") return;
    fix(String.prototype, name, named(name, { call(...given) {
      const own = asText(this), length = size(own);
      if (length > most) refuse(name, most);
      pay(1 + length * turns);
      if (prepare) prepare(own, given, length);
      return apply(native, own, given);
    } }.call));
  };
  const search = (own, given, length) => {
    if (given.length && isPattern(given[0])) { pay(length * 0.2); return; }
    given[0] = asText(given[0]);
    const looked = length * (1 + size(given[0]));
    if (looked > MAX_COMPARED) refuse("a search", MAX_COMPARED);
    pay(looked * 0.002);
  };
  const matching = (own, given, length) => {
    if (given.length && isPattern(given[0])) { pay(length * 0.2); return; }
    given[0] = asText(given[0]);
    checkPattern(given[0]);
  };
  const made = (own, given, length) => {
    const times = Number(given[0]), result = length * times;
    if (result > LONGEST) refuse("a repeated text", LONGEST);
    pay(result > 0 ? result * 0.02 : 0);
    given[0] = times;
  };
  const padded = (own, given) => {
    const result = Number(given[0]);
    if (result > LONGEST) refuse("a repeated text", LONGEST);
    pay(result > 0 ? result * 0.02 : 0);
    given[0] = result;
  };
  const compared = (own, given) => {
    given[0] = asText(given[0]);
    if (size(given[0]) > LONGEST_NORMALIZED) refuse("a comparison", LONGEST_NORMALIZED);
  };
  for (const name of ["indexOf", "lastIndexOf", "includes", "startsWith", "endsWith", "split", "replace", "replaceAll"]) onText(name, 0.02, LONGEST, search);
  for (const name of ["match", "matchAll", "search"]) onText(name, 0.02, LONGEST, matching);
  for (const name of ["toUpperCase", "toLowerCase", "toLocaleUpperCase", "toLocaleLowerCase"]) onText(name, 0.2, LONGEST);
  onText("repeat", 0.02, LONGEST, made);
  for (const name of ["padStart", "padEnd"]) onText(name, 0.02, LONGEST, padded);
  onText("normalize", 1, LONGEST_NORMALIZED);
  onText("localeCompare", 1, LONGEST_NORMALIZED, compared);
  for (const name of ["escape", "unescape", "encodeURI", "encodeURIComponent", "decodeURI", "decodeURIComponent", "parseInt", "parseFloat"]) {
    const native = global[name];
    fix(global, name, named(name, (...given) => {
      given[0] = asText(given[0]);
      if (size(given[0]) > LONGEST) refuse(name, LONGEST);
      pay(1 + size(given[0]) * 0.2);
      return apply(native, undefined, given);
    }));
  }

  // --- what is made of texts: patterns, functions ---
  const pattern = function RegExp(source, flags) {
    if (!isPattern(source)) { source = asText(source); checkPattern(source); }
    pay(50 + size(source));
    return new.target ? construct(Native, [source, flags], new.target === pattern ? Native : new.target) : Native(source, flags);
  };
  for (const key of Reflect.ownKeys(Native)) {
    const told = getOwnPropertyDescriptor(Native, key), own = getOwnPropertyDescriptor(pattern, key);
    if (own === undefined || own.configurable) defineProperty(pattern, key, told);
  }
  pattern.prototype = Native.prototype;
  fix(Native.prototype, "constructor", pattern);
  fix(global, "RegExp", pattern);
  for (const name of ["exec", "test"]) {
    const native = Native.prototype[name];
    fix(Native.prototype, name, named(name, { call(value) {
      const text = asText(value);
      if (size(text) > LONGEST) refuse("a search", LONGEST);
      pay(1 + size(text) * 0.002);
      return apply(native, this, [text]);
    } }.call));
  }
  const literal = /(?<![\w$.])(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\d[\d_]*)n(?![\w$])/;
  fix(literal, "exec", Native.prototype.exec);
  const test = Native.prototype.test;
  const checkSource = (source) => {
    if (source.length > LONGEST_SOURCE) refuse("a source", LONGEST_SOURCE);
    pay(source.length * 0.2);
    if (apply(test, literal, [source])) throw new Refused("whole numbers without bound (such as 1n) are not known");
  };
  fix(global, "velocityCheckSource", checkSource);
  const makers = [Function, async function () {}.constructor, function* () {}.constructor, async function* () {}.constructor];
  for (const native of makers) {
    const maker = function (...parts) {
      for (let i = 0; i < parts.length; i++) checkSource((parts[i] = toText(parts[i])));
      return construct(native, parts, native);
    };
    maker.prototype = native.prototype;
    defineProperty(maker, "name", { value: native.name });
    fix(native.prototype, "constructor", maker);
    if (native === global.Function) fix(global, "Function", maker);
  }

  // --- what costs by what it is given, and nobody can tell how much before ---
  for (const [owner, names] of [
    [Object, ["keys", "values", "entries", "assign", "fromEntries", "getOwnPropertyNames", "getOwnPropertyDescriptors", "getOwnPropertySymbols", "freeze", "seal", "isFrozen", "isSealed", "defineProperties", "groupBy"]],
    [Reflect, ["ownKeys"]], [Array, ["from"]], [JSON, ["parse", "stringify"]],
  ])
    for (const name of names) {
      const native = owner[name];
      if (typeof native === "function") fix(owner, name, named(name, (...given) => { pay(100); return apply(native, owner, given); }));
    }

  // --- what expressions have no use for, and what could make a value say one thing now and another then ---
  for (const name of ["Proxy", "BigInt", "BigInt64Array", "BigUint64Array", "SharedArrayBuffer", "Atomics", "WeakRef", "FinalizationRegistry", "queueMicrotask", "Iterator"]) delete global[name];
  delete String.raw;
  delete Array.fromAsync;
  delete Native.prototype.compile;
  for (let at = getPrototypeOf(getPrototypeOf([].values())), names = ["drop", "take", "toArray", "flatMap"]; names.length;) delete at[names.pop()];

  for (const name of ["velocityLoad", "velocityRun", "velocitySelect", "velocityDisable"]) fix(global, name, global[name]);

  // --- errors are told by the interpreter after an expression's time is over: nothing of an expression takes part ---
  fix(Error, "prepareStackTrace", undefined);
  for (const kind of [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, InternalError, AggregateError]) {
    const told = kind.prototype;
    for (const name of ["name", "message", "toString", "stack"]) fix(told, name, told[name]);
    Object.preventExtensions(told);
  }
})(globalThis);
