// One remote server: makes calls, retries them if that is safe, and reports their outcome.
import type { RawArgument } from '../core/context.ts';
import type { Envelope } from '../core/envelope.ts';
import { ApiError } from '../core/errors.ts';
import { quote } from '../core/quote.ts';
import { ConnectionError, ServerAgent, type Trust } from './connection.ts';
import { exchange, LostError, TooLargeError, type Incoming, type Outgoing } from './exchange.ts';
import type { RemoteHost } from './hosts.ts';
import { listAfter } from './known-function.ts';
import { readAnswer } from './read-answer.ts';
import type { RemoteEnvironment } from './environment.ts';
import type { Json } from '../core/values.ts';

/** The credentials of requests: a token's header, or a session's cookie with its part of the path. */
export interface Login {
  readonly headers: Readonly<Record<string, string>>;
  /** Empty, or `/cpsess0123456789`. */
  readonly pathPrefix: string;
}

export interface LoginSource {
  login(host: RemoteHost, post: Post): Promise<Login>;
  /** Called if the server rejected the login. Returns a new login, if one is possible. */
  renew(host: RemoteHost, post: Post): Promise<Login | undefined>;
}

/** Sends one request to the server, without retries. */
export type Post = (outgoing: Outgoing) => Promise<Incoming>;

export interface RemoteCall {
  readonly command: string;
  readonly args: readonly RawArgument[];
  readonly dryRun: boolean;
  readonly isSafeToRepeat: boolean;
}

export interface ServerSettings {
  readonly trust: Trust;
  readonly loginSource: LoginSource;
  readonly timeoutMs: number;
  readonly context: RemoteEnvironment;
}

/** A connection that takes longer is of no use. */
const CONNECT_PATIENCE_MS = 10_000;

export class RemoteServer {
  readonly #host: RemoteHost;
  readonly #settings: ServerSettings;
  readonly #agent: ServerAgent;

  constructor(host: RemoteHost, settings: ServerSettings) {
    this.#host = host;
    this.#settings = settings;
    const patience = Math.min(CONNECT_PATIENCE_MS, settings.timeoutMs);
    this.#agent = new ServerAgent(host, settings.trust, patience);
  }

  /** @throws ApiError if there is no printable response of the server. */
  async call(call: RemoteCall): Promise<Envelope> {
    const { loginSource } = this.#settings;
    const post: Post = (outgoing) => this.#post(outgoing, this.#settings.timeoutMs);
    const login = await this.#reaching(() => loginSource.login(this.#host, post));
    try {
      return await this.#callAs(login, call);
    } catch (error) {
      // The login was rejected, so the call was not made, and can safely be made again.
      if (!(error instanceof ApiError) || error.code !== 'login_refused') throw error;
      const renewed = await this.#reaching(() => loginSource.renew(this.#host, post));
      if (renewed === undefined) throw error;
      return await this.#callAs(renewed, call);
    }
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  async #callAs(login: Login, call: RemoteCall): Promise<Envelope> {
    if (!call.dryRun) return this.#make(login, call);
    await this.#expectDryRuns(login);
    return this.#make(login, { ...call, args: [...call.args, { name: DRY_RUN, value: 1 }] });
  }

  /** Only servers of this program return `dry_run`. Any other server would really make the changes. */
  async #expectDryRuns(login: Login): Promise<void> {
    const harmless = { command: 'version', args: [{ name: DRY_RUN, value: 1 }], isSafeToRepeat: true };
    const { metadata } = await this.#make(login, { ...harmless, dryRun: false });
    if (metadata.dry_run === 1) return;
    const reason = `${this.#host.label} has no dry run and would really do what the call says. Nothing was sent to it but a question for its version.`;
    throw new ApiError('no_dry_run', reason);
  }

  async #make(login: Login, call: RemoteCall): Promise<Envelope> {
    const { command, isSafeToRepeat } = call;
    const incoming = await this.#send(login, call);
    try {
      return readAnswer(command, this.#host.label, incoming);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code === 'login_refused') throw error;
      const isUnknown = !isSafeToRepeat && (incoming.status === 200 || incoming.status >= 500);
      throw isUnknown ? this.#unknown(command, error.message.replace(/\.$/, '')) : error;
    }
  }

  async #send({ headers, pathPrefix }: Login, call: RemoteCall): Promise<Incoming> {
    const { context, timeoutMs } = this.#settings;
    const { command, args, isSafeToRepeat } = call;
    const outgoing = { path: `${pathPrefix}/json-api/${command}`, headers, ...bodyOf(args) };
    const end = context.now() + timeoutMs;
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt === MAX_ATTEMPTS;
      let pause = pauseBefore(attempt + 1, context.random());
      const mayWait = () => !isLast && isBearable(pause) && context.now() + pause < end;
      try {
        const incoming = await this.#post(outgoing, Math.max(1, end - context.now()));
        if (!isSafeToRepeat || !isPassing(incoming)) return incoming;
        pause = askedPause(incoming, context.now()) ?? pause;
        if (!mayWait()) return incoming;
      } catch (error) {
        const isWorthwhile =
          error instanceof ConnectionError
            ? error.isPassing
            : error instanceof LostError && isSafeToRepeat && !(error instanceof TooLargeError);
        if (!isWorthwhile || !mayWait()) throw this.#failed(command, error, isSafeToRepeat);
      }
      await context.pause(pause);
    }
  }

  #post(outgoing: Outgoing, milliseconds: number): Promise<Incoming> {
    return exchange(this.#host, this.#agent, outgoing, milliseconds);
  }

  #failed(command: string, error: unknown, isSafeToRepeat: boolean): unknown {
    if (error instanceof ConnectionError) return new ApiError('remote_unreachable', error.message);
    if (!(error instanceof LostError)) return error;
    if (!isSafeToRepeat) return this.#unknown(command, error.message);
    const code = error instanceof TooLargeError ? 'bad_answer' : 'remote_unreachable';
    return new ApiError(code, `There was no response: ${error.message}.`);
  }

  #unknown(command: string, because: string): ApiError {
    return unknownOutcome(
      this.#host,
      command,
      `the call was sent, and then ${because}. ${lookFirst(command)}`,
    );
  }

  /** For logins, which are never retried automatically, because a wrong one counts as a failure. */
  async #reaching<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof ConnectionError || error instanceof LostError
        ? new ApiError('remote_unreachable', sentence(error.message))
        : error;
    }
  }
}

