// The role WebServer: Apache with its modules, and an include of the virtual hosts in its configuration.
import { writeMissing } from '../certificates/files.ts';
import { configurePhp } from '../php-pools/role.ts';
import { virtualHosts } from '../virtual-hosts/virtual-hosts.ts';
import type { RoleDriver } from './role-driver.ts';

export const webServer: RoleDriver = {
  role: 'WebServer',
  packages: [
    'apache2',
    'apache2-suexec-custom',
    'php-cli',
    'php-fpm',
    'php-mysql',
    'php-pgsql',
    'ssl-cert',
    'logrotate',
  ],
  units: ['apache2'],

  async configure(work) {
    const { machine, log, changed, accountWebs, siteCertificates, sealer } = work;
    // The virtual hosts name the sockets of the pools.
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
    // Apache does not start without a file that its configuration names.
    const certificates = await writeMissing(machine, sealer, await siteCertificates());
    if (certificates > 0) changed(`Wrote the certificates of ${certificates} virtual hosts.`);
    let written = 0;
    // Together, because they share a reload.
    const write = async (web: Awaited<ReturnType<typeof accountWebs>>[number]) => {
      const one = virtualHosts.change(web.username, web);
      const found = await one.prepare(machine);
      await one.apply(machine, found);
      written += found.files.length;
    };
    await Promise.all((await accountWebs()).map(write));
    if (written > 0) changed(`Wrote the virtual hosts of ${written} accounts.`);
  },

  examine: (machine) => virtualHosts.examine(machine),
};
