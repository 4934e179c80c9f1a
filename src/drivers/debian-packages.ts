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

/** The unit in which apt-get runs. Its name makes sure that only one runs at a time. */
const UNIT = 'whmapi1-apt';
const LIMIT_MS = 1_800_000;
const PAUSE_MS = 500;

interface PackageWork {
  readonly machine: DriverMachine;
  /** Milliseconds since 1970-01-01. */
  readonly now: () => number;
  readonly log: (line: string) => void;
}

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
  work: PackageWork,
): Promise<string[]> {
  if (!(await tools.has('apt-get'))) {
    throw new MachineError(
      'failed',
      `This server has no apt-get. Install ${names.join(', ')} with its own package manager, and then activate the ` +
        `profile again.`,
    );
  }
  await waitForEarlier(work);
  const before = await installedVersions(tools, []);
  // If an administrator is using apt, wait for the lock.
  const wait = ['--option', 'DPkg::Lock::Timeout=300'];
  try {
    await runApart(tools, ['apt-get', '--quiet', ...wait, 'update'], work);
  } catch (error) {
    // Not fatal: the packages may not come from the repository that cannot be reached.
    if (!(error instanceof MachineError)) throw error;
    work.log(`Some package lists could not be updated. The old lists are used: ${error.message}`);
  }
  const keep = ['--option', 'Dpkg::Options::=--force-confdef', '--option', 'Dpkg::Options::=--force-confold'];
  const words = ['--quiet', '--yes', '--no-install-recommends', ...wait, ...keep, 'install', '--', ...names];
  try {
    await runApart(tools, ['apt-get', ...words], work);
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('dpkg was interrupted'))) throw error;
    await runApart(tools, ['dpkg', '--force-confdef', '--force-confold', '--configure', '--pending'], work);
    work.log('Completed an interrupted installation of packages.');
    await runApart(tools, ['apt-get', ...words], work);
  }
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

/** An installation that still runs although the worker that started it has ended. */
async function waitForEarlier({ machine, now, log }: PackageWork): Promise<void> {
  const services = await machine.services();
  const isRunning = async () =>
    /^(?:active|activating|deactivating)$/.test((await services.state(UNIT)).state);
  const deadline = now() + LIMIT_MS;
  for (let told = false; (await isRunning()) && now() < deadline; await pause(PAUSE_MS)) {
    if (!told) log(`Waiting for the unit ${UNIT} of an interrupted task.`);
    told = true;
  }
}

/**
 * Runs a package management program in a separate unit. There it can write where the confined server cannot, and it
 * keeps its output and goes on if the server ends: dpkg must not be killed in the middle of its work. @throws
 * MachineError `failed` with the message of the program.
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
  // systemd-run exits with the status of the program, or with 1. apt-get exits with 100, dpkg with 1 or 2.
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
