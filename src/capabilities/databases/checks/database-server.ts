// The MariaDB server over the network that accounts use answers, and its user may manage it. The services of this machine
// have a check of their own.
import { ApiError } from '../../../core/errors.ts';
import { validate } from '../driver/mysql-profiles/look-mysql-profiles.ts';
import { LOCAL_PROFILE } from '../rules/owners.ts';
import * as profiles from '../rules/profiles.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { FileSealer } from '../../../store/sealer.ts';
import { StateDirectory } from '../../../store/state-directory.ts';
import { ok, problem, withStore, word, type Check } from '../../../ground/doctor/check.ts';

const check: Check = {
  title: 'Database server',
  order: 94,
  run: (subject) =>
    withStore(subject, async ({ db }) => {
      const { machine, now, stateDirectory, userId } = subject;
      const name = await profiles.activeName(db);
      if (name === LOCAL_PROFILE) {
        const roles = await rolesOf({ db, system: machine.system });
        if (!roles.has('MySQL')) return [ok('No profile of a remote MariaDB server is active.')];
        const isServed = (await (await machine.databases()).mysql()) !== undefined;
        return [
          ok(
            isServed
              ? 'Accounts use the MariaDB server of this machine.'
              : 'Accounts use an imitation of MariaDB, because the sandbox runs no server.',
          ),
        ];
      }
      const sealer = new FileSealer(new StateDirectory(stateDirectory, userId));
      try {
        const profile = await profiles.get({ db, sealer }, name);
        const { version } = await validate({ machine, now }, profile);
        return [ok(`The server of the active profile “${name}” answers, with MariaDB ${version}.`)];
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return [
          problem(
            `New databases cannot be created, because the active profile “${name}” fails: ${error.message}`,
            `whmapi1 remote_mysql_validate_profile name=${word(name)}`,
          ),
        ];
      }
    }),
};
export default check;
