// Builds the dependencies of --doctor, --backup, --restore and --log, as app.ts does for calls.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { locate, root, version } from '../app/app.ts';
import { ApiError } from '../core/errors.ts';
import { examine, type CheckFinding } from '../doctor/examine.ts';
import { withSubject } from '../doctor/subject.ts';
import { chooseMachine, isMachine } from '../machine/choose.ts';
import { processesOf } from '../machine/processes.ts';
import { system } from '../machine/system.ts';
import { AuditReader } from '../store/audit-reader.ts';
import type { Manifest } from '../store/backup-file.ts';
import type { BackupOptions } from '../store/backup.ts';
import { inspectStore } from '../store/inspect.ts';
import { readLogLimits } from '../store/log-limits.ts';
import { AuditLog } from '../store/logs.ts';
import type { Restored, RestoreOptions } from '../store/restore.ts';
import { runningServers } from '../store/running-servers.ts';
import { StateDirectory } from '../store/state-directory.ts';

export { toJsonLine } from '../store/audit-line.ts';
export type { AuditReader, StoredAuditRecord } from '../store/audit-reader.ts';
export { isToFix } from '../doctor/examine.ts';
export type { CheckFinding } from '../doctor/examine.ts';
export type { Severity } from '../ground/doctor/check.ts';
export type { Manifest } from '../store/backup-file.ts';
export type { Restored } from '../store/restore.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Installation {
  readonly stateDirectory: string;
  readonly userId: number;
  readonly isSandbox: boolean;
}

/** Finds the installation of this user and environment. Nothing is created. */
export function locateInstallation(environment: Environment): Installation {
  const { userId, stateDirectory } = locate(environment);
  return { userId, stateDirectory, isSandbox: !isMachine({ userId, stateDirectory }) };
}

/** Runs all checks of --doctor. `program` is the top directory of the installed program. */
export async function examineInstallation(
  environment: Environment,
  program: string,
  show: (finding: CheckFinding) => void,
): Promise<CheckFinding[]> {
  const { userId, stateDirectory } = locateInstallation(environment);
  const now = () => Date.now();
  const machine = chooseMachine({ userId, stateDirectory, now });
  const installation = { environment, userId, stateDirectory, program, machine, now };
  return withSubject(installation, (subject) => examine(subject, show));
}

/** Opens the audit log of this server, even if the store is shared. Nothing is created. @throws ApiError */
export function openAuditLog(environment: Environment): AuditReader {
  const { stateDirectory, userId } = locateInstallation(environment);
  if (!existsSync(stateDirectory)) {
    throw new ApiError(
      'store_unavailable',
      `The state directory “${stateDirectory}” does not exist, so there is no audit log. The first call creates it.`,
    );
  }
  return new AuditReader(new StateDirectory(stateDirectory, userId));
}

/** Creates a backup of the store: see `store/backup.ts`. Writes a line to the audit log. */
export async function backUpStore(
  environment: Environment,
  file: string,
  options: Pick<BackupOptions, 'withKey' | 'force'>,
): Promise<{ readonly manifest: Manifest; readonly problems: readonly string[] }> {
  const { stateDirectory, userId } = locateInstallation(environment);
  const directory = new StateDirectory(stateDirectory, userId);
  return recorded(environment, { function: '--backup', file }, async (_begin, xid) => {
    const { backUp, assertPlace } = await import('../store/backup.ts');
    assertPlace(resolve(file), options.force);
    const { copies, problems } = await copiesOf(environment, directory);
    const manifest = await backUp(environment, directory, file, {
      ...options,
      ...{ version, hostname: system.hostname(), now: Date.now(), draft: `${process.pid}-${xid}`, copies },
    });
    return { manifest, problems };
  });
}

/** What only the machine has. Nothing if there is no store yet, or if it has the schema of another version. */
async function copiesOf(environment: Environment, directory: StateDirectory) {
  const store = await inspectStore(environment, directory);
  await store?.close();
  if (store === undefined) return { copies: [], problems: [] };
  if (!store.isCurrent) {
    const problem =
      'Passwords, crontabs and zones are not in it, because the store has the schema of another version. Run a call such as “whmapi1 list_users” first, which upgrades it.';
    return { copies: [], problems: [problem] };
  }
  return (await import('./rebuild.ts')).copiesOfMachine(environment);
}

/** Replaces the store with a backup: see `store/restore.ts`. Writes a line to the audit log first. */
export async function restoreStore(
  environment: Environment,
  file: string,
  options: Pick<RestoreOptions, 'force' | 'dryRun'>,
): Promise<Restored> {
  const { stateDirectory, userId } = locateInstallation(environment);
  const directory = new StateDirectory(stateDirectory, userId);
  // Includes milliseconds, so that two restores within one second keep their stores under different names.
  const stamp = new Date().toISOString().replace(/[-:.]/g, '');
  return recorded(
    environment,
    { function: '--restore', file, dryRun: options.dryRun },
    async (begin, xid) => {
      const { restore } = await import('../store/restore.ts');
      return restore(environment, directory, file, {
        ...options,
        ...{ stamp, begin, draft: `${process.pid}-${xid}` },
        servers: runningServers(stateDirectory, processesOf(process).isAlive),
        keepShared: async (kept) => {
          const { backUp } = await import('../store/backup.ts');
          const about = {
            version,
            hostname: system.hostname(),
            now: Date.now(),
            draft: `${process.pid}-${xid}`,
            copies: [],
          };
          await backUp(environment, directory, kept, { ...about, withKey: false, force: false });
        },
      });
    },
  );
}

/**
 * If `work` calls `begin`, the line is durable before `work` changes anything. Otherwise, the line is written with the
 * outcome.
 */
async function recorded<T>(
  environment: Environment,
  about: { readonly function: string; readonly file: string; readonly dryRun?: boolean },
  work: (begin: () => Promise<void>, xid: string) => Promise<T>,
): Promise<T> {
  const { stateDirectory, userId } = locateInstallation(environment);
  const log = new AuditLog(new StateDirectory(stateDirectory, userId), {
    gathers: false,
    limits: readLogLimits(environment),
  });
  const time = Date.now();
  const xid = Math.floor(Math.random() * 36 ** 6)
    .toString(36)
    .padStart(6, '0');
  const record = {
    ...{ time, xid, caller: root.user, function: about.function, arguments: [['file', about.file]] as const },
    ...(about.dryRun === true ? { dry_run: 1 as const } : {}),
  };
  const lasting = () => ({ duration_ms: Date.now() - time });
  const state = { isWritten: false };
  try {
    const value = await work(async () => {
      await log.append({ ...record, result: 1, ...lasting() }, true);
      state.isWritten = true;
    }, xid);
    if (!state.isWritten) await log.append({ ...record, result: 1, ...lasting() }, false);
    return value;
  } catch (error) {
    const code = error instanceof ApiError ? error.code : 'internal';
    await log.append({ ...record, result: 0, error_code: code, ...lasting() }, false).catch(() => undefined);
    throw error;
  } finally {
    log.close();
  }
}
