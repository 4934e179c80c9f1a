// Says whether the users of an account may log in: not while it is suspended.
import type { OwnedNames } from '../../owned-names.ts';
import { belongingTo } from '../owned-names.ts';
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';

interface Input {
  readonly owned: OwnedNames;
  readonly mayLogIn: boolean;
}

/** The memento: who might log in before, and who might not. */
export default defineMysqlStep<
  Input,
  { readonly unlocked: readonly string[]; readonly locked: readonly string[] }
>({
  kind: 'mysql/set-login',
  describe: ({ owned: { username }, mayLogIn }) =>
    mayLogIn
      ? `Let the MariaDB users of “${username}” log in.`
      : `Keep the MariaDB users of “${username}” from logging in, and end their sessions.`,
  prepare: (machine, { owned }) =>
    withMysql(machine, async (mysql) => {
      const { users } = await belongingTo(mysql, owned);
      const locked = await mysql.locked(users);
      return { locked, unlocked: users.filter((user) => !locked.includes(user)) };
    }),
  apply: (machine, { input: { mayLogIn }, memento: { locked, unlocked } }) =>
    withMysql(machine, (mysql) => (mayLogIn ? mysql.unlock(locked) : mysql.lock(unlocked))),
  undo: (machine, { memento: { locked, unlocked } }) =>
    withMysql(machine, async (mysql) => {
      await mysql.lock(locked);
      await mysql.unlock(unlocked);
    }),
});
