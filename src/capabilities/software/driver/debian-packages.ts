// The Debian packages that roles need.
import type { DeclaredTool, MachineTools } from '../../../core/machine-daemons.ts';
import { MachineError } from '../../../core/machine-error.ts';
import { apartTools, type ApartWork } from './apt/apart.ts';
import { changeByApt, updateLists } from './apt/apt-get.ts';

export const packageTools: readonly DeclaredTool[] = [
  { name: 'dpkg-query' },
  { name: 'apt-get' },
  ...apartTools,
];

/** Returns the packages that are not installed. @throws MachineError `failed` if there is no dpkg. */
export async function findMissing(tools: MachineTools, names: readonly string[]): Promise<string[]> {
  const installed = await installedVersions(tools, names);
  return names.filter((name) => !installed.has(name));
}

/**
 * Installs packages without recommended ones. Configuration files that were changed by hand are kept. @returns the
 * installed and upgraded packages, including dependencies: `bind9 1:9.20.11-4`. @throws MachineError `failed` with the
 * message of apt-get.
 */
export async function install(
  tools: MachineTools,
  names: readonly string[],
  work: ApartWork,
): Promise<string[]> {
  if (!(await tools.has('apt-get'))) {
    throw new MachineError(
      'failed',
      `This server has no apt-get. Install ${names.join(', ')} with its own package manager, and then activate the ` +
        `profile again.`,
    );
  }
  const before = await installedVersions(tools, []);
  await updateLists(tools, work);
  await changeByApt(tools, ['--no-install-recommends', 'install', '--', ...names], work);
  const after = await installedVersions(tools, []);
  return [...after].flatMap(([name, version]) =>
    before.get(name) === version ? [] : [`${name} ${version}`],
  );
}

/** The versions of installed packages, by name. Without `names`: all of them. */
export async function installedVersions(
  tools: MachineTools,
  names: readonly string[],
): Promise<Map<string, string>> {
  const format = '${Package} ${Version} ${db:Status-Status}\\n';
  // dpkg-query exits with 1 if it does not know one of the packages.
  const words = ['--show', `--showformat=${format}`, '--', ...names];
  const { stdout } = await tools.run('dpkg-query', words, { accept: [0, 1] });
  return new Map(
    stdout.split('\n').flatMap((line): [string, string][] => {
      const [name = '', version = '', state] = line.split(' ');
      return state === 'installed' ? [[name, version]] : [];
    }),
  );
}
