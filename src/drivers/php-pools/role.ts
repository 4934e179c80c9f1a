// Prepares PHP-FPM for the role WebServer: every installed version runs, with the base configuration of the pools.
import type { RoleWork } from '../roles/role-driver.ts';
import { unifiedDiff } from '../diffs.ts';
import { findVersions } from '../php/versions.ts';
import { poolSteps } from './driver.ts';
import { SOCKETS } from './places.ts';

/** systemd-tmpfiles creates the folder of the sockets at each start of the machine (tmpfiles.d(5)). */
const BOOT_FILE = '/etc/tmpfiles.d/whmapi1-php.conf';
const BOOT_TEXT = `# whmapi1: the sockets of PHP-FPM.\nd ${SOCKETS} 0711 root root -\n`;

/** Can be repeated. */
export async function configurePhp({
  machine,
  log,
  changed,
  accountPools,
}: Pick<RoleWork, 'machine' | 'log' | 'changed' | 'accountPools'>): Promise<void> {
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
  const pools = await accountPools(versions.at(-1)?.id);
  for (const { release, unit } of versions) {
    if (!machine.system.isSandbox) {
      const { isEnabled, state } = await services.state(unit);
      if (!isEnabled) await services.enable(unit);
      if (state !== 'active') await services.start(unit);
      if (!isEnabled || state !== 'active') changed(`Enabled and started: ${unit}.`);
    }
    const description = `Set the pools of PHP-FPM ${release}.`;
    const desired = { release, accounts: pools.get(release) ?? [], hasBase: true };
    const step = poolSteps(release).step(`php-pools ${release}`, description, desired);
    const diff = await step.preview(machine);
    await step.apply(machine, await step.prepare(machine));
    if (diff === '') continue;
    changed(description);
    for (const line of diff.trimEnd().split('\n')) log(`  ${line}`);
  }
}
