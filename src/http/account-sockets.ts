// The sockets through which ordinary users of this machine call UAPI and API 2 (the commands `uapi` and `cpapi2`). Each
// user has a socket that only that user and root can open, because it belongs to the user (mode 0600): the kernel checks
// who connects. Each has a queue of its own, so nobody can fill the queue of another user. A running server creates the
// sockets of all accounts, and soon those of new ones. A client that does not find its socket asks for it at the socket
// `request`, which everybody can open, and whose queue anybody can fill. It does no harm to ask for another user's socket.
// One connection is one call. The native command sends frames (`src/command-socket/frames.ts`). The program in Node
// sends a line of JSON, ends its side, and gets a line of JSON back.
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import type { Application } from '../app/app.ts';
import { converse } from '../command-socket/conversation.ts';
import { isServed } from '../command-socket/is-served.ts';
import type { CommandRequest } from '../command-socket/request.ts';
import type { Decision } from '../command-socket/served-call.ts';
import { readAccountLine } from '../command-socket/served-account-call.ts';
import {
  BUSY,
  NO_ACCOUNT,
  readAccountRequest,
  REQUEST_SOCKET,
  SOCKETS,
  type AccountRequest,
} from '../core/account-request.ts';
import { accountProgramOf } from '../core/account-programs.ts';
import type { Db } from '../core/context.ts';
import type { Envelope } from '../core/envelope.ts';
import { ApiError } from '../core/errors.ts';
import { callAsAccount, callFailure } from '../capabilities/logins/rules/account-apis/named-envelope.ts';
import * as accounts from '../capabilities/accounts/rules/accounts.ts';
import { begin, received } from './socket-input.ts';

/** The first bytes of the native command: its request, or its standard input. The program in Node sends a brace. */
const FIRST_FRAMES = ['R', 'I'].map((type) => type.charCodeAt(0));
const MAX_REQUEST_BYTES = 16 * 2 ** 20;
/** The native command makes a call with a longer line, or longer input, by the program in Node. */
const MAX_FRAME_BYTES = 256 * 1024;
/** A client that sends nothing for this time is disconnected. */
const SILENCE_MS = 30_000;
/** The sockets that are created without a question. Each takes a file descriptor and four kilobytes. */
const MAX_KEPT = 5000;
/** How often to look whether accounts were created or removed. */
const LOOK_MS = 2000;
/** A socket that was asked for is removed after this time without connections, unless it is one of those. */
const IDLE_MS = 10 * 60_000;
/** Clients that have connected to the socket `request` and have not sent their ID yet, and all that are there. */
const MAX_ASKING = 32;
const MAX_REQUESTS = 64;
/** The time that a client has to send its ID, or to read that it must wait. */
const BRIEF_MS = 2000;
/** A user waits with further calls, so that a few users cannot take all places. */
const MAX_CALLS_PER_USER = 8;
const MAX_CALLS = 256;
/** The last of these places are for users who have no call in progress. */
const RESERVED_CALLS = 64;
/** Connections that get the answer to try again. Others are closed at once. */
const MAX_REFUSED = 256;

/** The native command makes a call with more words itself, because the server reads them while others wait. */
const MAX_WORDS = 1000;

/**
 * The directory of the sockets: WHMAPI1_SOCKETS, or `SOCKETS` on a real server. Undefined in a sandbox, whose
 * accounts are not users.
 */
export function socketDirectory(
  { installation }: Pick<Application, 'installation'>,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const named = environment.WHMAPI1_SOCKETS;
  if (named !== undefined && named !== '') return named;
  return installation.isSandbox ? undefined : SOCKETS;
}

export class AccountSockets {
  readonly #application: Application;
  readonly #build: string;
  #directory = '';
  /** By user ID. */
  readonly #servers = new Map<number, Server>();
  /** Those that are opened now. Several clients of a user can ask at the same time. */
  readonly #opening = new Map<number, Promise<void>>();
  /** The users whose sockets stay open. */
  #kept: ReadonlySet<number> = new Set();
  /** Those whose sockets could not be created. This was logged. */
  readonly #failed = new Set<number>();
  /** The state of the store in which they were read. */
  #seen: string | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isClosed = false;
  #request: Server | undefined;
  /** The number of connections of each user, by user ID. */
  readonly #calls = new Map<number, number>();
  /** The connections whose client has not sent everything yet, the oldest first. */
  readonly #silent = new Set<Socket>();
  /** Those of them that ask for a socket. */
  readonly #asking = new Set<Socket>();
  readonly #refused = new Set<Socket>();

  /** @param build which build of the program this is. Native commands of other builds are declined. */
  constructor(application: Application, build: string) {
    this.#application = application;
    this.#build = build;
  }

