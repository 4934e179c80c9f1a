// The one place that builds what the engine works with: the store, the machine, the clock, chance, the logs.
import { homedir, userInfo } from 'node:os';
import { version } from '../package.json';
import type { AuditMoment, AuditRecord } from './core/audit.ts';
import type { Caller, Origin, PasswordStrength, Sealer } from './core/context.ts';
import type { Engine } from './core/engine.ts';
import { loadFunction } from './functions/load.ts';
import { chooseMachine, isMachine } from './machine/choose.ts';
import { processesOf } from './machine/processes.ts';
import type { NameKind } from './core/define.ts';
import type { StoredName } from './model/stored-names.ts';
import { changes } from './changes/loaders.generated.ts';
import { steps } from './drivers/loaders.generated.ts';
import { journal } from './store/journal.ts';
import { freeBelowReserve, readLogLimits } from './store/log-limits.ts';
import { AuditLog, logUnexpected } from './store/logs.ts';
import type { RefusedRequests } from './store/refused-requests.ts';
import type { OpenStore } from './store/open-store.ts';
import type { RunningServer } from './store/running-servers.ts';
import { findSharedStore } from './store/shared-store-file.ts';
import { SharedStore } from './store/shared-store.ts';
import { SqliteStore } from './store/sqlite.ts';
import { locateStateDirectory, StateDirectory } from './store/state-directory.ts';

export { version };

/** Whoever owns the state directory acts as root of the installation. */
export const root: Caller = { user: 'root', privileges: 'all' };

export interface Application {
  readonly engine: Engine;
  readonly installation: {
    readonly stateDirectory: string;
    /** True if accounts are files below the state directory, rather than users of the machine. */
    readonly isSandbox: boolean;
  };
  /** Who a user is as a caller, for `--user`. @throws ApiError for whoever may call nothing. */
  callerOf(user: string): Promise<Caller>;
  /** Another text whenever anything in the store may have changed, whoever changed it. */
  storeState(): Promise<string>;
  /** The server's own certificate and key (PEM), which `make` makes where there is none yet. */
  ownCertificate(make: () => Promise<string>): Promise<string>;
  /**
   * Keeps in the audit log what is no call: a login, and a request that was refused before there was a caller. Of refused
   * ones, it keeps the first and then summaries (`store/refused-requests.ts`), and never fails.
   * @throws ApiError `store_unavailable`.
   */
  auditLogin(login: AuditedLogin): Promise<void>;
  /**
   * Keeps in the audit log that a call was made again: as `record`, at another moment. Cheap where it is the same object
   * each time. @throws ApiError `store_unavailable`.
   */
  auditAgain(record: AuditRecord, moment: AuditMoment): Promise<void>;
  /**
   * Leaves in the state directory that a server runs in this process, until `close`; --doctor and --restore look for it.
   * @throws ApiError `store_unavailable`.
   */
  announceServer(server: Pick<RunningServer, 'role' | 'addresses' | 'certificate'>): Promise<void>;
  /** Writes the summaries of refused requests that are due later. Call it before `close`, once nobody asks any more. */
  writeSummaries(): Promise<void>;
  close(): void;
}

export interface AuditedLogin extends Origin {
  /** What was asked for: `login`, or the function’s name. */
  readonly command: string;
  /** As it was given, where it can be a name; empty where there was none. */
  readonly user: string;
  /** Why it was refused; undefined for a login that worked. */
  readonly problem?: string;
}

/**
 * `livesLong` for a server, which answers many calls. `passwordStrength` judges passwords instead of this process itself.
 * @throws ApiError `store_insecure`, `store_unavailable` when the state directory can't be used.
 */
