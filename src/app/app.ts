// The only place that builds the engine's dependencies: the store, the machine, the clock, randomness and the logs.
import { existsSync, realpathSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { version } from '../../package.json';
import type { AuditRecord } from '../core/audit.ts';
import type { AccountApi, Call, Caller, Db, Origin, PasswordStrength, Sealer } from '../core/context.ts';
import type { Engine, MadeBeside } from '../core/engine.ts';
import { ApiError } from '../core/errors.ts';
import { isOfFullStore } from '../core/machine-error.ts';
import { loadFunction } from '../functions/load.ts';
import { loadAccountFunction } from '../uapi/load.ts';
import { chooseMachine, isMachine } from '../machine/choose.ts';
import { processesOf, requestReload } from '../machine/processes.ts';
import { areHooksEnabled, isHookable } from '../capabilities/hooks/rules/functions.ts';
import { changes } from '../capabilities/plans.generated.ts';
import { steps } from '../capabilities/steps.generated.ts';
import { journal } from '../store/journal.ts';
import { freeBelowReserve, readLogLimits, spaceWarning } from '../store/log-limits.ts';
import { AuditLog, logHook, logUnexpected } from '../store/logs.ts';
import type { Reserve } from '../store/reserve.ts';
import type { RefusedRequests } from '../store/refused-requests.ts';
import type { SummarisedFailures } from '../store/summarised-failures.ts';
import type { OpenStore } from '../store/open-store.ts';
import type { RunningServer } from '../store/running-servers.ts';
import { findSharedStore } from '../store/shared-store-file.ts';
import { SharedStore } from '../store/shared-store.ts';
import { SqliteStore } from '../store/sqlite.ts';
import { locateStateDirectory, StateDirectory } from '../store/state-directory.ts';

export { version };

/** The owner of the state directory acts as root of the installation. */
export const root: Caller = { user: 'root', privileges: 'all' };

export interface Application {
  readonly engine: Engine;
  readonly installation: {
    readonly stateDirectory: string;
    /** True in a sandbox: accounts are files below the state directory instead of system users. */
    readonly isSandbox: boolean;
  };
  /** The caller for `--user`. @throws ApiError if the user may not call any function. */
  callerOf(user: string): Promise<Caller>;
  /** A text that differs whenever the store may have changed, no matter which process changed it. */
  storeState(): Promise<string>;
  /** The same, if it can be told without waiting. */
  storeStateNow(): string | undefined;
  /** The server's own certificate and key (PEM). They are created if there are none yet. */
  ownCertificate(): Promise<string>;
  /**
   * Records logins, and requests that were rejected before their caller was known, in the audit log. For rejected
   * requests, it records the first ones, then summaries (`store/refused-requests.ts`), and never fails.
   * @throws ApiError `store_unavailable`.
   */
  auditLogin(login: AuditedLogin): Promise<void>;
  /**
   * Marks in the state directory that this process runs a server, until `close`. --doctor and --restore read the mark.
   * Keeps space for what must succeed on a full disk, too.
   * @param opensStore opens the store at once: on a full disk, there may be no space for it later. Default: true.
   * @throws ApiError `store_unavailable`.
   */
  announceServer(
    server: Pick<RunningServer, 'role' | 'addresses' | 'certificate'>,
    opensStore?: boolean,
  ): Promise<void>;
  /** Writes the pending summaries of the audit log. Must be called before `close`, after the last request. */
  writeSummaries(): Promise<void>;
  close(): void;
}

export interface AuditedLogin extends Origin {
  /** `login`, or the name of the function. */
  readonly command: string;
  /** The username as given, if it can be one. Otherwise empty. */
  readonly user: string;
  /** Why it was rejected. Undefined for a successful login. */
  readonly problem?: string;
}

/**
 * Creates the dependencies of calls. `livesLong` is for a server, which serves many calls. `passwordStrength` replaces
 * the rating of passwords in this process. `programs` are those that a server has for its work. `later` does
 * work after calls, and `beside` makes calls in other processes if the store is large.
 * @throws ApiError `store_insecure`, `store_unavailable` if the state directory cannot be used.
 */
export function createApplication(
  environment: Readonly<Record<string, string | undefined>>,
  {
    livesLong = false,
    passwordStrength = judgeHere,
    toolStarter,
    later,
    beside,
  }: {
    readonly livesLong?: boolean;
    readonly passwordStrength?: PasswordStrength;
    /** The built `src/machine/linux/starter.ts`, which starts tools while there are many. */
    readonly toolStarter?: string;
    readonly later?: Engine['later'];
    readonly beside?: (call: Call, caller: Caller) => Promise<MadeBeside | undefined>;
  } = {},
): Application {
  const { userId, stateDirectory } = locate(environment);
  const directory = new StateDirectory(stateDirectory, userId);
  const shared = findSharedStore(environment, directory);
  if (toolStarter !== undefined)
    void import('../machine/linux/tool-starter.ts').then(({ useToolStarter }) => useToolStarter(toolStarter));
  const auditLog = new AuditLog(directory, { gathers: livesLong, limits: readLogLimits(environment) });
  const ownStore = () => new SqliteStore(directory, { gathers: livesLong, log: auditLog });
  // The shared store if one is configured, otherwise this server's own.
  const store: OpenStore =
    shared === undefined ? ownStore() : new SharedStore({ ...shared, directory, livesLong });
  let refused: Promise<RefusedRequests> | undefined;
  let failed: Promise<SummarisedFailures> | undefined;
  const now = () => Date.now();
  let retireServer: (() => void) | undefined;
  const write: Engine['audit'] = async (record, kind, db) => {
    const isChange = kind === 'change';
    if (db !== undefined && shared === undefined) {
      auditLog.appendBeforeCommit(record, isChange);
      return;
    }
    await auditLog.append(record, isChange);
    await store.audit?.(record, db);
  };
  const reads = livesLong
    ? import('../store/repeated-reads.ts').then(
        ({ RepeatedReads }) => new RepeatedReads({ write: (record) => write(record, 'read') }),
      )
    : undefined;
  const summaries = () => ({
    write: (record: AuditRecord) => write(record, 'other'),
    hasSpace: () => freeBelowReserve(stateDirectory) === undefined,
    newXid: engine.newXid,
    now,
  });
  const audit: Engine['audit'] = async (record, kind, db) => {
    if (kind === 'read' && reads !== undefined) return (await reads).add(record);
    if (kind !== 'failure' || !livesLong) return write(record, kind, db);
    failed ??= import('../store/failed-calls.ts').then((module) => module.failedCalls(summaries()));
    return (await failed).add(record.caller, record);
  };
  const servers = async () => {
    const { runningServers } = await import('../store/running-servers.ts');
    return runningServers(stateDirectory, engine.processes.isAlive);
  };
  const isSandbox = !isMachine({ userId, stateDirectory });
  let loadedReserve: Promise<Reserve> | undefined;
  const reserve = () =>
    (loadedReserve ??= import('../store/reserve.ts').then(
      (all) => new all.Reserve(directory, { isSandbox, copyLog: async () => store.copyLog?.() }),
    ));
  const ownCertificate = async () => {
    const [{ OwnCertificate }, { CertificateFile }, running] = await Promise.all([
      import('../machine/own-certificate.ts'),
      import('../store/certificate-file.ts'),
      servers(),
    ]);
    return new OwnCertificate({
      files: new CertificateFile(directory, () => engine.newXid()),
      now,
      hostname: () => engine.machine.system.hostname(),
      servers: running.filter(({ role }) => role === 'whmapi1d'),
      pause: engine.sleep,
      reload: () => {
        for (const { role, process: name } of running) if (role === 'whmapi1d') requestReload(name, process);
      },
    });
  };
  let loadedCrypto: Promise<typeof import('node:crypto')> | undefined;
  // Kept, because each import() in the bundle makes a new object with a getter for each of its hundred exports.
  const crypto = () => (loadedCrypto ??= import('node:crypto'));
  const engine: Engine = {
    store,
    sealer: sealerOf(directory),
    machine: {
      ...chooseMachine({
        userId,
        stateDirectory,
        now,
        publicAddressService: environment.WHMAPI1_PUBLIC_ADDRESS_SERVICE,
        resolvers: environment.WHMAPI1_RESOLVERS,
        outboundNetworks: environment.WHMAPI1_OUTBOUND_NETWORKS,
        outboundCertificates: environment.WHMAPI1_OUTBOUND_CERTIFICATES,
        pushbullet: environment.WHMAPI1_PUSHBULLET_URL,
        sendmail: environment.WHMAPI1_SENDMAIL,
        acmeDirectory: environment.WHMAPI1_ACME_DIRECTORY,
        acmeHttpPort: environment.WHMAPI1_ACME_HTTP_PORT,
        allowsLoopbackProviders: environment.WHMAPI1_LOOPBACK_IDENTITY_PROVIDERS === '1',
        isNamedByHostname: shared !== undefined && shared.server === undefined,
        isServing: async () => (await servers()).length > 0,
      }),
      ownCertificate,
    },
    version,
    callPeer: async (peer, call) => {
      const { peerCaller } = await import('../remote/call-peer.ts');
      const context = {
        environment,
        now,
        random: () => Math.random(),
        pause: engine.sleep,
        warn: () => undefined,
      };
      return peerCaller(context)(peer, call);
    },
    find: loadFunction,
    findOwn: async (name) => {
      const { ownFunctions } = await import('../capabilities/own-functions.generated.ts');
      const load = Object.hasOwn(ownFunctions, name) ? ownFunctions[name] : undefined;
      return (await load?.())?.default;
    },
    known: async (command) => (await import('../catalogue/known.ts')).familyOfAbsent(command),
    accountApis: {
      uapi: { find: (name) => loadAccountFunction('uapi', name), known: documentedIn('uapi') },
      api2: { find: (name) => loadAccountFunction('api2', name), known: documentedIn('api2') },
    },
    hasFeature: async (db, username, feature) =>
      (await import('../capabilities/accounts/rules/features/overrides.ts')).mayUse(db, username, feature),
    change: (kind) => loadBy(changes, kind),
    step: (kind) => loadBy(steps, kind),
    withSteps: async (entry) => (await import('../life/earlier-operations.ts')).withSteps(entry),
    journal,
    isHookable,
    areHooksEnabled,
    findHooks: async (db, call, { machine, now: clock }) => {
      if (!(await areHooksEnabled(db))) return undefined;
      const { findHooks, readLimit } = await import('../capabilities/hooks/driver/call-hooks.ts');
      const limitMs = readLimit(environment.WHMAPI1_HOOK_SECONDS);
      return findHooks(db, call, { machine, now: clock, limitMs, log: (run) => logHook(directory, run) });
    },
    rolesOf: async (db) =>
      (await import('../ground/rules/roles/active-profile.ts')).rolesOf({
        db,
        system: engine.machine.system,
      }),
    addTask: async (db, task, now) => (await import('../ground/rules/tasks/queue.ts')).add(db, task, { now }),
    ensureTask: async (db, task, now) =>
      (await import('../ground/rules/tasks/queue.ts')).ensure(db, task, now),
    taskLog: async (id, offset) =>
      new (await import('../store/task-logs.ts')).TaskLogFiles(directory, now).piece(id, offset),
    processes: processesOf(process),
    ownPlans: { givenUp: new Set(), inRecovery: new Set() },
    functions: async () => (await import('../functions/index.generated.ts')).index,
    securityAdvice: async () => {
      const { advise } = await import('../doctor/advise.ts');
      const { machine } = engine;
      return advise({ environment, userId, stateDirectory, program: programDirectory(), machine, now });
    },
    later,
    makeAhead: later,
    beside:
      beside &&
      (async (call, caller, isLong) =>
        isLong || store.isLarge?.() !== false ? beside(call, caller) : undefined),
    now,
    sleep: (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds)),
    letOthersRun: () => new Promise((resume) => setImmediate(resume)),
    // Loading node:crypto takes a tenth of the time of a short call, so only calls that need it load it.
    randomBytes: async (count) => (await crypto()).randomBytes(count),
    sha256: async (text) => (await crypto()).createHash('sha256').update(text).digest(),
    passwordStrength,
    assertPassword: async (given, using) => {
      const { assertPassword } = await import('../capabilities/logins/rules/own-password.ts');
      const transaction = <T>(work: (db: Db) => Promise<T>) =>
        using.store.transaction('changes', async (db) => ({ value: await work(db), keep: true }));
      const report = (problem: string) => {
        using.logUnexpected(using.newXid(), 'login', new Error(problem));
      };
      await assertPassword({ ...using, transaction, report }, given);
    },
    // An ID for log lines, not a secret, so it need not be hard to guess.
    newXid: () =>
      Math.floor(Math.random() * 36 ** 6)
        .toString(36)
        .padStart(6, '0'),
    audit,
    spaceWarning: () => spaceWarning(stateDirectory),
    withReserve: async (work, isLate) => (await reserve()).use(work, isLate),
    releaseReserve: async () => (await reserve()).release(),
    logUnexpected: (xid, command, error) =>
      logUnexpected(directory, { time: now(), xid, function: command, error }),
  };
  if (livesLong)
    void import('../ground/driver/reloads.ts').then(({ reloadsOf }) => {
      reloadsOf(engine.machine).outliveCalls();
    });
  return {
    engine,
    installation: { stateDirectory, isSandbox },
    callerOf: async (user) => {
      const { callerOf } = await import('../capabilities/logins/rules/callers.ts');
      return store.transaction('reads', async (db) => ({ value: await callerOf(db, user), keep: false }));
    },
    storeState: () => store.state(),
    storeStateNow: () => store.stateNow?.(),
    ownCertificate: async () => (await ownCertificate()).ensure(),
    auditLogin: async ({ command, user, problem, ...origin }) => {
      if (problem !== undefined && problem !== 'unknown_function') {
        refused ??= import('../store/refused-requests.ts').then(
          (module) => new module.RefusedRequests(summaries()),
        );
        return (await refused).add({ command, user, problem, ...origin });
      }
      const who = { time: now(), xid: engine.newXid(), caller: user, ...origin };
      const result =
        problem === undefined ? ({ result: 1 } as const) : { result: 0 as const, error_code: problem };
      const line = { ...who, function: command, arguments: [], ...result, duration_ms: 0 };
      await audit(line, 'other').catch((error: unknown) => {
        // Reads and suspensions need a login on a full disk, too.
        if (!isOfFullStore(error)) throw error;
      });
    },
    announceServer: async (server, opensStore = true) => {
      // The first connection to SQLite needs some space. It lasts.
      await (await reserve()).keep(opensStore ? () => store.state() : undefined);
      const { announce, removeStale, retire } = await import('../store/running-servers.ts');
      removeStale(directory, engine.processes.isAlive);
      const own = engine.processes.own();
      announce(directory, { ...server, process: own, since: new Date(now()).toISOString() });
      retireServer = () => retire(directory, own);
    },
    writeSummaries: async () => {
      await (await refused)?.close();
      await (await failed)?.close();
      await (await reads)?.close();
    },
    close: () => {
      retireServer?.();
      void loadedReserve?.then((kept) => kept.close());
      store.close();
      auditLog.close();
    },
  };
}