  /**
   * Creates the directory, which must be in one that only root can write, and the socket at which clients ask. Does
   * nothing without a directory.
   * @throws an error of the file system, or if another server has its sockets there.
   */
  async start(directory: string | undefined): Promise<void> {
    if (directory === undefined) return;
    this.#directory = directory;
    if (await isServed(join(directory, REQUEST_SOCKET)))
      throw new Error(`Another server has its sockets in ${directory}.`);
    rmSync(directory, { recursive: true, force: true });
    const created = mkdirSync(directory, { recursive: true });
    // Everybody may open a socket by its name, but not list the directory.
    if (created === dirname(directory)) chmodSync(created, 0o711);
    chmodSync(directory, 0o711);
    this.#request = await this.#listen(REQUEST_SOCKET, (socket) => this.#makeSocket(socket));
    this.#request.maxConnections = MAX_REQUESTS;
    chmodSync(join(directory, REQUEST_SOCKET), 0o666);
    // Only root can give sockets to other users.
    if (process.geteuid?.() === 0) this.#keepLooking();
  }

  /** Lets calls in progress finish. Clients that have not sent their call are disconnected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#looking;
    for (const socket of this.#silent) socket.destroy();
    const servers = [...this.#servers.values(), ...(this.#request === undefined ? [] : [this.#request])];
    this.#servers.clear();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  #keepLooking(): void {
    this.#looking = this.#look()
      .catch((error: unknown) => {
        // A store that cannot be used now is asked again.
        if (!(error instanceof ApiError)) this.#log(error);
      })
      .then(() => {
        if (!this.#isClosed) setTimeout(() => this.#keepLooking(), LOOK_MS).unref();
      });
  }

  /** Opens the sockets of new accounts, and closes those of removed ones. */
  async #look(): Promise<void> {
    const state = await this.#application.storeState();
    if (state === this.#seen) return;
    const uids = new Set(await this.#read((db) => accounts.listUserIds(db, mostKept())));
    for (const uid of this.#kept) if (!uids.has(uid)) this.#closeOne(uid);
    this.#kept = uids;
    for (const uid of uids) {
      if (this.#isClosed) return;
      await this.#openOnce(uid).catch((error: unknown) => {
        if (!this.#failed.has(uid)) this.#log(error);
        this.#failed.add(uid);
      });
    }
    this.#seen = state;
  }

  /** Creates the socket of the user whose ID the client sends. The response is one word. */
  async #makeSocket(socket: Socket): Promise<void> {
    this.#admitAsking(socket);
    const text = await received(socket, 32);
    const uid = /^\d{1,10}$/.test(text ?? '') ? Number(text) : undefined;
    const isAccount = uid !== undefined && (await this.#accountOf(uid)) !== undefined;
    if (uid === undefined || !isAccount) return void socket.end('none');
    await this.#openOnce(uid);
    socket.end('ready');
  }

  /** Everybody can connect here, and clients send at once. So the oldest client that has sent nothing makes room. */
  #admitAsking(socket: Socket): void {
    const [oldest] = this.#asking;
    if (oldest !== undefined && this.#asking.size >= MAX_ASKING) {
      this.#asking.delete(oldest);
      oldest.destroy();
    }
    this.#asking.add(socket);
    const patience = setTimeout(() => socket.destroy(), BRIEF_MS).unref();
    const forget = () => {
      clearTimeout(patience);
      this.#asking.delete(socket);
    };
    socket.once('end', forget).once('close', forget);
  }

  /** Reads what the client sends and discards it: a client that cannot send would not read the response. */
  #refuse(socket: Socket): void {
    if (this.#refused.size >= MAX_REFUSED) return void socket.destroy();
    this.#refused.add(socket);
    const patience = setTimeout(() => socket.destroy(), BRIEF_MS).unref();
    socket.once('close', () => {
      clearTimeout(patience);
      this.#refused.delete(socket);
    });
    socket.resume().end(BUSY);
  }

  /** False if the user, or all users together, have too many calls in progress. */
  #admitCall(socket: Socket, uid: number): boolean {
    const own = this.#calls.get(uid) ?? 0;
    const total = [...this.#calls.values()].reduce((sum, count) => sum + count, 0);
    if (own >= MAX_CALLS_PER_USER || total >= (own === 0 ? MAX_CALLS : MAX_CALLS - RESERVED_CALLS))
      return false;
    this.#calls.set(uid, own + 1);
    socket.once('close', () => {
      const left = (this.#calls.get(uid) ?? 1) - 1;
      if (left === 0) this.#calls.delete(uid);
      else this.#calls.set(uid, left);
    });
    return true;
  }

  async #openOnce(uid: number): Promise<void> {
    if (this.#servers.has(uid)) return;
    const opening = this.#opening.get(uid) ?? this.#open(uid).finally(() => this.#opening.delete(uid));
    this.#opening.set(uid, opening);
    await opening;
  }

  async #open(uid: number): Promise<void> {
    const name = `${uid}.sock`;
    const server = await this.#listen(name, (socket) => this.#answer(socket, uid));
    const path = join(this.#directory, name);
    try {
      chmodSync(path, 0o600);
      chownSync(path, uid, process.getgid?.() ?? 0);
    } catch (error) {
      // A user namespace may not have this user.
      server.close();
      throw error;
    }
    this.#servers.set(uid, server);
    let idle: NodeJS.Timeout | undefined;
    const wait = () => {
      clearTimeout(idle);
      idle = setTimeout(() => (this.#kept.has(uid) ? wait() : this.#closeOne(uid)), IDLE_MS).unref();
    };
    server.on('connection', wait).on('close', () => clearTimeout(idle));
    wait();
  }

  /** Calls in progress go on. */
  #closeOne(uid: number): void {
    this.#servers.get(uid)?.close();
    this.#servers.delete(uid);
  }

  #listen(name: string, serve: (socket: Socket) => Promise<void>): Promise<Server> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => socket.destroy());
      socket.setTimeout(SILENCE_MS, () => socket.destroy());
      this.#silent.add(socket);
      const forget = () => this.#silent.delete(socket);
      socket.once('end', forget).once('close', forget);
      serve(socket).catch((error: unknown) => {
        this.#log(error);
        socket.destroy();
      });
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(join(this.#directory, name), () => {
        server.off('error', reject);
        resolve(server);
      });
    });
  }

