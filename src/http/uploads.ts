// Uploads of files to an account: Fileman::upload_files. Each file is written to a draft in the account's home while it
// arrives, as that user, so that nothing is kept in memory. Fields can come after files, so the function runs at the end.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Application } from '../app/app.ts';
import type { Caller, FreeContext, Upload } from '../core/context.ts';
import { authoriseEffect, assertFeature } from '../core/access.ts';
import { ApiError } from '../core/errors.ts';
import { MachineError } from '../core/machine-error.ts';
import type { MachineUserFiles } from '../core/machine-user-files.ts';
import * as accounts from '../capabilities/accounts/rules/accounts.ts';
import { measureOwnFiles } from '../life/rules/own-usage.ts';
import { uploadLimits, type UploadLimits } from '../life/rules/files/disk-info.ts';
import { DRAFT, removeOldDrafts } from '../capabilities/files/rules/uploads.ts';
import { faultOf, openReader } from './bodies.ts';
import { BadRequest, type Body } from './call.ts';
import type { Limits } from './limits.ts';

export const UPLOAD = { module: 'Fileman', func: 'upload_files' } as const;
const MEBIBYTE = 2 ** 20;

/** A body whose files are drafts. */
export interface Received {
  /** The fields. The name of each file is the value of its field. */
  readonly body: Body;
  readonly uploads: readonly Upload[];
}

export class Uploads {
  readonly #application: Application;
  readonly #limits: Limits;
  /** How many each account has now. */
  readonly #running = new Map<string, number>();
  #all = 0;

  constructor(application: Application, limits: Limits) {
    this.#application = application;
    this.#limits = limits;
  }

