// Reads the body of a request regardless of its declared type: clients of WHM send forms as `application/octet-stream`,
// `text/plain`, `multipart/form-data`, or without any type.
import { setImmediate as nextRound } from 'node:timers/promises';
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BadRequest, MAX_PARAMETERS, type Body } from './call.ts';

const MULTIPART = 'multipart/form-data';
/** Bytes to process before other requests get their turn. */
const SLICE = 16 * 1024;
const MAX_PARTS = 1000;
const MAX_FILES = 16;
const MAX_NAME_BYTES = 1024;

/** Bodies are kept as text, because their meaning depends on the function. */
export function keepBodies(server: FastifyInstance): void {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    const type = request.headers['content-type'] ?? '';
    let text: string;
    try {
      text = decoder.decode(body);
    } catch {
      throw new BadRequest('The body is not valid UTF-8.');
    }
    return isMultipart(type) && text !== '' ? readMultipart(body, type) : { type, text };
  });
}

export function isMultipart(type: string): boolean {
  return type.toLowerCase().split(';', 1)[0]?.trim() === MULTIPART;
}

/**
 * Returns the fields as an ordinary form. A file is the value of its field. The body must be valid UTF-8.
 * @throws BadRequest for a body that is not multipart.
 */
async function readMultipart(bytes: Buffer, type: string): Promise<Body> {
  const form = new URLSearchParams();
  let fault: string | undefined;
  const state = { isComplete: false };
  const reader = openReader(type);
  reader.on('field', (name, value, isNameCut, isValueCut) => {
    if (isNameCut || isValueCut) fault ??= `A field’s name is longer than ${MAX_NAME_BYTES} bytes.`;
    form.append(name, value);
  });
  reader.on('file', (name, file) => {
    const pieces: Buffer[] = [];
    file.on('data', (piece: Buffer) => pieces.push(piece));
    file.on('end', () => form.append(name, Buffer.concat(pieces).toString()));
    // The reader reports the error as well.
    file.on('error', () => undefined);
  });
  reader.on('filesLimit', () => (fault ??= `The body has more than ${MAX_FILES} files.`));
  for (const limit of ['partsLimit', 'fieldsLimit'] as const) {
    reader.on(limit, () => (fault ??= `The body has more than ${MAX_PARTS} fields.`));
  }
  reader.on('error', (error: unknown) => (fault ??= faultOf(error)));
  reader.on('finish', () => (state.isComplete = true));
  for (let at = 0; at < bytes.length && fault === undefined; at += SLICE) {
    reader.write(bytes.subarray(at, at + SLICE));
    await nextRound();
  }
  if (fault === undefined) reader.end();
  await nextRound();
  reader.destroy();
  if (fault === undefined && !state.isComplete) fault = faultOf(undefined);
  if (fault !== undefined) throw new BadRequest(fault);
  return { type: 'application/x-www-form-urlencoded', text: form.toString() };
}

/** @throws BadRequest without a boundary. */
export function openReader(type: string, given: { readonly files?: number } = {}): BusboyInstance {
  const headers: BusboyHeaders = { 'content-type': type };
  const limits = {
    files: MAX_FILES,
    fields: Math.min(MAX_PARTS, MAX_PARAMETERS),
    parts: MAX_PARTS,
    fieldNameSize: MAX_NAME_BYTES,
    headerPairs: 16,
    ...given,
  };
  try {
    return new Busboy({ headers, limits });
  } catch (error) {
    throw new BadRequest(faultOf(error));
  }
}

export function faultOf(error: unknown): string {
  const detail = error instanceof Error ? `: ${error.message}` : '';
  return `The body is not valid ${MULTIPART}${detail.replace(/\.$/, '')}.`;
}
