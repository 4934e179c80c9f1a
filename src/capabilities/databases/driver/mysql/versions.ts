// The installed version of MariaDB or MySQL, and those that apt would install.
import { DatabaseError } from '../../../../core/machine-databases.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { Machine } from '../../../../core/machine.ts';
import type { MysqlVersion } from '../../rules/mysql-versions.ts';
import { packagesOf } from '../../../software/driver/apt/look-debian-packages.ts';
import { compareLines, lineOf, runningVersion } from './version-lines.ts';

/** The packages of servers. Debian has the first only. */
const servers = [
  { server: 'mariadb', name: 'mariadb-server' },
  { server: 'mysql', name: 'mysql-server' },
] as const;

type VersionMachine = Pick<Machine, 'databases' | 'files' | 'tools' | 'services' | 'system'>;

/** As the running server says. @throws MachineError `not_found` if this machine has none. */
export async function currentVersion(machine: VersionMachine): Promise<MysqlVersion> {
  const said = await askServer(machine);
  if (said !== undefined) return runningVersion(said);
  const installed = await (await packagesOf(machine)).installed();
  for (const { server, name } of servers) {
    const found = installed.get(name);
    if (found !== undefined) return { server, version: lineOf(found.version) };
  }
  throw new MachineError('not_found', 'Neither MariaDB nor MySQL is installed on this server.');
}

/** What the server says about itself. Undefined if it does not run. */
async function askServer(machine: VersionMachine): Promise<string | undefined> {
  const server = await (await machine.databases()).mysql();
  try {
    const rows = await server?.use((connection) =>
      connection.query<{ version: string }>('SELECT VERSION() AS version'),
    );
    return rows?.[0]?.version;
  } catch (error) {
    if (error instanceof DatabaseError) return undefined;
    throw error;
  }
}

/** What apt would install or keep. Only of the installed server, if there is one: another is no upgrade. Oldest first. */
export async function installableVersions(machine: VersionMachine): Promise<MysqlVersion[]> {
  const versions = await (await packagesOf(machine)).versions(servers.map(({ name }) => name));
  const isAny = servers.some(({ name }) => versions.get(name)?.installed !== undefined);
  return servers.flatMap(({ server, name }) => {
    const { installed, latest } = versions.get(name) ?? {};
    if (isAny && installed === undefined) return [];
    const lines = new Set([installed, latest].flatMap((one) => (one === undefined ? [] : [lineOf(one)])));
    return [...lines].sort(compareLines).map((version) => ({ server, version }));
  });
}
