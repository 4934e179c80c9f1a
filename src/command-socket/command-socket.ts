// The socket through which the native commands (`src/client/whmapi1.c`) hand their calls to the server. It stands in the
// state directory, which only its owner can reach (0700): whoever can connect can also run the commands. Ordinary users
// have sockets of their own for UAPI and API 2 (`src/http/account-sockets.ts`).
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Application } from '../app/app.ts';
import { accountProgramOf } from '../core/account-programs.ts';
import { locateStateDirectory } from '../store/state-directory.ts';
import { converse } from './conversation.ts';
import { isServed } from './is-served.ts';
import { isSameFor, ownNamespaces, type CommandRequest, type Environment } from './request.ts';
import { seesFilesOf } from './same-files.ts';
import { readLine, type Decision } from './served-call.ts';
import { readRootLine } from './served-account-call.ts';

const SOCKET = 'command.sock';
/** As much as the native commands send: `MAX_CONTENT` of `src/client/whmapi1.c`. */
const MOST_BYTES = 2 * 1024 * 1024;
/** Further commands make their call themselves. */
const MAX_CALLS = 32;
/** A command that has not sent its request, or not told to run it, for this time is disconnected. */
const BRIEF_MS = 2000;
/** The time that calls in progress, and commands that are still printing, have when the server stops. */
const CLOSING_MS = 5000;

export interface CommandSocketOptions {
  /** Which build of the program this is. Other builds are declined. */
  readonly build: string;
  readonly environment: Environment;
}

export class CommandSocket {
  readonly #application: Application;
  readonly #options: CommandSocketOptions;
  readonly #namespaces = ownNamespaces();
  readonly #connections = new Set<Socket>();
  /** The connections whose call runs, or whose response is being written. */
  readonly #calls = new Set<Socket>();
  #server: Server | undefined;
  /** The latest environment of a command, and whether its calls give the same result here. */
  #judged: { readonly environment: Environment; readonly isSame: boolean } | undefined;

  constructor(application: Application, options: CommandSocketOptions) {
    const { engine } = application;
    const audit: typeof engine.audit = (line, kind, db) =>
      engine.audit({ ...line, through: 'whmapi1d' }, kind, db);
    // A command leaves nothing for later, so the server does not for it.
    this.#application = { ...application, engine: { ...engine, audit, later: undefined } };
    this.#options = options;
  }

  /** Does nothing if another server of this state directory has its socket there. @throws an error of the file system. */
  async start(): Promise<void> {
    const path = join(this.#application.installation.stateDirectory, SOCKET);
    if (await isServed(path)) return;
    rmSync(path, { force: true });
    const server = createServer((socket) => this.#greet(socket));
    server.maxConnections = 2 * MAX_CALLS;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
    });
    chmodSync(path, 0o600);
    this.#server = server;
  }

  /** Lets calls in progress finish. Commands whose call has not begun make it themselves. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    for (const socket of this.#connections) if (!this.#calls.has(socket)) socket.destroy();
    const impatience = setTimeout(() => {
      for (const socket of this.#connections) socket.destroy();
    }, CLOSING_MS);
    await new Promise((resolve) => server.close(resolve));
    clearTimeout(impatience);
  }

  #greet(socket: Socket): void {
    const patience = setTimeout(() => socket.destroy(), BRIEF_MS).unref();
    this.#connections.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      clearTimeout(patience);
      this.#connections.delete(socket);
      this.#calls.delete(socket);
    });
    converse(socket, {
      mostBytes: MOST_BYTES,
      consider: (request) => this.#consider(request),
      begin: () => {
        clearTimeout(patience);
        this.#calls.add(socket);
      },
    });
  }

  /** Undefined if the command has to make the call itself. */
  async #consider(request: CommandRequest): Promise<Decision> {
    const { build } = this.#options;
    const { namespaces } = request;
    const own = this.#namespaces;
    if (this.#server === undefined || this.#calls.size >= MAX_CALLS || request.build !== build)
      return undefined;
    if (namespaces.network !== own.network || namespaces.processes !== own.processes) return undefined;
    if (request.hostname !== hostname()) return undefined;
    if (!this.#isSameFor(request.environment)) return undefined;
    const read = accountProgramOf(request.argv) === undefined ? readLine : readRootLine;
    return read(request, this.#application, () => seesFilesOf(request.pid));
  }

  /** Commands of one shell have the same environment (`readRequest`), which is judged once. */
  #isSameFor(environment: Environment): boolean {
    if (this.#judged?.environment !== environment) {
      const isSame = isSameFor(environment, this.#options.environment) && this.#isSamePath(environment);
      this.#judged = { environment, isSame };
    }
    return this.#judged.isSame;
  }

  /** Responses can name the state directory. */
  #isSamePath(environment: Environment): boolean {
    const named = environment.WHMAPI1_STATE_DIR ?? '';
    if (named !== '' && !named.startsWith('/')) return false;
    const path = locateStateDirectory(environment, process.geteuid?.() ?? 0, () => environment.HOME ?? '/');
    return path === this.#application.installation.stateDirectory;
  }
}
