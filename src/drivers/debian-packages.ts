// Debian packages, by dpkg-query and apt-get.
import type { DeclaredTool, MachineTools } from '../core/machine-daemons.ts';
import { MachineError } from '../core/machine-error.ts';

export const packageTools: readonly DeclaredTool[] = [{ name: 'dpkg-query' }, { name: 'apt-get' }];

const INSTALL_MS = 1_800_000;

/** Those of the packages that are not installed. @throws MachineError `failed` where there is no dpkg. */
export async function findMissing(tools: MachineTools, names: readonly string[]): Promise<string[]> {
  // dpkg-query answers 1 if it does not know one of them.
  const words = ['--show', '--showformat=${Package} ${db:Status-Status}\\n', '--', ...names];
  const { stdout } = await tools.run('dpkg-query', words, { accept: [0, 1] });
  const installed = new Set(
    stdout.split('\n').flatMap((line) => (line.endsWith(' installed') ? [line.split(' ')[0]] : [])),
  );
  return names.filter((name) => !installed.has(name));
}

/**
 * Installs packages, without those that are only recommended. Configuration files that were changed by hand stay.
 * @throws MachineError `failed` with the words of apt-get.
 */
export async function install(tools: MachineTools, names: readonly string[]): Promise<void> {
  if (!(await tools.has('apt-get'))) {
    throw new MachineError(
      'failed',
      `This machine has no apt-get. Install ${names.join(', ')} by its own means, and activate the profile again.`,
    );
  }
  // An administrator at work with apt is waited for.
  const wait = ['--option', 'DPkg::Lock::Timeout=300'];
  await tools.run('apt-get', ['--quiet', ...wait, 'update'], { limitMs: INSTALL_MS });
  const keep = ['--option', 'Dpkg::Options::=--force-confdef', '--option', 'Dpkg::Options::=--force-confold'];
  const words = ['--quiet', '--yes', '--no-install-recommends', ...wait, ...keep, 'install', '--', ...names];
  await tools.run('apt-get', words, { limitMs: INSTALL_MS });
}
