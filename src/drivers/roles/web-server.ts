// The role WebServer: Apache with its modules, and an include of the virtual hosts in its configuration.
import { writeMissing } from '../certificates/files.ts';
import { assertNone, eachAccount } from '../each-account.ts';
import { extensionPackages, versionPackages } from '../php/extensions.ts';
import { configurePhp, writePools } from '../php-pools/role.ts';
import { virtualHosts } from '../virtual-hosts/virtual-hosts.ts';
import { writeAllVirtualHosts } from '../virtual-hosts/write-all.ts';
import type { RoleDriver } from './role-driver.ts';

export const webServer: RoleDriver = {
  role: 'WebServer',
  packages: [
    'apache2',
    'apache2-suexec-custom',
    'php-cli',
    'php-fpm',
    ...extensionPackages,
    'ssl-cert',
    'logrotate',
  ],
  optionalPackages: versionPackages,
  units: ['apache2'],

  async configure(work) {
    const { machine, log, changed, isRetry } = work;
    await configurePhp(work);
    const missing = await virtualHosts.missingModules(machine);
    if (missing.length > 0) {
      await virtualHosts.enableModules(machine, missing);
      changed(`Enabled the modules of Apache: ${missing.join(', ')}.`);
    }
    const step = await virtualHosts.setUp(machine, { hostname: machine.system.hostname() });
    const diff = await step.preview(machine);
    const memento = await step.prepare(machine);
    await step.apply(machine, memento);
    if (diff === '') log('Apache already includes the virtual hosts of whmapi1.');
    else {
      changed(step.description);
      for (const line of diff.split('\n')) if (line !== '') log(`  ${line}`);
    }
    if (isRetry && memento.files.length === 0) await virtualHosts.restart(machine);
  },

  async writeAccounts({ machine, changed, accounts, locking, sealer }) {
    const usernames = await accounts.usernames();
    // The virtual hosts name the sockets of the pools and the certificates. Apache does not start without a certificate.
    let pools = 0;
    let certificates = 0;
    const unprepared = await eachAccount(locking, usernames, async (username) => {
      if (await writePools(machine, username, await accounts.pools(username))) pools += 1;
      certificates += await writeMissing(machine, sealer, await accounts.certificates(username));
    });
    if (pools > 0) changed(`Wrote the pools of ${pools} accounts.`);
    if (certificates > 0) changed(`Wrote the certificates of ${certificates} virtual hosts.`);
    const { written, failures } = await writeAllVirtualHosts(
      { machine, ...locking },
      usernames.filter((username) => !unprepared.has(username)),
      accounts.web,
    );
    if (written > 0) changed(`Wrote the virtual hosts of ${written} accounts.`);
    assertNone(new Map([...unprepared, ...failures]));
  },

  examine: (machine) => virtualHosts.examine(machine),
};
