// The role WebServer: Apache with its modules, and an include of the virtual hosts in its configuration.
import { writeMissing } from '../../certificates/driver/files.ts';
import { assertNone, eachAccount } from '../../../ground/driver/each-account.ts';
import { extensionPackages, versionPackages } from '../../php/driver/extensions.ts';
import { putDebianPoolsBack } from '../../php/driver/php-pools/debian-pool.ts';
import { closeSockets, configurePhp, writePools } from '../../php/driver/php-pools/prepare.ts';
import { RUNNER_FOLDER, writeCgiRunner } from './virtual-hosts/cgi-runner.ts';
import { DEFAULT_CERTIFICATE, makeDefaultCertificate } from './virtual-hosts/default-certificate.ts';
import { planSetUp } from './virtual-hosts/set-up.ts';
import { virtualHosts } from './virtual-hosts/virtual-hosts.ts';
import { makeWebGroup } from '../../../ground/driver/virtual-hosts/web-group.ts';
import { writeAllVirtualHosts } from './virtual-hosts/write-all.ts';
import { listUsernames } from '../../accounts/rules/in-work.ts';
import { listFiles } from '../../certificates/rules/installed.ts';
import { addMissing } from '../../certificates/rules/missing.ts';
import type { Pools } from '../../php/rules/pools.ts';
import { setFirstDefault } from '../../php/rules/settings.ts';
import { findPools } from '../../php/rules/virtual-hosts.ts';
import { findAccountWeb } from '../rules/account-web.ts';
import { sendsEnvFiles } from '../rules/env-files.ts';
import type { RoleDriver, RoleWork } from '../../../ground/driver/role.ts';

export const role: RoleDriver = {
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
    const { machine, log, changed, isRetry, isRenewal } = work;
    // Apache refuses its configuration without it.
    if (await makeDefaultCertificate(machine))
      changed(`Made the missing certificate ${DEFAULT_CERTIFICATE}.`);
    const setFirstPhp = (version: string | undefined) =>
      work.transaction('changes', (db) => setFirstDefault(db, version));
    await configurePhp({ ...work, setFirstPhp });
    const { enable, disable } = await virtualHosts.changeModules(machine);
    if (disable.length > 0)
      changed(`Disabled modules of Apache that accounts could abuse: ${disable.join(', ')}.`);
    if (enable.length > 0) changed(`Enabled the modules of Apache: ${enable.join(', ')}.`);
    for (const line of await makeWebGroup(machine)) changed(line);
    const reason = virtualHosts.restartReason({ enable, disable });
    const settings = { sendsEnvFiles: await work.transaction('reads', sendsEnvFiles) };
    const step = await planSetUp(machine, settings, reason !== undefined);
    const diff = await step.preview(machine);
    const memento = await step.prepare(machine);
    await step.apply(machine, memento);
    if (diff === '') log('Apache already includes the virtual hosts of whmapi1.');
    else {
      changed(step.description);
      for (const line of diff.split('\n')) if (line !== '') log(`  ${line}`);
    }
    const need = virtualHosts.needOf(memento);
    const why = reason ?? (need?.restarts === true ? need.why : undefined);
    if (why !== undefined) log(`Apache is restarted, because ${why}.`);
    if (need !== undefined) return;
    // An earlier attempt may have ended before Apache has read what it wrote.
    if (reason !== undefined || (isRetry && isRenewal !== true)) await virtualHosts.restart(machine);
    else if (isRetry || enable.length > 0) await virtualHosts.reload(machine);
  },

  async writeAccounts(work) {
    const { machine, log, changed, locking, sealer } = work;
    const accounts = storedFiles(work);
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

/** What accounts need, from the store. What is read of an account holds while its lock is held. */
function storedFiles(work: RoleWork) {
  const { machine, transaction } = work;
  // After a restore on a new machine. A daemon would reject files that name a user who does not exist.
  const hasUser = async (username: string) =>
    (await (await machine.users()).findAll([username])).has(username);
  return {
    usernames: () => transaction('reads', listUsernames),
    /** What the web server serves for it. Undefined: there is none of this name. */
    web: async (username: string) =>
      (await hasUser(username)) ? transaction('reads', (db) => findAccountWeb(db, username)) : undefined,
    /** The files of certificates that its virtual hosts need. */
    certificates: async (username: string) => {
      await addMissing(work, username);
      return transaction('reads', (db) => listFiles(db, username));
    },
    /** Its pools of PHP-FPM. */
    pools: async (username: string): Promise<Pools> =>
      (await hasUser(username)) ? transaction('reads', (db) => findPools(db, username)) : new Map(),
  };
}