export function createApplication(
  environment: Readonly<Record<string, string | undefined>>,
  {
    livesLong = false,
    passwordStrength = judgeHere,
  }: { readonly livesLong?: boolean; readonly passwordStrength?: PasswordStrength } = {},
): Application {
  const { userId, stateDirectory } = locate(environment);
  const directory = new StateDirectory(stateDirectory, userId);
  const store = storeOf(environment, directory, livesLong);
  const auditLog = new AuditLog(directory, { gathers: livesLong, limits: readLogLimits(environment) });
  let refused: Promise<RefusedRequests> | undefined;
  const now = () => Date.now();
  let retireServer: (() => void) | undefined;
  const audit: Engine['audit'] = async (record, durable, db) => {
    await auditLog.append(record, durable);
    await store.audit?.(record, db);
  };
  const engine: Engine = {
    store,
    sealer: sealerOf(directory),
    machine: chooseMachine({
      userId,
      stateDirectory,
      now,
      publicAddressService: environment.WHMAPI1_PUBLIC_ADDRESS_SERVICE,
      resolvers: environment.WHMAPI1_RESOLVERS,
      isServing: async () => {
        const { runningServers } = await import('./store/running-servers.ts');
        return runningServers(stateDirectory, engine.processes.isAlive).length > 0;
      },
    }),
    version,
    find: loadFunction,
    known: async (command) => (await import('./catalogue/known.ts')).familyOfAbsent(command),
    change: (kind) => loadBy(changes, kind),
    step: (kind) => loadBy(steps, kind),
    withSteps: async (entry) => (await import('./changes/earlier-operations.ts')).withSteps(entry),
    journal,
    rolesOf: async (db) =>
      (await import('./model/roles/active-profile.ts')).rolesOf({ db, system: engine.machine.system }),
    addTask: async (db, task, now) => (await import('./model/tasks/queue.ts')).add(db, task, { now }),
    processes: processesOf(process),
    functions: async () => (await import('./functions/index.generated.ts')).index,
    now,
    sleep: (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds)),
    letOthersRun: () => new Promise((resume) => setImmediate(resume)),
    // node:crypto takes a tenth of a short call's time to load, so only those that need it do.
    randomBytes: async (count) => (await import('node:crypto')).randomBytes(count),
    sha256: async (text) => (await import('node:crypto')).createHash('sha256').update(text).digest(),
    passwordStrength,
    // A name for a line in a log, not a secret: it need not be hard to guess.
    newXid: () =>
      Math.floor(Math.random() * 36 ** 6)
        .toString(36)
        .padStart(6, '0'),
    audit,
    spaceWarning: () => {
      const free = freeBelowReserve(stateDirectory);
      return free === undefined ? undefined : spaceSentence(stateDirectory, free);
    },
    logUnexpected: (xid, command, error) =>
      logUnexpected(directory, { time: now(), xid, function: command, error }),
  };
  return {
    engine,
    installation: { stateDirectory, isSandbox: !isMachine({ userId, stateDirectory }) },
    callerOf: async (user) => {
      const { callerOf } = await import('./model/logins/callers.ts');
      return store.transaction('reads', async (db) => ({ value: await callerOf(db, user), keep: false }));
    },
    storeState: () => store.state(),
    ownCertificate: async (make) => {
      const { readCertificate, storeCertificate } = await import('./store/certificate-file.ts');
      const own = readCertificate(directory);
      if (own !== undefined) return own;
      storeCertificate(directory, await make(), engine.newXid());
      return readCertificate(directory) ?? '';
    },
    auditLogin: async ({ command, user, problem, ...origin }) => {
      if (problem !== undefined && problem !== 'unknown_function') {
        refused ??= import('./store/refused-requests.ts').then(
          (module) =>
            new module.RefusedRequests({
              write: (record) => audit(record, false),
              hasSpace: () => freeBelowReserve(stateDirectory) === undefined,
              newXid: engine.newXid,
              now,
            }),
        );
        await (await refused).add({ command, user, problem, ...origin });
        return;
      }
      const who = { time: now(), xid: engine.newXid(), caller: user, ...origin };
      const result =
        problem === undefined ? ({ result: 1 } as const) : { result: 0 as const, error_code: problem };
      await audit({ ...who, function: command, arguments: [], ...result, duration_ms: 0 }, false);
    },
    auditAgain: (record, moment) => {
      const written = auditLog.appendAgain(record, moment);
      return store.audit === undefined
        ? written
        : written.then(() => store.audit?.({ ...record, ...moment }, undefined));
    },
    announceServer: async (server) => {
      const { announce, removeStale, retire } = await import('./store/running-servers.ts');
      removeStale(directory, engine.processes.isAlive);
      const own = engine.processes.own();
      announce(directory, { ...server, process: own, since: new Date(now()).toISOString() });
      retireServer = () => retire(directory, own);
    },
    writeSummaries: async () => {
      await (await refused)?.close();
    },
    close: () => {
      retireServer?.();
      store.close();
      auditLog.close();
    },
  };
}

