/** Whether a message to your webhook comes from the service (Standard Webhooks). */

import { VelocityError } from "./errors.js";

/** A message that the secret did not sign, or that is too old. */
export class Forged extends VelocityError {
  override name = "Forged";
}

export interface Message {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const TOLERANCE = 300;

/**
 * Returns the message, if it is the service's. Throws Forged: answer 400, and do nothing.
 *
 * @param body The request's body, byte for byte.
 * @param headers The request's headers.
 * @param secret `whsec_...`, as `GET /webhook/secret` returns it.
 * @param tolerance Seconds that the message may be old, or the clocks apart.
 */
export async function verify(
  body: string,
  headers: Headers | Record<string, string | string[] | undefined>,
  secret: string,
  tolerance = TOLERANCE,
): Promise<Message> {
  const [id, stamp, signatures] = ["id", "timestamp", "signature"].map((name) => headerOf(headers, `webhook-${name}`));
  if (!id || !stamp || !signatures) throw new Forged("the message lacks a header of webhooks");
  if (!/^\d{1,15}$/.test(stamp) || Math.abs(Date.now() / 1000 - Number(stamp)) > tolerance)
    throw new Forged("the message is older than is allowed, or this machine's clock is wrong");
  const subtle = globalThis.crypto?.subtle ?? (await import("node:crypto")).webcrypto.subtle;
  const bytes = Uint8Array.from(atob(secret.replace(/^whsec_/, "")), (sign) => sign.charCodeAt(0));
  const key = await subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  const signed = new TextEncoder().encode(`${id}.${stamp}.${body}`);
  for (const signature of signatures.split(" ")) {
    const [version, value = ""] = signature.split(",", 2);
    if (version === "v1" && (await subtle.verify("HMAC", key, decoded(value), signed))) return JSON.parse(body) as Message;
  }
  throw new Forged("the message was not signed with this secret");
}

function decoded(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

function headerOf(headers: Headers | Record<string, string | string[] | undefined>, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return Array.isArray(found) ? found[0] : found;
}
