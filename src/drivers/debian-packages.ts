// Debian packages, by dpkg-query and apt-get.
import { setTimeout as pause } from 'node:timers/promises';
import type { DeclaredTool, MachineTools } from '../core/machine-daemons.ts';
import { MachineError } from '../core/machine-error.ts';
import type { DriverMachine } from './step.ts';

export const packageTools: readonly DeclaredTool[] = [
  { name: 'dpkg-query' },
  { name: 'apt-get' },
  { name: 'systemd-run' },
  { name: 'journalctl' },
];

/** The unit that apt-get runs in. A second one of this name cannot be started. */
const UNIT = 'whmapi1-apt';
const LIMIT_MS = 1_800_000;
const PAUSE_MS = 500;

interface PackageWork {
  readonly machine: DriverMachine;
  /** Milliseconds since 1970-01-01. */
  readonly now: () => number;
  readonly log: (line: string) => void;
}

/** Those of the packages that are not installed. @throws MachineError `failed` where there is no dpkg. */
export async function findMissing(tools: MachineTools, names: readonly string[]): Promise<string[]> {
  const installed = await versions(tools, names);
  return names.filter((name) => !installed.has(name));
}

/**
 * Installs packages, without those that are only recommended. Configuration files that were changed by hand stay.
 * @returns those that were installed or upgraded, with what they need: `bind9 1:9.20.11-4`.
 * @throws MachineError `failed` with the words of apt-get.
 */
export async function install(
  tools: MachineTools,
  names: readonly string[],
  work: PackageWork,
): Promise<string[]> {
  if (!(await tools.has('apt-get'))) {
    throw new MachineError(
      'failed',
      `This machine has no apt-get. Install ${names.join(', ')} by its own means, and activate the profile again.`,
    );
  }
  await waitForEarlier(work);
  const before = await versions(tools, []);
  // An administrator who is using apt is waited for.
  const wait = ['--option', 'DPkg::Lock::Timeout=300'];
  try {
    await runApart(tools, ['apt-get', '--quiet', ...wait, 'update'], work);
  } catch (error) {
    // A repository of somebody else, which is out of reach, does not have the packages anyway.
    if (!(error instanceof MachineError)) throw error;
    work.log(`Not all lists of packages could be updated, and the old ones are used: ${error.message}`);
  }
  const keep = ['--option', 'Dpkg::Options::=--force-confdef', '--option', 'Dpkg::Options::=--force-confold'];
  const words = ['--quiet', '--yes', '--no-install-recommends', ...wait, ...keep, 'install', '--', ...names];
  try {
    await runApart(tools, ['apt-get', ...words], work);
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('dpkg was interrupted'))) throw error;
    await runApart(tools, ['dpkg', '--force-confdef', '--force-confold', '--configure', '--pending'], work);
    work.log('Completed an installation of packages that had been interrupted.');
    await runApart(tools, ['apt-get', ...words], work);
  }
  const after = await versions(tools, []);
  return [...after].flatMap(([name, version]) =>
    before.get(name) === version ? [] : [`${name} ${version}`],
  );
}

/** The versions of installed packages by name. Without names: of all. */
async function versions(tools: MachineTools, names: readonly string[]): Promise<Map<string, string>> {
  const format = '${Package} ${Version} ${db:Status-Status}\\n';
  // dpkg-query answers 1 if it does not know one of them.
  const words = ['--show', `--showformat=${format}`, '--', ...names];
  const { stdout } = await tools.run('dpkg-query', words, { accept: [0, 1] });
  return new Map(
    stdout.split('\n').flatMap((line): [string, string][] => {
      const [name = '', version = '', state] = line.split(' ');
      return state === 'installed' ? [[name, version]] : [];
    }),
  );
}

/** One that goes on although the worker that started it has died. */
async function waitForEarlier({ machine, now, log }: PackageWork): Promise<void> {
  const services = await machine.services();
  const isRunning = async () =>
    /^(?:active|activating|deactivating)$/.test((await services.state(UNIT)).state);
  const deadline = now() + LIMIT_MS;
  for (let told = false; (await isRunning()) && now() < deadline; await pause(PAUSE_MS)) {
    if (!told) log(`Waiting for the unit ${UNIT}, which an interrupted task has started.`);
    told = true;
  }
}

/**
 * Runs a program of the packages in a unit of its own. It thus writes where the confined server cannot, and neither loses
 * its output nor ends when the server does: dpkg must not be killed in the middle of its work.
 * @throws MachineError `failed` with the words of the program.
 */
async function runApart(
  tools: MachineTools,
  command: readonly string[],
  { now }: PackageWork,
): Promise<void> {
  const begun = Math.floor(now() / 1000);
  const [program = ''] = command;
  const words = [
    ...['--quiet', '--wait', '--collect', `--unit=${UNIT}`, '--description=whmapi1 installs packages'],
    ...[`--property=RuntimeMaxSec=${LIMIT_MS / 1000}`],
    ...[
      '--setenv=DEBIAN_FRONTEND=noninteractive',
      '--setenv=APT_LISTCHANGES_FRONTEND=none',
      '--setenv=LC_ALL=C',
    ],
  ];
  // It ends with the status of the program, or with 1: apt-get has 100, dpkg 1 and 2.
  const ran = await tools.run('systemd-run', [...words, '--', ...command], {
    limitMs: LIMIT_MS + 60_000,
    accept: [0, 1, 2, 100],
  });
  if (ran.status === 0) return;
  await tools.run('journalctl', ['--sync'], { accept: [0, 1] });
  const match = [`--since=@${begun}`, `_SYSTEMD_UNIT=${UNIT}.service`];
  const { stdout } = await tools.run('journalctl', ['--quiet', '--no-pager', '--output=cat', ...match]);
  const lines = `${ran.stderr}\n${stdout}`.split('\n').filter((line) => line.trim() !== '');
  const complaints = lines.filter((line) => /^(?:E|dpkg: error|Failed)\b/.test(line));
  const said = (complaints.length > 0 ? complaints : lines).slice(-3).join(' / ');
  throw new MachineError('failed', `“${program}” failed: ${said === '' ? `status ${ran.status}` : said}`);
}
