/** Files of this machine, for programs in Node. */

import { createHash } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { basename } from "node:path";

import type { Download } from "./downloads.js";
import { Damaged } from "./errors.js";
import type { Upload } from "./orders.js";

/** A file to upload. */
export async function fileAt(path: string): Promise<Upload> {
  return { data: new Blob([new Uint8Array(await readFile(path))]), name: basename(path) };
}

/** Save a download as a file, which appears when all of it is there. Throws Damaged if it is not what the service told. */
export async function save(download: Download, path: string): Promise<string> {
  const part = `${path}.part`;
  const hash = createHash("sha256");
  const file = await open(part, "w");
  try {
    try {
      for await (const piece of download) {
        hash.update(piece);
        await file.writeFile(piece);
      }
    } finally {
      await file.close();
    }
    if (download.sha256 !== null && hash.digest("hex") !== download.sha256)
      throw new Damaged(`${basename(path)} has another content than the service told`);
    await rename(part, path);
  } catch (fault) {
    await rm(part, { force: true });
    throw fault;
  }
  return path;
}