  async #answer(socket: Socket, uid: number): Promise<void> {
    if (!this.#admitCall(socket, uid)) return this.#refuse(socket);
    const begun = await begin(socket, (piece) => {
      if (!FIRST_FRAMES.includes(piece[0] ?? 0)) return false;
      this.#converse(socket, uid, piece);
      return true;
    });
    if (begun === 'taken') return;
    const text = begun === 'ended' ? undefined : await received(socket, MAX_REQUEST_BYTES);
    const request = text === undefined ? undefined : readAccountRequest(text);
    if (request === undefined) return void socket.destroy();
    // The call can take longer than a client may be silent.
    socket.setTimeout(0);
    socket.end(JSON.stringify(await this.#call(request, uid, () => socket.destroyed)));
  }

  /** With the native command. */
  #converse(socket: Socket, uid: number, first: Buffer): void {
    socket.once('end', () => socket.end());
    const host = {
      mostBytes: MAX_FRAME_BYTES,
      consider: (request: CommandRequest) => this.#consider(request, uid),
      begin: () => {
        this.#silent.delete(socket);
        socket.setTimeout(0);
      },
    };
    converse(socket, host, first);
  }

  /** Undefined if the command has to read its line itself. */
  async #consider(request: CommandRequest, uid: number): Promise<Decision> {
    const { argv, build, environment } = request;
    if (build !== this.#build || accountProgramOf(argv) === undefined || argv.length > MAX_WORDS)
      return undefined;
    // They can change what the program in Node prints.
    if (Object.keys(environment).some((name) => /^NODE_(OPTIONS|DEBUG)/.test(name))) return undefined;
    return readAccountLine(request, (call, isAbandoned) => this.#call(call, uid, isAbandoned));
  }

  async #call(request: AccountRequest, uid: number, isAbandoned: () => boolean): Promise<Envelope> {
    try {
      const account = await this.#accountOf(uid);
      if (account === undefined) throw new ApiError('denied', NO_ACCOUNT);
      if (account.suspendedAt !== null) {
        throw new ApiError('denied', `The account “${account.username}” is suspended.`);
      }
      const { username } = account;
      return await callAsAccount(this.#application.engine, { ...request, username, isAbandoned });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return callFailure(request, error);
    }
  }

  /** Asked for each call: an account can be removed or suspended, and its ID used again. */
  #accountOf(uid: number): Promise<accounts.Account | undefined> {
    return this.#read((db) => accounts.findByUserId(db, uid));
  }

  #read<T>(work: (db: Db) => Promise<T>): Promise<T> {
    const { store } = this.#application.engine;
    return store.transaction('reads', async (db) => ({ value: await work(db), keep: false }));
  }

  #log(error: unknown): void {
    const { engine } = this.#application;
    engine.logUnexpected(engine.newXid(), 'uapi', error);
  }
}

/** Connections need most of the files that this process can open. */
function mostKept(): number {
  const [, files = '0'] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
  return Math.min(MAX_KEPT, Math.floor(Number(files) / 4));
}
