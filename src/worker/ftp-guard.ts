// Guards FTP against guessing, in whmapi1d: every two seconds, it counts the logins that ProFTPD has logged, and tells
// ProFTPD which addresses are refused. ProFTPD cannot ask before a login.
import type { Db } from '../core/context.ts';
import type { Engine } from '../core/engine.ts';
import { LoginLog, type FtpLogin } from '../capabilities/ftp/driver/guard/login-log.ts';
import {
  readTables,
  renderNetworks,
  renderTables,
  writeTables,
} from '../capabilities/ftp/driver/guard/tables.ts';
import { ROLE } from '../capabilities/ftp/rules/ftp-accounts.ts';
import {
  refusedCountries,
  refusedNetworks,
  versionOfCountries,
} from '../capabilities/logins/rules/brute-force/networks.ts';
import * as daemonLogins from '../capabilities/logins/rules/daemon-logins.ts';
import type { LoginDependencies } from '../capabilities/logins/rules/logins.ts';

const INTERVAL_MS = 2000;

export interface FtpGuardDependencies {
  readonly engine: Engine;
  /** Called once for troubles of the same kind. */
  readonly onTrouble?: (error: unknown) => void;
}

export class FtpGuard {
  readonly #deps: FtpGuardDependencies;
  readonly #log = new LoginLog();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<undefined> | undefined;
  #trouble = '';
  /** The lines of refused countries are many, and seldom change. */
  #countries = { version: '', lines: '' };

  constructor(deps: FtpGuardDependencies) {
    this.#deps = deps;
  }

  /** Looks until `close`. */
  start(): void {
    this.#timer ??= setInterval(() => {
      this.#looking ??= this.look()
        .then(
          () => (this.#trouble = ''),
          (error: unknown) => this.#report(error),
        )
        .then(() => (this.#looking = undefined));
    }, INTERVAL_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async look(): Promise<void> {
    const { engine } = this.#deps;
    const { machine } = engine;
    if (!(await this.#read(async (db) => (await engine.rolesOf(db)).has(ROLE)))) return;
    const present = await readTables(machine);
    // The role is being activated.
    if (present === undefined) return;
    for (const login of await this.#log.readNew(machine)) await this.#count(login);
    const networks = await this.#read((db) => refusedNetworks(db, engine.now()));
    const tables = renderTables(networks, machine.system.addresses(), await this.#linesOfCountries());
    if (tables.allowed !== present.allowed || tables.refused !== present.refused)
      await writeTables(machine, tables);
  }

  async #linesOfCountries(): Promise<string> {
    const version = await this.#read(versionOfCountries);
    if (version !== this.#countries.version) {
      const networks = version === '' ? [] : await this.#read(refusedCountries);
      this.#countries = { version, lines: renderNetworks(networks) };
    }
    return this.#countries.lines;
  }

  async #count({ address, user, isRight }: FtpLogin): Promise<void> {
    const login = { address, user, service: 'ftp', program: 'proftpd' } as const;
    const dependencies = this.#dependencies();
    if (!isRight) return daemonLogins.recordFailure(dependencies, login, undefined);
    if (await this.#read((db) => daemonLogins.hasFailures({ ...dependencies, db }, login)))
      await daemonLogins.recordSuccess(dependencies, login);
  }

  #dependencies(): LoginDependencies {
    const { engine } = this.#deps;
    return {
      ...engine,
      transaction: (work) =>
        engine.store.transaction('changes', async (db) => ({ value: await work(db), keep: true })),
      report: (problem) => {
        engine.logUnexpected(engine.newXid(), 'a login to FTP', new Error(problem));
      },
    };
  }

  #report(error: unknown): void {
    const text = String(error);
    if (text !== this.#trouble) this.#deps.onTrouble?.(error);
    this.#trouble = text;
  }

  #read<T>(work: (db: Db) => Promise<T>): Promise<T> {
    return this.#deps.engine.store.transaction('reads', async (db) => ({
      value: await work(db),
      keep: false,
    }));
  }
}
