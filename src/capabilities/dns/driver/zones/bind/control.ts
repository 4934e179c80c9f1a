// Communicates with the running named, through rndc and DNS.
import { reasonLines } from '../../../../../core/reason-lines.ts';
import { setTimeout as pause } from 'node:timers/promises';
import type { OwnProcess, ServiceState, ToolResult, ToolWord } from '../../../../../core/machine-daemons.ts';
import { MachineError, UNCHANGED } from '../../../../../core/machine-error.ts';
import type { DriverPort } from '../../../../../ground/driver/file-driver.ts';
import { CONFIGURATION, KEYS, RNDC_CONFIGURATION } from './places.ts';

/** A server that this program cannot find by itself: in tests, and in a sandbox that serves its zones. */
export interface BindServer {
  /** The address at which it responds. */
  readonly address: string;
  readonly port: number;
  /** The configuration of rndc. Default: rndc's own. */
  readonly rndcConfig?: string;
  /** The configuration that named was started with. */
  readonly configuration: string;
  /** True if it runs with the privileges of this process, so that a sandbox can have it. */
  readonly isPrivate: boolean;
}

export const systemServer: BindServer = {
  address: '127.0.0.1',
  port: 53,
  configuration: CONFIGURATION,
  isPrivate: false,
};

/** The server that `whmapi1 --sandbox-services` has started in a sandbox. */
export const privateServer = ({ address, port }: OwnProcess): BindServer => ({
  ...{ address, port },
  rndcConfig: RNDC_CONFIGURATION,
  configuration: CONFIGURATION,
  isPrivate: true,
});

export interface ZoneStatus {
  /** The serial of the zone's file, as it was loaded. */
  readonly serial: number;
  /** The serial of the served zone, if it is signed. */
  readonly signedSerial: number | undefined;
}

const UNIT = 'named';
const RNDC_MS = 10_000;
/** A named that took too long has to answer within this before it is given more time. */
const SIGN_OF_LIFE_MS = 1000;
/** The servers that took too long last time, by address and port. */
const hanging = new Set<string>();
/** What rndc says of a zone that named does not have. */
const NO_SUCH_ZONE = 'no matching zone';
/** How long a restart may take: the time until named listens again. */
const MAX_TRIES = 50;
const TRY_PAUSE_MS = 100;
/** rndc responds before the zone is loaded. */
const PROBE_MS = 10_000;
const QUERY_MS = 1000;

export class Control {
  readonly #port: DriverPort;
  readonly #server: BindServer;

  constructor(port: DriverPort, server: BindServer) {
    this.#port = port;
    this.#server = server;
  }

