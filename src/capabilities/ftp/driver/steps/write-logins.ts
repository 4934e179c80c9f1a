// Writes the logins of an account: those that it will have, instead of those that it has.
import { defineStep } from '../../../../core/plan.ts';
import { putLogins, readLogins, writeLogins, type WantedLogins, type WrittenLogins } from '../logins.ts';

interface Input extends WantedLogins {
  /** The account’s name before, if it is renamed. */
  readonly former?: string;
}

const namesOf = ({ username, former }: Input) => (former === undefined ? [username] : [former, username]);

export default defineStep<Input, WrittenLogins>({
  kind: 'ftp/write-logins',
  describe: ({ username, hasOwn, accounts }) => {
    const names = [...(hasOwn ? [username] : []), ...accounts.map(({ login }) => login)];
    return names.length === 0
      ? `Let nobody use FTP for the account “${username}”.`
      : `Let these logins use FTP for the account “${username}”: ${names.join(', ')}.`;
  },
  prepare: (machine, input) => readLogins(machine, namesOf(input)),
  apply: (machine, { input }) => writeLogins(machine, [input], namesOf(input)),
  undo: (machine, { input, memento }) => putLogins(machine, namesOf(input), memento),
});
