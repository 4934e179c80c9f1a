// The socket through which the native command (`src/client/whmapi1.c`) hands its calls to the server. It stands in the
// state directory, which only its owner can reach (0700): whoever can connect can also run the command.
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Application } from '../app.ts';
import { locateStateDirectory } from '../store/state-directory.ts';
import { frame, FrameReader } from './frames.ts';
import { isServed } from './is-served.ts';
import { isSameFor, ownNamespaces, readRequest, type CommandRequest, type Environment } from './request.ts';
import { readLine, record, type Print, type Printed, type Run } from './served-call.ts';

export const SOCKET = 'command.sock';
/** The native command sends at most 256 KiB. */
const MAX_FRAME_BYTES = 512 * 1024;
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

  constructor(application: Application, options: CommandSocketOptions) {
    const { engine } = application;
    const audit: typeof engine.audit = (line, durable, db) =>
      engine.audit({ ...line, through: 'whmapi1d' }, durable, db);
    // The command measures before it answers, so the server does too (`later`).
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
    const reader = new FrameReader(MAX_FRAME_BYTES);
    const patience = setTimeout(() => socket.destroy(), BRIEF_MS).unref();
    const conversation = this.#conversation(socket, patience);
    this.#connections.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      clearTimeout(patience);
      this.#connections.delete(socket);
      this.#calls.delete(socket);
    });
    socket.on('data', (piece) => {
      try {
        for (const { type, body } of reader.add(piece)) conversation(type, body);
      } catch {
        // Not the native command.
        socket.destroy();
      }
    });
  }

  /** What to do with each frame. The function that it returns throws for a frame that is out of place. */
  #conversation(socket: Socket, patience: NodeJS.Timeout): (type: string, body: Buffer) => void {
    let request: CommandRequest | undefined;
    let run: Run | undefined;
    let replaced: Promise<Printed> | undefined;
    let print: Print | undefined;
    return (type, body) => {
      if (type === 'R' && request === undefined) {
        request = readRequest(body);
        if (request === undefined) throw new RangeError('The request cannot be read.');
        void this.#consider(request).then(
          (served) => {
            run = served;
            if (served === undefined) socket.end(frame('D'));
            else socket.write(frame('A'));
          },
          () => socket.destroy(),
        );
      } else if (type === 'G' && request !== undefined && run !== undefined) {
        const [given, accepted] = [request, run];
        run = undefined;
        clearTimeout(patience);
        this.#calls.add(socket);
        void this.#perform(socket, given, accepted).then(
          (done) => (print = done),
          () => socket.destroy(),
        );
      } else if (type === 'F' && request !== undefined && print !== undefined && replaced === undefined) {
        const failure = { output: body.readUInt32LE(0), errno: body.readUInt32LE(4) };
        replaced = record(print, request, this.#name, failure);
        void replaced.then(
          (printed) => replace(socket, printed),
          () => socket.destroy(),
        );
      } else {
        throw new RangeError('The frame is out of place.');
      }
    };
  }

  /** Undefined if the command has to make the call itself. */
  async #consider(request: CommandRequest): Promise<Run | undefined> {
    const { build, environment } = this.#options;
    const { namespaces } = request;
    const own = this.#namespaces;
    if (this.#server === undefined || this.#calls.size >= MAX_CALLS || request.build !== build)
      return undefined;
    if (namespaces.network !== own.network || namespaces.processes !== own.processes) return undefined;
    if (request.hostname !== hostname()) return undefined;
    if (!isSameFor(request.environment, environment) || !this.#isSamePath(request.environment))
      return undefined;
    return readLine(request, this.#application, namespaces.mounts === own.mounts);
  }

  /** Responses can name the state directory. */
  #isSamePath(environment: Environment): boolean {
    const named = environment.WHMAPI1_STATE_DIR ?? '';
    if (named !== '' && !named.startsWith('/')) return false;
    const path = locateStateDirectory(environment, process.geteuid?.() ?? 0, () => environment.HOME ?? '/');
    return path === this.#application.installation.stateDirectory;
  }

  get #name(): string {
    return `The command ran in whmapi1d (process ${process.pid}).`;
  }

  async #perform(socket: Socket, request: CommandRequest, run: Run): Promise<Print | undefined> {
    const isAbandoned = () => socket.destroyed;
    if (isAbandoned()) return undefined;
    const print = await run(this.#application, isAbandoned);
    const printed = await record(print, request, this.#name);
    send(socket, printed.pieces, printed.status);
    return print;
  }
}

/** The command has everything that was printed before the write that failed. */
function replace(socket: Socket, { pieces, status, before }: Printed): void {
  socket.write(frame('M'));
  send(socket, pieces.slice(before), status);
}

function send(socket: Socket, pieces: Printed['pieces'], status: number): void {
  socket.cork();
  for (const { stream, text } of pieces) socket.write(frame(stream, Buffer.from(text)));
  socket.write(frame('X', Buffer.from([status])));
  socket.uncork();
}
