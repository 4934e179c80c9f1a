// Says whether PHP-FPM accepts its files without a test of all of them. It reads them one byte at a time, so a test takes long
// on a server with many accounts.
import type { DeclaredTool } from '../../../../core/machine-daemons.ts';
import type { DriverPort } from '../../../../ground/driver/file-driver.ts';
import { baseFile, mainFile, poolFolder, processFile, usernameOf } from './places.ts';

/** A sandbox has them, too, for the tests: there, none of them is run for an account. */
export const toolsToKnow: readonly DeclaredTool[] = ['find', 'grep', 'getent'].map((name) => ({
  name,
  worksInSandbox: true,
}));

/** A file that was changed so shortly before PHP-FPM had read all of them may have been changed after it was read. */
const READING_MS = 60_000;

type Port = Pick<DriverPort, 'files' | 'tools'>;

/**
 * True if only we have pools, PHP-FPM has read each file or accepted it alone when we wrote it, and all users and groups
 * exist. False if only a test can tell.
 */
export async function isAccepted(release: string, { files, tools }: Port): Promise<boolean> {
  const folder = poolFolder(release);
  const pools = (await files.list(folder)).filter((name) => name.endsWith('.conf'));
  const isOurs = (path: string) => path === baseFile(release) || usernameOf(path) !== '';
  if (!pools.every((name) => isOurs(`${folder}/${name}`))) return false;
  const { modifiedAt } = (await files.facts(processFile(release))) ?? {};
  if (modifiedAt === undefined) return false;
  const since = modifiedAt - READING_MS;
  if (!(await isMainFileKnown(release, since, { files, tools }))) return false;
  for (const name of await changedSince(folder, since, tools)) {
    const path = `${folder}/${name}`;
    // What all pools share is not tested alone.
    if (path === baseFile(release)) return false;
    if (pools.includes(name) && (await files.origin(path)) !== 'ours') return false;
  }
  return haveUsersAndGroups(folder, tools);
}

async function isMainFileKnown(release: string, since: number, { files }: Port): Promise<boolean> {
  const { kind, changedAt = 0 } = (await files.facts(mainFile(release))) ?? {};
  if (kind !== 'file' || changedAt >= since) return false;
  const text = (await files.readText(mainFile(release))) ?? '';
  const included = [...text.matchAll(/^\s*include\s*=\s*"?([^"\n]*?)"?\s*$/gm)].map(([, path]) => path);
  return included.every((path) => path === `${files.locate(poolFolder(release))}/*.conf`);
}

/** By the time of any change, which nobody can set. A link counts as changed, because its file may have. */
async function changedSince(folder: string, since: number, tools: Port['tools']): Promise<string[]> {
  const isChanged = ['(', '-newerct', new Date(since).toISOString(), '-o', '!', '-type', 'f', ')'];
  const words = ['-mindepth', '1', '-maxdepth', '1', ...isChanged, '-printf', '%f\\0'];
  const { stdout } = await tools.run('find', [{ path: folder }, ...words]);
  return stdout.split('\0').filter((name) => name !== '');
}

/** PHP-FPM ends if it finds one of them missing. */
async function haveUsersAndGroups(folder: string, tools: Port['tools']): Promise<boolean> {
  const lines = /^(?:listen\.)?(user|owner|group) = (.+)$/gm;
  const pattern = '^(user|group|listen\\.owner|listen\\.group) = ';
  const words = ['--no-filename', '--recursive', '--include=*.conf', '--extended-regexp', '--', pattern];
  const { stdout } = await tools.run('grep', [...words, { path: folder }]);
  const [users, groups] = await Promise.all([namesIn('passwd', tools), namesIn('group', tools)]);
  return [...stdout.matchAll(lines)].every(([, kind, name = '']) =>
    (kind === 'group' ? groups : users).has(name),
  );
}

async function namesIn(database: 'passwd' | 'group', tools: Port['tools']): Promise<ReadonlySet<string>> {
  const { stdout } = await tools.run('getent', [database]);
  return new Set(stdout.split('\n').map((line) => line.split(':', 1)[0] ?? ''));
}