/** The directory of the package or checkout. The program runs from dist/, and in tests from src/app/. */
function programDirectory(): string {
  const isBuilt = existsSync(join(__dirname, '../package.json'));
  return realpathSync(join(__dirname, isBuilt ? '..' : '../..'));
}

async function loadBy<T>(
  loaders: Readonly<Record<string, () => Promise<{ default: T }>>>,
  kind: string,
): Promise<T | undefined> {
  const load = Object.hasOwn(loaders, kind) ? loaders[kind] : undefined;
  return load === undefined ? undefined : (await load()).default;
}

const judgeHere: PasswordStrength = async (candidate, known) =>
  (await import('../ground/rules/passwords/strength.ts')).strengthOf(candidate, known);

/** The user of this process and the state directory, which need not exist. */
export function locate(environment: Readonly<Record<string, string | undefined>>): {
  readonly userId: number;
  readonly stateDirectory: string;
} {
  const userId = process.geteuid?.() ?? 0;
  return { userId, stateDirectory: locateStateDirectory(environment, userId, home) };
}

/** HOME if it is an absolute path, otherwise the home directory from the user database. */
function home(): string {
  try {
    const named = homedir();
    return named.startsWith('/') ? named : userInfo().homedir;
  } catch (error) {
    // The user ID has no user, as in some containers.
    const reason = 'Your user has no home directory. Set HOME, or WHMAPI1_STATE_DIR to the state directory.';
    throw new ApiError('store_unavailable', reason, { cause: error });
  }
}

function sealerOf(directory: StateDirectory): Sealer {
  let loaded: Promise<Sealer> | undefined;
  const load = () =>
    (loaded ??= import('../store/sealer.ts').then(({ FileSealer }) => new FileSealer(directory)));
  return {
    seal: async (text, purpose, earlier) => (await load()).seal(text, purpose, earlier),
    open: async (sealed, purpose) => (await load()).open(sealed, purpose),
    opener: async () => (await load()).opener(),
  };
}

function documentedIn(api: AccountApi): Engine['known'] {
  return async (command) =>
    (await import('../catalogue/known-account-functions.ts')).documentedFunction(api, command);
}
