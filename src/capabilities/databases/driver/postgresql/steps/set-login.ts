// Says whether the users of an account may log in: not while it is suspended.
import type { OwnedNames } from '../../owned-names.ts';
import { belongingTo } from '../owned-names.ts';
import { postgresqlOf } from '../server.ts';
import { definePostgresqlStep } from '../step.ts';

interface Input {
  readonly owned: OwnedNames;
  readonly mayLogIn: boolean;
}

/** The memento: who might log in before, and who might not. */
export default definePostgresqlStep<
  Input,
  { readonly unlocked: readonly string[]; readonly locked: readonly string[] }
>({
  kind: 'postgresql/set-login',
  describe: ({ owned: { username }, mayLogIn }) =>
    mayLogIn
      ? `Let the PostgreSQL users of “${username}” log in.`
      : `Keep the PostgreSQL users of “${username}” from logging in, and end their sessions.`,
  async prepare(machine, { owned }) {
    const catalogue = await postgresqlOf(machine);
    const { users } = await belongingTo(catalogue, owned);
    const unlocked = await catalogue.unlocked(users);
    return { unlocked, locked: users.filter((user) => !unlocked.includes(user)) };
  },
  async apply(machine, { input: { mayLogIn }, memento: { locked, unlocked } }) {
    const catalogue = await postgresqlOf(machine);
    await (mayLogIn ? catalogue.unlock(locked) : catalogue.lock(unlocked));
  },
  async undo(machine, { memento: { locked, unlocked } }) {
    const catalogue = await postgresqlOf(machine);
    await catalogue.lock(locked);
    await catalogue.unlock(unlocked);
  },
});
