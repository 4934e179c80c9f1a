// Upgrades MariaDB by its packages. A dump of all databases is the way back, because MariaDB does not read the data of a
// newer version.
import { MachineError } from '../../../../core/machine-error.ts';
import type { Machine } from '../../../../core/machine.ts';
import type { UpgradeInput } from '../../rules/mysql-upgrades.ts';
import type { InstalledPackage } from '../../../software/rules/debian-packages/packages.ts';
import { packagesOf } from '../../../software/driver/apt/look-debian-packages.ts';
import type { ChangeWork, PackageSource } from '../../../software/driver/apt/packages.ts';
import { lineOf } from './version-lines.ts';
import { currentVersion } from './versions.ts';

const BACKUPS = '/var/backups';
const FOLDER = `${BACKUPS}/whmapi1`;
const SERVER = 'mariadb-server';
/** The server, its clients and libraries, which belong together. */
const OWN_PACKAGES = /^(?:mariadb-|libmariadb)/;
const DUMP_LIMIT_MS = 12 * 3_600_000;
const UPGRADE_LIMIT_MS = 3_600_000;
const tools = ['mariadb-dump', 'mariadb-upgrade'].map((name) => ({ name }));

type UpgradeWork = ChangeWork & {
  readonly progress: (percent: number, activity: string) => void;
  /** @returns whether a call has dropped or renamed a database since. */
  readonly watchDrops: () => Promise<(name: string) => Promise<boolean>>;
};

/** @returns the version of the running server afterwards. @throws MachineError. Can be repeated after an interruption. */
export async function upgradeMysql(
  machine: Machine,
  { upgradeId, from, to }: UpgradeInput,
  work: UpgradeWork,
): Promise<string> {
  const { log, progress, signal } = work;
  const source = await packagesOf(machine);
  progress(2, 'Fetching the lists of packages');
  await source.update(work);
  const before = await installedServer(source);
  const offered = (await source.versions([SERVER])).get(SERVER)?.latest;
  const lines = [before.version, ...(offered === undefined ? [] : [offered])].map(lineOf);
  if (!lines.includes(to)) {
    throw new MachineError('failed', `apt no longer offers MariaDB ${to}. Nothing was changed.`);
  }
  const path = `${FOLDER}/${upgradeId}.sql`;
  signal?.throwIfAborted();
  if (lineOf(before.version) === from) {
    log(`MariaDB ${before.version} is installed. The databases are written to “${path}”.`);
    progress(5, 'Writing a backup of all databases');
    await backUp(machine, path);
  }
  const isDropped = await work.watchDrops();
  const databases = await listDatabases(machine);
  signal?.throwIfAborted();
  progress(40, 'Changing packages');
  const upgrade = [...(await source.installed()).keys()].filter((name) => OWN_PACKAGES.test(name));
  const request = { install: [], remove: [], upgrade };
  try {
    const changes = to === lineOf(offered ?? '') ? await source.simulate(request) : [];
    for (const { name, before: old, after } of changes)
      log(`${name}: ${old ?? 'new'} to ${after ?? 'removed'}.`);
    if (changes.length > 0) await source.change(request, { ...work, mayRemove: false });
    else log('No package has an update.');
    progress(80, 'Upgrading the system tables');
    const services = await machine.services();
    if ((await services.state('mariadb')).state !== 'active') await services.start('mariadb');
    const found = await machine.tools(tools);
    const { stdout } = await found.run('mariadb-upgrade', [], { limitMs: UPGRADE_LIMIT_MS });
    for (const line of stdout.split('\n')) if (line.trim() !== '') log(line);
    progress(95, 'Checking the server');
    const { version } = await currentVersion(machine);
    if (version !== to)
      throw new MachineError('failed', `MariaDB runs in the version ${version}, not ${to}.`);
    const left = new Set(await listDatabases(machine));
    const missing = databases.filter((name) => !left.has(name));
    const lost: string[] = [];
    for (const name of missing) {
      if (await isDropped(name)) log(`“${name}” was dropped or renamed by a call meanwhile.`);
      else lost.push(name);
    }
    if (lost.length > 0) {
      throw new MachineError('failed', `After the upgrade, these databases are missing: ${lost.join(', ')}.`);
    }
    log(`MariaDB ${version} runs, with all ${databases.length - missing.length} databases.`);
    return version;
  } finally {
    log(
      `The way back: remove ${SERVER} and its data in /var/lib/mysql, run ` +
        `“apt-get install ${SERVER}=${before.version}”, and then “mariadb < ${path}”.`,
    );
  }
}

async function installedServer(source: PackageSource): Promise<InstalledPackage> {
  const found = (await source.installed()).get(SERVER);
  if (found !== undefined) return found;
  throw new MachineError('failed', `The package ${SERVER} is not installed, so it cannot be upgraded.`);
}

/** Only root can read the file. The server stays usable: the dump is the state of one moment for tables of InnoDB. */
async function backUp(machine: Machine, path: string): Promise<void> {
  const files = await machine.files([BACKUPS]);
  await files.makeDirectory(FOLDER, { mode: 0o700 });
  await files.write(path, '', { mode: 0o600 });
  const found = await machine.tools(tools);
  const whole = [
    '--all-databases',
    '--single-transaction',
    '--routines',
    '--events',
    '--triggers',
    '--hex-blob',
  ];
  await found.run('mariadb-dump', [...whole, { prefix: '--result-file=', path }], { limitMs: DUMP_LIMIT_MS });
}

async function listDatabases(machine: Machine): Promise<string[]> {
  const server = await (await machine.databases()).mysql();
  const rows = await server?.use((connection) =>
    connection.query<{ name: string }>('SELECT schema_name AS name FROM information_schema.schemata'),
  );
  return (rows ?? []).map(({ name }) => name);
}
