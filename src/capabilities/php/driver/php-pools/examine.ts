// Says whether PHP-FPM of one release runs with the pools of accounts. Changes nothing.
import type { MachineFiles } from '../../../../core/machine-daemons.ts';
import type { MachineKernel } from '../../../../core/machine-kernel.ts';
import type { PhpVersion } from '../../rules/versions.ts';
import type { DriverPort } from '../../../../ground/driver/file-driver.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { assertWholeConfiguration } from './control.ts';
import { socketOwner, type AccountPools } from './driver.ts';
import { accountFile, CONFIGURATION, poolFolder, SOCKETS, WEB_CONFIGURATION } from './places.ts';
import { renderPools } from './render.ts';

export interface PoolProblem {
  /** A sentence. */
  readonly text: string;
  /** What fixes it. */
  readonly command?: string;
  /** True if websites do not run PHP because of it, or will not after the next start. */
  readonly isSerious: boolean;
}

type ExaminedMachine = DriverMachine & { readonly kernel: () => Promise<MachineKernel> };

/** @param accounts those with pools of this release, and the pools that they should have. */
export async function examinePools(
  machine: ExaminedMachine,
  { release, unit, fpm }: PhpVersion,
  accounts: readonly AccountPools[],
): Promise<PoolProblem[]> {
  const [files, tools, services, kernel] = await Promise.all([
    machine.files([CONFIGURATION, SOCKETS, WEB_CONFIGURATION]),
    machine.tools([{ name: fpm, worksInSandbox: true }]),
    machine.services(),
    machine.kernel(),
  ]);
  const { state, isEnabled, isMasked } = await services.state(unit);
  if (isMasked === true && accounts.length === 0) return [];
  const ofFiles = await examineFiles(files, release, accounts);
  const rejection = await rejectionOf(release, { files, tools, services });
  if (rejection !== undefined) return [serious(rejection), ...ofFiles];
  if (state !== 'active') {
    const text = `“${unit}” is ${state}, so PHP does not run. Its log says why: journalctl -u ${unit}`;
    return [serious(text, `systemctl enable --now ${unit}`), ...ofFiles];
  }
  const listening = await kernel.listeningPaths();
  const silent = accounts
    .flatMap(({ pools }) => pools)
    .filter(({ socket }) => !listening.has(files.locate(socket)))
    .map(({ name }) => name);
  return [
    ...(isEnabled ? [] : [serious(`“${unit}” does not start with the machine.`, `systemctl enable ${unit}`)]),
    ...ofFiles,
    ...(silent.length === 0
      ? []
      : [serious(`“${unit}” does not listen for ${listed(silent)}.`, `systemctl reload ${unit}`)]),
  ];
}

const serious = (text: string, command?: string): PoolProblem => ({
  text,
  isSerious: true,
  ...(command !== undefined && { command }),
});

/** Why PHP-FPM would not start, and who wrote the file that it rejects. */
async function rejectionOf(release: string, port: DriverPort): Promise<string | undefined> {
  try {
    await assertWholeConfiguration(release, port);
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    const path = await rejectedFile(message, release, port.files);
    return `${message.replace(/\.?$/, '.')} It does not start again with these files.${whoseFile(path)}`;
  }
}

/** A sentence if this program did not write the file. Otherwise empty. */
export function whoseFile(path: string | undefined): string {
  const isOurs = path === undefined || /\/(?:00-whmapi1|whmapi1-[^/]+)\.conf$/.test(path);
  return isOurs ? '' : ` This program did not write “${path}”. Correct that file.`;
}

/** The file that PHP-FPM complains about. It names a file, or only the pool: `[pool shop] cannot get uid …`. */
export async function rejectedFile(
  message: string,
  release: string,
  files: MachineFiles,
): Promise<string | undefined> {
  const folder = poolFolder(release);
  const [, named] = /\[(\/\S+\.conf):\d+\]/.exec(message) ?? [];
  if (named !== undefined) return `${folder}/${named.slice(named.lastIndexOf('/') + 1)}`;
  const [, pool] = /\[pool ([^\]]+)\]/.exec(message) ?? [];
  if (pool === undefined) return undefined;
  for (const name of await files.list(folder)) {
    const path = `${folder}/${name}`;
    const text = (await files.readText(path).catch(() => '')) ?? '';
    if (text.split('\n').some((line) => line.trim() === `[${pool}]`)) return path;
  }
  return undefined;
}

async function examineFiles(
  files: MachineFiles,
  release: string,
  accounts: readonly AccountPools[],
): Promise<PoolProblem[]> {
  const missing: string[] = [];
  const edited: PoolProblem[] = [];
  const sockets = await socketOwner(files);
  for (const { username, pools } of accounts) {
    const path = accountFile(release, username);
    const text = await files.readText(path).catch(() => '');
    if (text === undefined) missing.push(username);
    else if (text !== renderPools(pools, (socket) => files.locate(socket), sockets))
      edited.push({
        text:
          `“${path}” is not as this program writes it, so the pools of “${username}” cannot be changed. ` +
          'Remove the file to have it written again.',
        isSerious: false,
      });
  }
  const expected = new Set(accounts.map(({ username }) => accountFile(release, username)));
  const leftover = (await files.list(poolFolder(release)))
    .map((name) => `${poolFolder(release)}/${name}`)
    .filter((path) => /\/whmapi1-[^/]+\.conf$/.test(path) && !expected.has(path));
  return [
    ...(missing.length === 0
      ? []
      : [serious(`The pools of ${listed(missing)} are missing in “${poolFolder(release)}”.`)]),
    ...edited,
    ...leftover.map((path) => ({
      text: `“${path}” has pools of an account that has none with PHP ${release}.`,
      command: `rm ${path} && systemctl reload php${release}-fpm`,
      isSerious: false,
    })),
  ];
}

function listed(names: readonly string[], shown = 5): string {
  const more = names.length - shown;
  const first = names.slice(0, shown).map((name) => `“${name}”`);
  return `${first.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