  /**
   * Receives the body, does the work with it, and removes what is left of the drafts. If the account may not upload
   * files, the body is ignored: the call then fails with the reason.
   * @returns undefined if there are too many uploads. @throws BadRequest for a body that is not valid.
   */
  async run<T>(
    request: FastifyRequest,
    reply: FastifyReply,
    caller: Caller,
    work: (received: Received) => Promise<T>,
  ): Promise<T | undefined> {
    const { user } = caller;
    const own = this.#running.get(user) ?? 0;
    if (own >= this.#limits.uploadsPerAccount || this.#all >= this.#limits.uploads) {
      ignoreRest(request.raw, reply, this.#limits.rejectedUploadMs);
      return undefined;
    }
    this.#running.set(user, own + 1);
    this.#all += 1;
    const drafts: string[] = [];
    try {
      if (!(await this.#mayUpload(caller))) return await work(NOT_RECEIVED);
      const { machine, now } = this.#application.engine;
      const files = await machine.userFiles(user);
      // The upload matters, not what earlier ones have left.
      await removeOldDrafts(files, now()).catch(() => undefined);
      const reader = new FormReader(files, await this.#limitsOf(caller), this.#limits.uploadedFiles, drafts);
      return await work(await reader.read(request.raw));
    } finally {
      await this.#remove(user, drafts);
      this.#all -= 1;
      const left = (this.#running.get(user) ?? 1) - 1;
      if (left === 0) this.#running.delete(user);
      else this.#running.set(user, left);
      ignoreRest(request.raw, reply, this.#limits.rejectedUploadMs);
    }
  }

  async #mayUpload(caller: Caller): Promise<boolean> {
    const { engine } = this.#application;
    const fn = await engine.accountApis.uapi.find(`${UPLOAD.module}::${UPLOAD.func}`);
    if (fn === undefined) throw new TypeError('The function for uploads does not exist.');
    try {
      authoriseEffect(caller, fn);
      await assertFeature(engine, fn, caller);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'denied') return false;
      throw error;
    }
  }

  async #limitsOf(caller: Caller): Promise<UploadLimits> {
    const { machine, sealer, store } = this.#application.engine;
    const transaction: FreeContext['transaction'] = (effect, work) =>
      store.transaction(effect, async (db) => ({ value: await work(db), keep: false }));
    const measured = await measureOwnFiles({ caller, machine, sealer, transaction, warn: () => undefined });
    return transaction('reads', async (db) => uploadLimits(db, await accounts.getOwn(db, caller), measured));
  }

  async #remove(user: string, drafts: readonly string[]): Promise<void> {
    if (drafts.length === 0) return;
    // A user that was removed meanwhile has no drafts any more.
    const files = await this.#application.engine.machine.userFiles(user).catch(() => undefined);
    for (const draft of drafts) await files?.remove(draft).catch(() => undefined);
  }
}

/** The name in the audit log is not the one of a file. */
const NOT_RECEIVED: Received = {
  body: { type: 'application/x-www-form-urlencoded', text: 'file-1=(not+received)' },
  uploads: [],
};

class FormReader {
  readonly #files: MachineUserFiles;
  readonly #limits: UploadLimits;
  readonly #maxFiles: number;
  readonly #drafts: string[];
  readonly #uploads: Upload[] = [];
  readonly #form = new URLSearchParams();
  #left: number;

  /** @param drafts gets the paths of all drafts. */
  constructor(files: MachineUserFiles, limits: UploadLimits, maxFiles: number, drafts: string[]) {
    this.#files = files;
    this.#limits = limits;
    this.#maxFiles = maxFiles;
    this.#drafts = drafts;
    this.#left = limits.all ?? Infinity;
  }

  /** @throws BadRequest for a body that is not valid, or incomplete. */
  async read(request: IncomingMessage): Promise<Received> {
    const reader = openReader(request.headers['content-type'] ?? '', { files: this.#maxFiles });
    let current: Readable | undefined;
    // One after another: the next file waits in the client.
    let saved = Promise.resolve();
    const end = (error: Error) => {
      request.unpipe(reader);
      // Ends the file that is being written, which is then not kept.
      current?.destroy(error);
      fail(error);
    };
    let fail: (error: Error) => void = () => undefined;
    const read = new Promise<void>((done, reject) => {
      fail = reject;
      reader.on('finish', () => void saved.then(done, reject));
    });
    reader.on('field', (name, value, isNameCut, isValueCut) => {
      if (isNameCut || isValueCut) end(new BadRequest('A field of the body is too long.'));
      else this.#form.append(name, value);
    });
    reader.on('file', (field, content, filename) => {
      content.on('error', () => undefined);
      current = content;
      saved = saved.then(() => this.#save(field, decoded(filename), content));
      // Reported at the end.
      saved.catch(() => undefined);
    });
    reader.on('filesLimit', () => end(new BadRequest(`The body has more than ${this.#maxFiles} files.`)));
    for (const limit of ['partsLimit', 'fieldsLimit'] as const)
      reader.on(limit, () => end(new BadRequest('The body has too many fields.')));
    reader.on('error', (error: unknown) => end(new BadRequest(faultOf(error))));
    const onClose = () => {
      if (!request.complete) end(new BadRequest('The client disconnected before the body was complete.'));
    };
    request.once('close', onClose);
    request.pipe(reader);
    try {
      await read;
    } finally {
      await saved.catch(() => undefined);
      request.off('close', onClose);
    }
    return {
      body: { type: 'application/x-www-form-urlencoded', text: this.#form.toString() },
      uploads: this.#uploads,
    };
  }

  /** Writes one file, and reads its content to the end even if it cannot be written. */
  async #save(field: string, name: string, content: Readable): Promise<void> {
    const draft = DRAFT + randomBytes(8).toString('hex');
    const counted = { size: 0 };
    this.#form.append(field, name);
    try {
      this.#drafts.push(draft);
      await this.#files.write(draft, this.#within(content, counted), { mode: 0o600, isNew: true });
      this.#uploads.push({ name, draft, size: counted.size });
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      // The path is the one of the draft.
      const problem = error.message.replace(`“${draft}”: `, '');
      this.#uploads.push({ name, draft, size: counted.size, problem });
      content.resume();
    }
  }

  /** @throws MachineError `full` if the file is larger than the account may upload. */
  async *#within(content: Readable, counted: { size: number }): AsyncGenerator<Uint8Array> {
    const { file, mustLeave } = this.#limits;
    // The rest is read after an error, so that the next part of the body is found.
    for await (const part of content.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      counted.size += part.length;
      this.#left -= part.length;
      if (file !== null && counted.size > file) {
        throw new MachineError(
          'full',
          `The file is larger than ${file / MEBIBYTE} MiB, the largest that this server accepts.`,
        );
      }
      if (this.#left < 0) {
        const rule = mustLeave === 0 ? '' : ` An upload must leave ${mustLeave / MEBIBYTE} MiB of it.`;
        throw new MachineError('full', `The disk quota is too small for the file.${rule}`);
      }
      yield part;
    }
  }
}

/** The three characters that clients encode in names of files (HTML Standard, multipart/form-data). */
function decoded(name: string): string {
  return name.replaceAll('%22', '"').replaceAll('%0A', '\n').replaceAll('%0D', '\r');
}

/** Reads the rest of a rejected body for a while: the client reads the response only if it can send everything. */
export function ignoreRest(request: IncomingMessage, reply: FastifyReply, forMs: number): void {
  if (request.complete || request.destroyed) return;
  request.resume();
  const timer = setTimeout(() => request.complete || request.socket.destroy(), forMs).unref();
  reply.raw.once('close', () => request.complete && clearTimeout(timer));
}
