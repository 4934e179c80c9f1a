// Why this server should be restarted: packages that asked for it, and a kernel that is newer than the one that runs.
import { release } from 'node:os';
import type { DeclaredTool } from '../../../../core/machine-daemons.ts';
import { installedVersions, packageTools } from '../../../software/driver/debian-packages.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';

export interface RebootReasons {
  /** What starts next and what runs now: `6.12.57+deb13-amd64`. Undefined if they are the same. */
  readonly kernel: { readonly next: string; readonly running: string } | undefined;
  /** Packages that asked for a restart when they were upgraded, with their versions. */
  readonly packages: ReadonlyMap<string, string>;
  /** True if one asked, even if none is named. */
  readonly isAsked: boolean;
}

/** Debian’s packages leave these two files, which a restart removes (Debian Policy, unattended-upgrades). */
const REQUIRED = '/run/reboot-required';
const PACKAGES = '/run/reboot-required.pkgs';
/** The tool is part of linux-base, on which each kernel of Debian depends. */
const kernels: readonly DeclaredTool[] = [{ name: 'linux-version' }];

export async function lookForRebootReasons(
  machine: DriverMachine,
  running = release(),
): Promise<RebootReasons> {
  const files = await machine.files(['/run']);
  const [isAsked, named] = await Promise.all([files.facts(REQUIRED), files.readText(PACKAGES)]);
  const names = [...new Set((named ?? '').split('\n').filter((name) => name !== ''))].sort();
  const next = await newestKernel(machine);
  return {
    kernel: next === undefined || next === running ? undefined : { next, running },
    packages: await versionsOf(machine, names),
    isAsked: isAsked !== undefined || names.length > 0,
  };
}

/** Undefined if none is installed here, as in a container. */
async function newestKernel(machine: DriverMachine): Promise<string | undefined> {
  const tools = await machine.tools(kernels);
  if (!(await tools.has('linux-version'))) return undefined;
  const { stdout } = await tools.run('linux-version', ['list']);
  const installed = stdout.split('\n').filter((line) => line !== '');
  if (installed.length === 0) return undefined;
  const sorted = await tools.run('linux-version', ['sort', '--reverse', ...installed]);
  return sorted.stdout.split('\n')[0];
}

async function versionsOf(machine: DriverMachine, names: readonly string[]): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const tools = await machine.tools(packageTools);
  const versions = (await tools.has('dpkg-query'))
    ? await installedVersions(tools, names)
    : new Map<string, string>();
  return new Map(names.map((name) => [name, versions.get(name) ?? '']));
}
