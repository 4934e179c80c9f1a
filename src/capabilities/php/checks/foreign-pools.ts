// Apache reaches no pools of PHP-FPM but those of accounts, and the files of accounts have the form that separates them.
import { findDebianPool } from '../driver/php-pools/debian-pool.ts';
import { findForeignPools, type ForeignPool } from '../driver/php-pools/foreign.ts';
import { findVersions } from '../driver/versions.ts';
import { activation, find, isWithoutSeparation } from '../../../ground/rules/roles/active-profile.ts';
import {
  note,
  ok,
  problem,
  warning,
  withStore,
  word,
  type Check,
  type Finding,
} from '../../../ground/doctor/check.ts';

const ROLE = 'WebServer';
/** Users whose programs can read the websites of every account. */
const POWERFUL = new Set(['root', 'www-data']);

const check: Check = {
  title: 'Isolation',
  order: 97,
  advisor: 'Apache',
  run: (subject) =>
    withStore(subject, async ({ db }) => {
      const { isSandbox, machine } = subject;
      if (isSandbox) return [ok('Not checked, because a sandbox runs no services.')];
      const active = await find({ db, system: machine.system });
      if (active?.enabled.some(({ module }) => module === ROLE) !== true)
        return [ok('Not checked, because this server has no role WebServer.')];
      const activate = activation(active);
      const found: Finding[] = [];
      if (await isWithoutSeparation(db)) {
        const text =
          'An earlier version has written the files of the websites. Accounts can run programs as each other.';
        found.push(problem(text, activate));
      }
      for (const { release, unit } of await findVersions(machine)) {
        const isDebians = (await findDebianPool(machine, release)) === 'unmodified';
        for (const pool of await findForeignPools(machine, release)) {
          const isMended = isDebians && pool.path.endsWith('/www.conf');
          const away = `mv ${word(pool.path)} ${word(`${pool.path}.off`)} && systemctl reload ${unit}`;
          found.push(findingOf(pool, isMended ? activate : away));
        }
      }
      return found.length > 0 ? found : [ok('Apache reaches no pools of PHP-FPM but those of accounts.')];
    }),
};

function findingOf({ path, name, user, listen }: ForeignPool, command: string): Finding {
  const text = `The pool “${name}” in “${path}” runs PHP as “${user}”, and Apache can connect to it (${listen}).`;
  return POWERFUL.has(user)
    ? warning(
        `${text} Programs of that user read the websites of every account. Remove it if nothing needs it.`,
        command,
      )
    : note(`${text} If nothing needs it, remove it.`, command);
}

export default check;