  /** False in a sandbox without a server of its own: nothing is served there. */
  async isServed(): Promise<boolean> {
    const { tools, services } = this.#port;
    return (this.#server.isPrivate || services.isSupported) && (await tools.has('rndc'));
  }

  /**
   * Waits if named is being restarted, but not again for a named that hangs.
   * @throws MachineError `failed` with the message of rndc, or if named is not running.
   */
  async rndc(words: readonly string[], accept: readonly number[] = [0]): Promise<ToolResult> {
    if (!this.#server.isPrivate && !this.#port.services.isSupported)
      throw new Error('A sandbox does not speak to the machine’s BIND.');
    for (let tries = 1; ; tries++) {
      try {
        if (hanging.has(this.#key)) await this.#run(['status'], SIGN_OF_LIFE_MS);
        const ran = await this.#run(words, RNDC_MS);
        if (accept.includes(ran.status) && !isRefusedConnection(ran.stderr)) return ran;
        throw new MachineError('failed', `“rndc ${words.join(' ')}” failed: ${firstLine(ran.stderr)}`);
      } catch (error) {
        if (!isDown(error) || tries === MAX_TRIES || !(await this.#isComing()))
          throw await this.#explain(error);
        await pause(TRY_PAUSE_MS);
      }
    }
  }

  get #key(): string {
    return `${this.#server.address}:${this.#server.port}`;
  }

  async #run(words: readonly string[], limitMs: number): Promise<ToolResult> {
    const { rndcConfig } = this.#server;
    const config: ToolWord[] = rndcConfig === undefined ? [] : ['-c', { path: rndcConfig }];
    try {
      const ran = await this.#port.tools.run('rndc', [...config, ...words], { limitMs, accept: [0, 1] });
      hanging.delete(this.#key);
      return ran;
    } catch (error) {
      if (isTooLong(error)) hanging.add(this.#key);
      throw error;
    }
  }

  /** What rndc prints of a zone. */
  #status(zone: string): Promise<ToolResult> {
    return this.rndc(['zonestatus', zone], [0, 1]);
  }

  /** True if a named that does not listen will listen soon. */
  async #isComing(): Promise<boolean> {
    if (this.#server.isPrivate || !this.#port.services.isSupported) return true;
    return /^(?:active|activating)$/.test((await this.#service()).state);
  }

  /** Adds advice to the error if named does not respond. Other errors stay as they are. */
  async #explain(error: unknown): Promise<unknown> {
    if (!(error instanceof Error)) return error;
    const hangs = isTooLong(error);
    if (!hangs && !isDown(error)) return error;
    const { state, log } = await this.#service();
    const isActive = hangs || state === 'active';
    const reason = isActive
      ? `${NO_ANSWER}: ${withStop(error.message)}`
      : 'BIND is not running (connection refused).';
    const [verb, command] = isActive
      ? ['Restart', `systemctl restart ${UNIT}`]
      : ['Start', `systemctl start ${UNIT}`];
    const advice = `${verb} it with “${this.#server.isPrivate ? 'whmapi1 --sandbox-services' : command}” and retry the call.`;
    const words = log.length === 0 ? '' : ` Its log says: ${withStop(reasonLines(log).join(' / '))}`;
    return new MachineError('failed', `${reason} ${advice}${words}${UNCHANGED}`, { cause: error });
  }

  async #service(): Promise<Pick<ServiceState, 'state' | 'log'>> {
    const unknown = { state: '', log: [] };
    if (this.#server.isPrivate) return unknown;
    // Without systemd, as in a container, nothing more is known.
    return this.#port.services.state(UNIT).catch(() => unknown);
  }

  /** Loads added and removed zones. @throws MachineError `failed` with the message of named-checkconf. */
  async reconfigure(): Promise<void> {
    try {
      await this.rndc(['reconfig']);
    } catch (error) {
      if (isDown(error)) throw error;
      // rndc reports only that it failed.
      await this.#assertAccepted(error);
      throw error;
    }
  }

  /** @throws MachineError `failed` if named does not answer, or would refuse its configuration. */
  async assertReady(): Promise<void> {
    await this.rndc(['status']);
    await this.#assertAccepted();
  }

  async #assertAccepted(cause?: unknown): Promise<void> {
    const rejected = await this.rejection(cause);
    if (rejected !== undefined) throw rejected;
  }

  /** Why named would not start, with the files that it rejects. Undefined if it accepts its configuration. */
  async rejection(cause?: unknown): Promise<MachineError | undefined> {
    const { stdout, stderr, status } = await this.#port.tools.run(
      'named-checkconf',
      [{ path: this.#server.configuration }],
      { accept: [0, 1] },
    );
    if (status === 0) return undefined;
    const words = lines(stdout + stderr)
      .map(withoutSecrets)
      .join(' / ');
    return new MachineError('failed', `${REFUSES_CONFIGURATION}: ${words}`, { cause });
  }

  /** The whole configuration as named reads it. @throws MachineError `failed` */
  async effectiveConfiguration(): Promise<string> {
    const words: ToolWord[] = ['-p', '-x', { path: this.#server.configuration }];
    return (await this.#port.tools.run('named-checkconf', words)).stdout;
  }

  /** Waits until the zone is loaded. @returns false if it is not after ten seconds. */
  isLoadedSoon(zone: string): Promise<boolean> {
    return this.#until(async () => (await this.servedSerial(zone)) !== undefined);
  }

  /** Waits until this serial, or a later one, is served. @throws MachineError `failed` after ten seconds. */
  async waitForSerial(zone: string, serial: number): Promise<void> {
    let served: number | undefined;
    const isThere = async () => {
      served = await this.servedSerial(zone);
      return served !== undefined && isAtLeast(served, serial);
    };
    if (!(await this.#until(isThere))) throw notLoaded(zone, serial, served);
  }

  /**
   * Waits until a signed zone is served with all of this serial of its file. The served zone has a serial of its own.
   * @param before the state before the reload; undefined if the zone was not signed then.
   * @throws MachineError `failed` after ten seconds.
   */
  async waitForSigned(zone: string, serial: number, before: ZoneStatus | undefined): Promise<void> {
    let now: ZoneStatus | undefined;
    const isThere = async () => {
      now = await this.zoneStatus(zone);
      if (now?.signedSerial === undefined || !isAtLeast(now.serial, serial)) return false;
      // BIND signs the loaded zone a moment later, and raises the serial of the served zone to this one, or by one.
      const hasMoved = now.signedSerial !== before?.signedSerial || before.serial === now.serial;
      return hasMoved && isAtLeast(now.signedSerial, serial);
    };
    if (!(await this.#until(isThere))) throw notLoaded(zone, serial, now?.serial);
  }

  /**
   * Waits until every record of a newly signed zone has its signature, but not longer than ten seconds. A large zone
   * takes longer, and is served meanwhile.
   * @throws MachineError `failed` if BIND does not begin.
   */
  async waitForSignatures(zone: string): Promise<void> {
    let seenCount = 0;
    const isDone = async () => {
      const { status, stdout } = await this.rndc(['signing', '-list', zone], [0, 1]);
      const work = status === 0 ? lines(stdout).filter((line) => !line.startsWith('No signing')) : [];
      seenCount += work.length;
      return work.length > 0 && work.every((line) => line.startsWith('Done signing'));
    };
    if ((await this.#until(isDone)) || seenCount > 0) return;
    throw new MachineError('failed', `BIND did not sign the zone “${zone}”. Its log says why.`);
  }

  /** Returns undefined if the zone is not loaded. */
  async zoneStatus(zone: string): Promise<ZoneStatus | undefined> {
    const { status, stdout } = await this.#status(zone);
    const [, serial] = /^serial: (\d+)$/m.exec(stdout) ?? [];
    const [, signed] = /^signed serial: (\d+)$/m.exec(stdout) ?? [];
    if (status !== 0 || serial === undefined) return undefined;
    return { serial: Number(serial), signedSerial: signed === undefined ? undefined : Number(signed) };
  }

  /**
   * @throws MachineError `failed` if named has a zone of this name, from whatever file: with two, it would reject its
   * whole configuration. Also if named is not running.
   */
  async assertFree(zone: string): Promise<void> {
    const { status, stderr } = await this.#status(zone);
    if (status !== 0 && stderr.includes(NO_SUCH_ZONE)) return;
    // In several views, named has it more than once.
    if (status !== 0 && !stderr.includes('multiple'))
      throw new MachineError('failed', `“rndc zonestatus ${zone}” failed: ${firstLine(stderr)}`);
    throw new MachineError(
      'failed',
      `BIND has a zone “${zone}” that this program did not write. Remove it from BIND’s configuration first.`,
    );
  }

  /** True if named has the zone, and from this file. */
  async isLoadedFrom(zone: string, path: string): Promise<boolean> {
    const { status, stdout } = await this.#status(zone);
    return status === 0 && lines(stdout).some((line) => line === `files: ${path}`);
  }

  /** Loads a zone again. @returns false if named does not know the zone yet. */
  async reloadZone(zone: string): Promise<boolean> {
    const { status, stderr } = await this.rndc(['reload', zone], [0, 1]);
    if (status === 0) return true;
    if (stderr.includes(NO_SUCH_ZONE)) return false;
    throw new MachineError('failed', `“rndc reload ${zone}” failed: ${firstLine(stderr)}`);
  }

  /** @throws MachineError `failed` after ten seconds. */
  async waitUntilGone(zone: string): Promise<void> {
    const isGone = async () => {
      const { status, stderr } = await this.#status(zone);
      if (status !== 0 && !stderr.includes(NO_SUCH_ZONE)) {
        throw new MachineError('failed', `“rndc zonestatus ${zone}” failed: ${firstLine(stderr)}`);
      }
      return status !== 0;
    };
    if (await this.#until(isGone)) return;
    throw new MachineError('failed', `BIND still serves the zone “${zone}”.`);
  }

  async #until(isSo: () => Promise<boolean>): Promise<boolean> {
    let waited = 0;
    for (let wait = 2; waited < PROBE_MS; wait = Math.min(wait * 2, 250)) {
      const startedAt = performance.now();
      if (await isSo()) return true;
      await pause(wait);
      waited += performance.now() - startedAt;
    }
    return false;
  }

  /** Returns the serial that clients see. Undefined if they get no answer. */
  async servedSerial(zone: string): Promise<number | undefined> {
    const { Resolver } = await import('node:dns/promises');
    const { address, port } = this.#server;
    const resolver = new Resolver({ timeout: QUERY_MS, tries: 2 });
    resolver.setServers([`${address.includes(':') ? `[${address}]` : address}:${port}`]);
    try {
      return (await resolver.resolveSoa(zone)).serial;
    } catch {
      // REFUSED or SERVFAIL until the zone is loaded.
      return undefined;
    }
  }
}

function notLoaded(zone: string, serial: number, served: number | undefined): MachineError {
  const instead = served === undefined ? 'does not serve it' : `serves ${served}`;
  const text = `BIND did not load serial ${serial} of the zone “${zone}”: it ${instead}.`;
  return new MachineError('failed', text);
}

function isTooLong(error: unknown): boolean {
  return error instanceof Error && error.message.endsWith('took too long and was stopped.');
}

function isDown(error: unknown): boolean {
  return error instanceof Error && error.message.includes('connection refused');
}

const REFUSES_CONFIGURATION = 'BIND refuses its configuration';
const NO_ANSWER = 'BIND does not answer';

/** named goes on with its former configuration, or reads the present one once it runs or answers again. */
export function hasNotRead(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return isDown(error) || [REFUSES_CONFIGURATION, NO_ANSWER].some((words) => error.message.includes(words));
}

/** Serial number arithmetic (RFC 1982). */
export function isAtLeast(serial: number, wanted: number): boolean {
  return ((serial - wanted) | 0) >= 0;
}

function isRefusedConnection(stderr: string): boolean {
  return /connect failed:.*connection refused/.test(stderr);
}

function withStop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** named-checkconf quotes the word that it does not understand, which may be the secret of a key. */
function withoutSecrets(line: string): string {
  return line.includes(`${KEYS}:`) ? line.replaceAll(/'.*'/g, '(a word that may be secret)') : line;
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

function firstLine(text: string): string {
  return lines(text).slice(0, 2).join(' / ');
}
