// The pools of accounts on PHP-FPM: a file for each account and release. php-fpm itself checks them, since one that it
// rejects stops all pools.
import type { MachineFiles } from '../../../../core/machine-daemons.ts';
import type { Pool } from '../../rules/pools.ts';
import { checkTogether } from '../../../../core/batches.ts';
import {
  FileSteps,
  type CheckPort,
  type DesiredFile,
  type DriverPort,
  type FileDriver,
  type Reload,
} from '../../../../ground/driver/file-driver.ts';
import {
  assertRuns,
  exclusively,
  isDown,
  isRunning,
  programOf,
  reload,
  test,
  waitForSockets,
  waitUntilClosed,
} from './control.ts';
import { toolsToKnow } from './accepted.ts';
import {
  accountFile,
  baseFile,
  CONFIGURATION,
  poolFolder,
  PROCESSES,
  readable,
  socketFolder,
  SOCKETS,
  WEB_CONFIGURATION,
} from './places.ts';
import { closedSockets, earlierSockets, renderBase, renderPools } from './render.ts';
import type { Identity, SocketOwner } from './render.ts';
import { hasWebGroup } from '../../../../ground/driver/virtual-hosts/web-group.ts';
import { beginWaiting, endWaiting } from './waiting.ts';

/** The pools of accounts for one release. JSON. */
export interface DesiredPools {
  readonly release: string;
  readonly accounts: readonly AccountPools[];
  /** Also write the settings that all pools share. An account’s own step does not, because others run beside it. */
  readonly hasBase?: boolean;
  /**
   * The account is new: nothing waits for the reload. The web server does not use the pools before its own reload, which
   * follows and begins that of PHP-FPM.
   */
  readonly isNew?: true;
  /** The account is no longer suspended: nothing waits for the reload. */
  readonly isRestored?: true;
}

export interface AccountPools {
  readonly username: string;
  /** Empty: the account has no pools of this release. */
  readonly pools: readonly Pool[];
  /** The digest of the file that is replaced even if it was edited by hand. For removals. */
  readonly replaces?: string | null;
  /** Sockets that must be closed afterwards. */
  readonly closes?: readonly string[];
}

/** Where no accounts exist as users, files are checked with this one. */
const NOBODY: Identity = { user: '65534', group: '65534' };
const folder = { mode: 0o755 };
/** Before Apache, which is of order 2. */
const LATER_ORDER = 1;

export function poolSteps(release: string): FileSteps<DesiredPools> {
  return new FileSteps(poolDriver(release));
}

function poolDriver(release: string): FileDriver<DesiredPools> {
  const program = programOf(release);
  return {
    name: `PHP-FPM ${release}`,
    directories: [CONFIGURATION, SOCKETS, PROCESSES, WEB_CONFIGURATION],
    tools: [{ name: program, worksInSandbox: true }, ...toolsToKnow],
    // Pools can also be removed after PHP-FPM was. `reload` reports that it is missing.
    suits: () => Promise.resolve(true),
    // PHP-FPM’s package has the folders of the configuration; a sandbox has not.
    folders: [
      ...[CONFIGURATION, `${CONFIGURATION}/${release}`, `${CONFIGURATION}/${release}/fpm`].map((path) => ({
        path,
        attributes: folder,
      })),
      { path: poolFolder(release), attributes: folder },
      { path: SOCKETS, attributes: socketFolder },
    ],
    files,
    async check(desired, staged, port) {
      const isLater = desired.isNew === true || desired.isRestored === true;
      if (isLater && port.services.isSupported) await assertRuns(release, port);
      if (staged.size === 0 || !(await port.tools.has(program))) return;
      await checkAlone(desired, staged, port);
    },
    async reloads({ accounts, isNew, isRestored }, changes, port): Promise<Reload[]> {
      if (changes.length === 0 || !port.services.isSupported) return [];
      const common = {
        key: program,
        run: (begun: () => void) => reload(release, port, begun),
        exclusively: exclusively(release, port),
      };
      const isAdded = changes.every(({ before }) => before === null);
      if (isRestored === true && isAdded) {
        const used = () => waitForPools({ release, accounts }, port);
        return [{ ...common, later: { kind: 'websites', order: LATER_ORDER, used } }];
      }
      if (isNew === true && isAdded) {
        const usernames = accounts.map(({ username }) => username);
        const before = () => beginWaiting(port.files, usernames);
        // If PHP-FPM does not load them, the other files of the website are served nevertheless.
        const failed = () => endWaiting(port.files, usernames);
        const used = () => waitForPools({ release, accounts }, port).finally(failed);
        const later = { kind: 'websites', order: LATER_ORDER, used, failed, isFollowed: true } as const;
        return [{ ...common, before, later }];
      }
      // Without PHP-FPM there is nothing to remove a pool from.
      if (!isRemoval(accounts)) return [common];
      return (await isRunning(release, port)) ? [{ ...common, isBegunEnough: true }] : [];
    },
    async healthy({ accounts, isNew, isRestored }, changes, port) {
      const isLater = isNew === true || isRestored === true;
      if (changes.length === 0 || isLater || !(await isRunning(release, port))) return;
      const isChanged = ({ username }: AccountPools) =>
        changes.some(({ path }) => path === accountFile(release, username));
      const changed = accounts.filter(isChanged);
      await waitForSockets(
        changed.flatMap(({ pools }) => pools.map(({ socket }) => socket)),
        port,
      );
      await waitUntilClosed(
        changed.flatMap(({ closes = [] }) => closes),
        port,
      );
    },
    isDown,
  };
}

