// The pool “www” of Debian’s packages, whose programs run as the user of the web server. Accounts have no use for it, and
// every account could send requests to it, so it is set aside while the server has the role WebServer.
import { createHash } from 'node:crypto';
import type { DeclaredTool, MachineTools } from '../../../../core/machine-daemons.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { exclusively, isRunning, reload } from './control.ts';
import { poolSteps } from './driver.ts';
import { CONFIGURATION, debianFile } from './places.ts';

const tools: readonly DeclaredTool[] = [{ name: 'dpkg-divert' }, { name: 'dpkg-query' }];
/** PHP-FPM reads only files that end with “.conf”. */
const ASIDE = '.debian';

export type DebianPool = 'absent' | 'unmodified' | 'modified';

/** What is in place. Another package, or an administrator, may have written the file. */
export async function findDebianPool(machine: DriverMachine, release: string): Promise<DebianPool> {
  const path = debianFile(release);
  const content = await (await machine.files([CONFIGURATION])).read(path);
  if (content === undefined) return 'absent';
  const found = await machine.tools(tools);
  if (!(await found.has('dpkg-query'))) return 'modified';
  const words = ['--show', '--showformat=${Conffiles}\\n', '--', `php${release}-fpm`];
  const { stdout } = await found.run('dpkg-query', words, { accept: [0, 1] });
  // dpkg has the MD5 digests of configuration files as they were installed.
  const digest = createHash('md5').update(content).digest('hex');
  return stdout.split('\n').some((line) => line.trim() === `${path} ${digest}`) ? 'unmodified' : 'modified';
}

/** Sets the pool aside if nobody has changed it, also for later versions of the package. @returns what it found. */
export async function setDebianPoolAside(machine: DriverMachine, release: string): Promise<DebianPool> {
  const found = await findDebianPool(machine, release);
  if (found !== 'unmodified') return found;
  const path = debianFile(release);
  await divert(await machine.tools(tools), ['--divert', `${path}${ASIDE}`, '--add', path]);
  await loadPools(machine, release);
  return found;
}

/** Puts the pools of all releases back that were set aside. @returns their files. */
export async function putDebianPoolsBack(machine: DriverMachine): Promise<readonly string[]> {
  if (!(await machine.services()).isSupported) return [];
  const found = await machine.tools(tools);
  if (!(await found.has('dpkg-divert'))) return [];
  const { stdout } = await found.run('dpkg-divert', ['--list', debianFile('*')], { accept: [0, 1] });
  const own = /^local diversion of (\S+\/(\d\.\d{1,2})\/fpm\/pool\.d\/www\.conf) to \S+\.debian$/gm;
  const restored: string[] = [];
  for (const [, path = '', release = ''] of stdout.matchAll(own)) {
    await divert(found, ['--remove', path]);
    await loadPools(machine, release);
    restored.push(path);
  }
  return restored;
}

async function divert(found: MachineTools, words: readonly string[]): Promise<void> {
  await found.run('dpkg-divert', ['--quiet', '--local', '--rename', ...words]);
}

async function loadPools(machine: DriverMachine, release: string): Promise<void> {
  const port = await poolSteps(release).port(machine);
  if (await isRunning(release, port)) await exclusively(release, port)(() => reload(release, port));
}
