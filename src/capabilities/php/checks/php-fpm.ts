// PHP-FPM runs with the pools of all accounts, and its php.ini has the values that this program shows.
import { readIni } from '../driver/read-ini.ts';
import { findVersions } from '../driver/versions.ts';
import { examinePools } from '../driver/php-pools/examine.ts';
import { overriding } from '../rules/ini-settings.ts';
import { listPools } from '../rules/virtual-hosts.ts';
import type { PhpVersion } from '../rules/versions.ts';
import { find } from '../../../ground/rules/roles/active-profile.ts';
import {
  count,
  ok,
  problem,
  warning,
  withStore,
  type Check,
  type Finding,
} from '../../../ground/doctor/check.ts';

const ROLE = 'WebServer';

const check: Check = {
  title: 'PHP-FPM',
  order: 96,
  run: (subject) =>
    withStore(subject, async ({ db }) => {
      const { isSandbox, machine } = subject;
      if (isSandbox) return [ok('Not checked, because a sandbox runs no services.')];
      const active = await find({ db, system: machine.system });
      const hasRole = active?.enabled.some(({ module }) => module === ROLE) === true;
      if (!hasRole) return [ok('Not checked, because this server has no role WebServer.')];
      const versions = await findVersions(machine);
      const pools = await listPools(db);
      const missing = [...pools.keys()].filter((release) => !versions.some((one) => one.release === release));
      const found: Finding[] = missing.map((release) =>
        problem(
          `PHP ${release} is not installed, but ${count(pools.get(release)?.length ?? 0, 'account')} use it.`,
          `apt-get install php${release}-fpm`,
        ),
      );
      for (const version of versions) {
        const accounts = pools.get(version.release) ?? [];
        const problems = await examinePools(machine, version, accounts);
        for (const { text, command, isSerious } of problems) {
          found.push((isSerious ? problem : warning)(text, command));
        }
        found.push(...(await examineIni(version, machine)));
        if (problems.length > 0) continue;
        const total = accounts.reduce((sum, one) => sum + one.pools.length, 0);
        found.push(ok(`PHP-FPM ${version.release} runs with the pools of ${count(total, 'virtual host')}.`));
      }
      return found.length > 0 ? found : [problem('PHP-FPM is not installed.', 'apt-get install php-fpm')];
    }),
};

async function examineIni(version: PhpVersion, machine: Parameters<typeof readIni>[0]): Promise<Finding[]> {
  // Its parser is in the command-line program.
  if (version.cli === undefined) return [];
  const found = await readIni(machine, version);
  return (await overriding(found.files[0]?.content ?? '', found)).map(({ name, value, path }) =>
    warning(
      `“${path}” sets ${name} to “${value}”, so the value in ${version.configuration}/fpm/php.ini has no effect.`,
    ),
  );
}

export default check;
