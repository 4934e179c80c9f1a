// The software of this server: what dpkg has installed.
import { machine as machineType, release } from 'node:os';
import type { DeclaredTool } from '../../../core/machine-daemons.ts';
import type { Machine } from '../../../core/machine.ts';
import { readSystemRelease, type OperatingSystem } from './debian-releases/system-release.ts';

const tools: readonly DeclaredTool[] = [{ name: 'dpkg-query', worksInSandbox: true }];

export interface Software {
  readonly system: OperatingSystem;
  /** The release of the running kernel: `6.12.57+deb13-amd64`. */
  readonly kernel: string;
  /** `x86_64` */
  readonly machineType: string;
  /** The versions of the installed packages, by name. */
  readonly packages: ReadonlyMap<string, string>;
}

export async function findSoftware(machine: Machine): Promise<Software> {
  const port = await machine.tools(tools);
  const [system, packages] = await Promise.all([
    readSystemRelease(machine),
    (await port.has('dpkg-query'))
      ? port.run('dpkg-query', [
          { path: '/var/lib/dpkg', prefix: '--admindir=' },
          '--show',
          '--showformat=${Package}\\t${Version}\\t${db:Status-Status}\\n',
        ])
      : { stdout: '' },
  ]);
  const rows = packages.stdout.split('\n').map((line) => line.split('\t'));
  return {
    system,
    kernel: release(),
    machineType: machineType(),
    packages: new Map(
      rows.flatMap(([name = '', version = '', status]) => (status === 'installed' ? [[name, version]] : [])),
    ),
  };
}