const DRY_RUN = 'api.dry_run';

/** For an interrupted run: a call whose outcome is unknown is not repeated. */
export function unknownSince(host: RemoteHost, { command }: RemoteCall, record = 'the record'): ApiError {
  const remedy = `${lookFirst(command)} To have it called again, remove its lines from ${quote(record)}.`;
  return unknownOutcome(host, command, `an earlier run was broken off there. ${remedy}`);
}

function unknownOutcome({ label }: RemoteHost, command: string, more: string): ApiError {
  return new ApiError(
    'unknown_outcome',
    `Whether ${label} carried out ${quote(command)} is not known: ${more}`,
  );
}

function lookFirst(command: string): string {
  const list = listAfter(command);
  const how = list === undefined ? 'what the call was to change' : `with ${list}, for example`;
  return `Look there (${how}) before you repeat it.`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;
}

// Encodes a call's arguments as the body of a request: a form, or JSON if a value is not a plain text.
interface Body {
  readonly type: string;
  readonly body: string;
}

const VERSION = 'api.version';

/** Arguments are never sent in the URL, because logs record URLs. */
function bodyOf(args: readonly RawArgument[]): Body {
  const all = args.some(({ name }) => name === VERSION) ? args : [{ name: VERSION, value: 1 }, ...args];
  return all.every(({ value }) => isSimple(value) || (Array.isArray(value) && value.every(isSimple)))
    ? { type: 'application/x-www-form-urlencoded', body: formOf(all) }
    : { type: 'application/json', body: jsonOf(all) };
}

function isSimple(value: Json): boolean {
  return typeof value !== 'object' || value === null;
}

/** A null argument is omitted. */
function formOf(args: readonly RawArgument[]): string {
  const form = new URLSearchParams();
  for (const { name, value } of args) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null) form.append(name, textOf(one));
    }
  }
  return form.toString();
}

function textOf(value: Exclude<Json, null>): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** An argument that is given several times becomes a list. */
function jsonOf(args: readonly RawArgument[]): string {
  const members = new Map<string, Json>();
  for (const { name, value } of args) {
    const before = members.get(name);
    if (before === undefined) members.set(name, value);
    else members.set(name, [...(Array.isArray(before) ? before : [before]), value]);
  }
  return JSON.stringify(Object.fromEntries(members));
}

// Decides when a call is retried, and after which pause.

/** Includes the first attempt. */
const MAX_ATTEMPTS = 3;

const FIRST_PAUSE_MS = 400;
/** If a server requests a longer pause, its first response is final. */
const LONGEST_PAUSE_MS = 30_000;

/**
 * Returns a pause that doubles with each attempt. It is a random time between half and all of that, so that many
 * clients do not retry at once.
 */
export function pauseBefore(attempt: number, random: number): number {
  return FIRST_PAUSE_MS * 2 ** (attempt - 2) * (0.5 + random / 2);
}

/** True if the server, or a proxy in front of it, reports that it is overloaded or temporarily unavailable. */
function isPassing({ status }: Incoming): boolean {
  return status === 429 || (status >= 502 && status <= 504);
}

/** Returns the pause in Retry-After (seconds or a date). Undefined if it is absent or invalid. */
export function askedPause({ headers }: Incoming, now: number): number | undefined {
  const value = headers['retry-after'];
  if (typeof value !== 'string') return undefined;
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  if (Number.isNaN(milliseconds)) return undefined;
  return Math.max(0, milliseconds);
}

function isBearable(pause: number): boolean {
  return pause <= LONGEST_PAUSE_MS;
}