/** Waits until PHP-FPM listens for the pools, except for those of a file that was removed again, by an undone call. */
async function waitForPools(
  { release, accounts }: Pick<DesiredPools, 'release' | 'accounts'>,
  port: DriverPort,
): Promise<void> {
  for (const { username, pools } of accounts) {
    if ((await port.files.facts(accountFile(release, username))) === undefined) continue;
    await waitForSockets(
      pools.map(({ socket }) => socket),
      port,
    );
  }
}

/** Apache must be able to connect, so the sockets change once it has their group. */
export async function socketOwner(files: MachineFiles): Promise<SocketOwner> {
  return (await hasWebGroup(files)) ? closedSockets : earlierSockets;
}

function isRemoval(accounts: readonly AccountPools[]): boolean {
  return accounts.length > 0 && accounts.every(({ pools }) => pools.length === 0);
}

async function files(
  { release, accounts, hasBase = false }: DesiredPools,
  locate: (path: string) => string,
  port: DriverPort,
): Promise<DesiredFile[]> {
  const sockets = await socketOwner(port.files);
  const base = { path: baseFile(release), content: renderBase(release, locate), attributes: readable };
  const ofAccounts = accounts.map(({ username, pools, replaces }) => ({
    path: accountFile(release, username),
    content: pools.length === 0 ? null : renderPools(pools, locate, sockets),
    attributes: readable,
    ...(replaces !== undefined && { replaces }),
  }));
  return hasBase ? [base, ...ofAccounts] : ofAccounts;
}

/**
 * Checks the staged files without the files of others, which takes the same time on a server with many accounts. Changes
 * at the same time share a check. The whole configuration is tested right before the reload.
 */
async function checkAlone(
  { release, accounts }: DesiredPools,
  staged: ReadonlyMap<string, string>,
  port: CheckPort,
): Promise<void> {
  const changed = accounts.flatMap(({ username, pools }) => {
    const path = staged.get(accountFile(release, username));
    return path === undefined ? [] : [{ username, pools, path }];
  });
  const [first] = changed;
  if (first === undefined) return;
  const check = (several: readonly (readonly CheckedFile[])[]) =>
    checkTogether(several, (some) => testFiles(release, some.flat(), port));
  const options = { isPatient: port.services.isSupported };
  const reason = await port.batches.run(programOf(release), changed, check, options);
  if (reason !== undefined) throw reason as Error;
}

interface CheckedFile extends AccountPools {
  /** The staged file. */
  readonly path: string;
}

/** @throws MachineError `failed` with PHP-FPM’s own words. */
async function testFiles(
  release: string,
  files: readonly CheckedFile[],
  { files: machineFiles, services, tools }: CheckPort,
): Promise<void> {
  // PHP-FPM would otherwise open its log, even for a test.
  const head = '[global]\nerror_log = /dev/null\n';
  const body = files.map(({ path, pools }) =>
    services.isSupported
      ? `include = ${machineFiles.locate(path)}\n`
      : // A sandbox has no users, and paths that can be longer than a socket’s may be.
        renderPools(pools, (socket) => socket, closedSockets, NOBODY),
  );
  const path = `${poolFolder(release)}/check-${files[0]?.username}`;
  const whole = await machineFiles.stage(path, head + body.join(''), { mode: 0o600 });
  try {
    await test(release, whole, { tools, isBare: true });
  } finally {
    await machineFiles.discard(path);
  }
}
