// The programs with which websites run PHP by CGI are installed.
import { findCgiPrograms } from '../driver/versions.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { hostsOf, readAccount } from '../rules/virtual-hosts.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import type { Db } from '../../../core/context.ts';
import { count, list, ok, problem, withStore, type Check } from '../../../ground/doctor/check.ts';

const check: Check = {
  title: 'PHP by CGI',
  order: 96,
  run: (subject) =>
    withStore(subject, async ({ db }) => {
      const { isSandbox, machine } = subject;
      if (isSandbox) return [ok('Not checked, because a sandbox runs no services.')];
      if (!(await rolesOf({ db, system: machine.system })).has('WebServer'))
        return [ok('Not checked, because this server has no role WebServer.')];
      const used = await sitesByProgram(db);
      const installed = await findCgiPrograms(machine);
      const missing = [...used].filter(([program]) => !installed.has(program));
      if (missing.length === 0) {
        const total = [...used.values()].reduce((sum, { length }) => sum + length, 0);
        return [ok(`The programs of ${count(total, 'website')} that run PHP by CGI are installed.`)];
      }
      return missing.map(([program, sites]) =>
        problem(
          `“${program}” is not installed. PHP fails in the websites that use it: ${list(sites)}.`,
          `apt-get install ${packageOf(program)}`,
        ),
      );
    }),
};

/** The servernames of the virtual hosts of accounts that are not suspended, by the name of the program that runs PHP. */
async function sitesByProgram(db: Db): Promise<ReadonlyMap<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const account of await accounts.listAll(db)) {
    if (account.suspendedAt !== null) continue;
    for (const { host, servedBy } of hostsOf([await readAccount(db, account, undefined)])) {
      if (servedBy.runs?.runs !== 'cgi') continue;
      const program = servedBy.runs.binary.slice('/usr/bin/'.length);
      found.set(program, [...(found.get(program) ?? []), host.servername]);
    }
  }
  return found;
}

/** Debian’s package: php8.4-cgi. */
const packageOf = (program: string) => program.replace(/^php-cgi(.*)$/, 'php$1-cgi');

export default check;