async function loadBy<T>(
  loaders: Readonly<Record<string, () => Promise<{ default: T }>>>,
  kind: string,
): Promise<T | undefined> {
  const load = Object.hasOwn(loaders, kind) ? loaders[kind] : undefined;
  return load === undefined ? undefined : (await load()).default;
}

function spaceSentence(path: string, free: number): string {
  const mebibytes = Math.floor(free / 1_048_576);
  return `The disk of “${path}” is nearly full: ${mebibytes} MiB are free. Free some space: soon, no call can be recorded or run.`;
}

const judgeHere: PasswordStrength = async (candidate, known) =>
  (await import('./model/passwords/strength.ts')).strengthOf(candidate, known);

/** The user that this process acts as, and the state directory, which need not exist. */
export function locate(environment: Readonly<Record<string, string | undefined>>): {
  readonly userId: number;
  readonly stateDirectory: string;
} {
  const userId = process.geteuid?.() ?? 0;
  return { userId, stateDirectory: locateStateDirectory(environment, userId, home) };
}

/** HOME where it is an absolute path, else what the user database says. */
function home(): string {
  const named = homedir();
  return named.startsWith('/') ? named : userInfo().homedir;
}

/** The one that several servers share, where one is named, else this server's own. */
function storeOf(
  environment: Readonly<Record<string, string | undefined>>,
  directory: StateDirectory,
  livesLong: boolean,
): OpenStore {
  const shared = findSharedStore(environment, directory);
  return shared === undefined
    ? new SqliteStore(directory)
    : new SharedStore({ ...shared, directory, livesLong });
}

function sealerOf(directory: StateDirectory): Sealer {
  let loaded: Promise<Sealer> | undefined;
  const load = () =>
    (loaded ??= import('./store/sealer.ts').then(({ FileSealer }) => new FileSealer(directory)));
  return {
    seal: async (text, purpose, earlier) => (await load()).seal(text, purpose, earlier),
    open: async (sealed, purpose) => (await load()).open(sealed, purpose),
  };
}

/**
 * Names in this server's own store that begin with `prefix`, as far as `user` (root unless given) can see them: see
 * `store/existing-store.ts`. Empty if there is no such store.
 * @throws ApiError for a user who cannot call anything, and what the store throws if it cannot be read.
 */
export async function namesInStore(
  environment: Readonly<Record<string, string | undefined>>,
  asked: { readonly kind: NameKind; readonly prefix: string; readonly user?: string | undefined },
): Promise<readonly StoredName[]> {
  const userId = process.geteuid?.() ?? 0;
  const path = locateStateDirectory(environment, userId, home);
  const { readExistingStore } = await import('./store/existing-store.ts');
  const { storedNames } = await import('./model/stored-names.ts');
  const names = await readExistingStore(environment, path, userId, async (db) => {
    const caller =
      asked.user === undefined
        ? root
        : await (await import('./model/logins/callers.ts')).callerOf(db, asked.user);
    return storedNames(db, caller, asked.kind, asked.prefix);
  });
  return names ?? [];
}
