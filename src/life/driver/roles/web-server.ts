// The role WebServer: Apache with its modules, and an include of the virtual hosts in its configuration.
import { writeMissing } from '../../../capabilities/certificates/driver/files.ts';
import { assertNone, eachAccount } from '../../../ground/driver/each-account.ts';
import { extensionPackages, versionPackages } from '../../../capabilities/php/driver/extensions.ts';
import { putDebianPoolsBack } from '../../../capabilities/php/driver/php-pools/debian-pool.ts';
import { closeSockets, configurePhp, writePools } from '../../../capabilities/php/driver/php-pools/role.ts';
import { RUNNER_FOLDER, writeCgiRunner } from '../../../capabilities/web/driver/virtual-hosts/cgi-runner.ts';
import {
  DEFAULT_CERTIFICATE,
  makeDefaultCertificate,
} from '../../../capabilities/web/driver/virtual-hosts/default-certificate.ts';
import { virtualHosts } from '../../../capabilities/web/driver/virtual-hosts/virtual-hosts.ts';
import { makeWebGroup, WEB_GROUP } from '../../../ground/driver/virtual-hosts/web-group.ts';
import { writeAllVirtualHosts } from '../../../capabilities/web/driver/virtual-hosts/write-all.ts';
import type { RoleDriver } from '../../../ground/driver/roles/role-driver.ts';

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
    // Apache refuses its configuration without it.
    if (await makeDefaultCertificate(machine))
      changed(`Made the missing certificate ${DEFAULT_CERTIFICATE}.`);
    await configurePhp(work);
    const { enable, disable } = await virtualHosts.changeModules(machine);
    if (disable.length > 0)
      changed(`Disabled modules of Apache that accounts could abuse: ${disable.join(', ')}.`);
    if (enable.length > 0) changed(`Enabled the modules of Apache: ${enable.join(', ')}.`);
    for (const line of await makeWebGroup(machine)) changed(line);
    const options = { hostname: machine.system.hostname(), group: WEB_GROUP };
    const step = await virtualHosts.setUp(machine, options);
    const diff = await step.preview(machine);
    const memento = await step.prepare(machine);
    await step.apply(machine, memento);
    if (diff === '') log('Apache already includes the virtual hosts of whmapi1.');
    else {
      changed(step.description);
      for (const line of diff.split('\n')) if (line !== '') log(`  ${line}`);
    }
    const isRestartNeeded = isRetry || enable.length + disable.length > 0;
    if (isRestartNeeded && memento.files.length === 0) await virtualHosts.restart(machine);
  },

  async writeAccounts({ machine, log, changed, accounts, locking, sealer }) {
    const withoutRunner: string[] = [];
    const usernames = await accounts.usernames();
    // The virtual hosts name the sockets of the pools and the certificates. Apache does not start without a certificate.
    let pools = 0;
    let certificates = 0;
    const unprepared = await eachAccount(locking, usernames, async (username) => {
      if (await writePools(machine, username, await accounts.pools(username))) pools += 1;
      const web = await accounts.web(username);
      if (web?.hasCgi === true && !(await writeCgiRunner(machine, username))) withoutRunner.push(username);
      certificates += await writeMissing(machine, sealer, await accounts.certificates(username));
    });
    if (pools > 0) changed(`Wrote the pools of ${pools} accounts.`);
    const sockets = await closeSockets(machine);
    if (sockets > 0) changed(`Closed ${sockets} sockets of pools to other programs of www-data.`);
    for (const username of withoutRunner)
      log(
        `The CGI programs of “${username}” do not run, because “${RUNNER_FOLDER}” in its home cannot be written.`,
      );
    if (certificates > 0) changed(`Wrote the certificates of ${certificates} virtual hosts.`);
    const { written, failures } = await writeAllVirtualHosts(
      { machine, ...locking },
      usernames.filter((username) => !unprepared.has(username)),
      accounts.web,
    );
    if (written > 0) changed(`Wrote the virtual hosts of ${written} accounts.`);
    assertNone(new Map([...unprepared, ...failures]));
  },

  async release({ machine, changed }) {
    for (const path of await putDebianPoolsBack(machine))
      changed(`Put Debian’s pool of PHP-FPM back: ${path}.`);
  },

  examine: (machine) => virtualHosts.examine(machine),
};
