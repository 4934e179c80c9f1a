// Gives users further hosts from which they may connect.
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';

interface Input {
  readonly users: readonly string[];
  readonly hosts: readonly string[];
}

/** The hosts that each user does not have yet. */
type Missing = readonly { readonly name: string; readonly hosts: readonly string[] }[];

export default defineMysqlStep<Input, Missing>({
  kind: 'mysql/add-hosts',
  describe: ({ users, hosts }) =>
    users.length === 0
      ? 'No MariaDB user exists yet who could connect from other hosts.'
      : `Let ${users.join(', ')} connect to MariaDB from ${hosts.join(', ')}.`,
  prepare: (machine, { users, hosts }) =>
    withMysql(machine, async (mysql) => {
      const found = await mysql.users({ names: users, prefixes: [] });
      return found.map(({ name, hosts: has }) => ({
        name,
        hosts: hosts.filter((one) => !has.includes(one)),
      }));
    }),
  apply: (machine, { memento }) =>
    withMysql(machine, async (mysql) => {
      for (const { name, hosts } of memento) if (hosts.length > 0) await mysql.addHosts(name, hosts);
    }),
  undo: (machine, { memento }) =>
    withMysql(machine, async (mysql) => {
      for (const { name, hosts } of memento) for (const host of hosts) await mysql.dropHost(name, host);
    }),
});
