// Prepares PHP-FPM for the role WebServer: every installed version runs, with the base configuration of the pools, and has
// the pools of the accounts.
import type { Pools } from '../../rules/pools.ts';
import type { RoleWork } from '../../../../ground/driver/role.ts';
import { unifiedDiff } from '../../../../ground/driver/diffs.ts';
import { findVersions } from '../versions.ts';
import { exclusively, reload } from './control.ts';
import { hasWebGroup } from '../../../../ground/driver/virtual-hosts/web-group.ts';
import { setDebianPoolAside } from './debian-pool.ts';
import { poolSteps } from './driver.ts';
import { debianFile, SOCKETS, WEB_CONFIGURATION } from './places.ts';
import { closedSockets } from './render.ts';
import { stepOf } from './steps/change.ts';

/** systemd-tmpfiles creates the folder of the sockets at each start of the machine (tmpfiles.d(5)). */
const BOOT_FILE = '/etc/tmpfiles.d/whmapi1-php.conf';
const BOOT_TEXT = `# whmapi1: the sockets of PHP-FPM.\nd ${SOCKETS} 0711 root root -\n`;

/** Can be repeated. */
export async function configurePhp({
  machine,
  log,
  changed,
  setFirstPhp,
  isRetry,
}: Pick<RoleWork, 'machine' | 'log' | 'changed' | 'isRetry'> & {
  /** Makes a version of PHP the server's default if there is none yet. */
  readonly setFirstPhp: (version: string | undefined) => Promise<void>;
}): Promise<void> {
  const files = await machine.files(['/etc/tmpfiles.d']);
  const before = (await files.readText(BOOT_FILE)) ?? null;
  if (before !== BOOT_TEXT) {
    await files.makeDirectory('/etc/tmpfiles.d', { mode: 0o755 });
    await files.write(BOOT_FILE, BOOT_TEXT, { mode: 0o644 });
    changed(`Create the folder “${SOCKETS}” at each start of the server.`);
    const diff = unifiedDiff({ path: BOOT_FILE, before, after: BOOT_TEXT, isSecret: false });
    for (const line of diff.trimEnd().split('\n')) log(`  ${line}`);
  }
  const services = await machine.services();
  const versions = await findVersions(machine);
  await setFirstPhp(versions.at(-1)?.id);
  for (const { release, unit } of versions) {
    if (!machine.system.isSandbox) {
      const { isEnabled, state } = await services.state(unit);
      if (!isEnabled) await services.enable(unit);
      if (state !== 'active') await services.start(unit);
      if (!isEnabled || state !== 'active') changed(`Enabled and started: ${unit}.`);
    }
    const description = `Set what all pools of PHP-FPM ${release} share.`;
    const desired = { release, accounts: [], hasBase: true };
    const step = poolSteps(release).step(`php-pools ${release}`, description, desired);
    const diff = await step.preview(machine);
    const memento = await step.prepare(machine);
    await step.apply(machine, memento);
    if (isRetry && memento.files.length === 0 && services.isSupported) {
      const port = await poolSteps(release).port(machine);
      await exclusively(release, port)(() => reload(release, port));
    }
    if (diff !== '') changed(description);
    for (const line of diff.trimEnd().split('\n')) if (line !== '') log(`  ${line}`);
    if (!services.isSupported) continue;
    const found = await setDebianPoolAside(machine, release);
    const file = debianFile(release);
    if (found === 'unmodified') changed(`Set Debian’s pool of PHP-FPM ${release} aside: ${file}.`);
    if (found === 'modified') log(`Kept “${file}”, because Debian’s package did not write it. See --doctor.`);
  }
}

/**
 * Gives the sockets of pools that already listen to the group of the web server. PHP-FPM itself does so only for new
 * ones. @returns how many there were.
 */
export async function closeSockets(machine: RoleWork['machine']): Promise<number> {
  const files = await machine.files([SOCKETS, WEB_CONFIGURATION]);
  if (!(await machine.services()).isSupported || !(await hasWebGroup(files))) return 0;
  const names = (await files.list(SOCKETS)).filter((name) => /^\d\.\d{1,2}-.+\.sock$/.test(name));
  const open: string[] = [];
  for (const name of names) {
    const path = `${SOCKETS}/${name}`;
    const facts = await files.facts(path);
    if (facts?.kind === 'other' && facts.uid !== 0) open.push(path);
  }
  const { owner, group } = closedSockets;
  const tools = await machine.tools([{ name: 'chown' }]);
  for (let at = 0; at < open.length; at += SOCKETS_AT_ONCE) {
    const some = open.slice(at, at + SOCKETS_AT_ONCE).map((path) => ({ path }));
    await tools.run('chown', ['--no-dereference', '--', `${owner}:${group}`, ...some]);
  }
  return open.length;
}

const SOCKETS_AT_ONCE = 500;

/** Writes the pools of an account. Its lock must be held. @returns whether they are other ones than before. */
export async function writePools(
  machine: RoleWork['machine'],
  username: string,
  wanted: Pools,
): Promise<boolean> {
  let isChanged = false;
  for (const { release } of await findVersions(machine)) {
    const pools = wanted.get(release);
    if (pools === undefined) continue;
    const step = stepOf({ release, accounts: [{ username, pools }] });
    const memento = await step.prepare(machine);
    if (memento.files.length === 0) continue;
    await step.apply(machine, memento);
    isChanged = true;
  }
  return isChanged;
}
