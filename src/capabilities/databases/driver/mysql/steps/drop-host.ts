// Takes a host away from users.
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';

interface Input {
  readonly users: readonly string[];
  readonly host: string;
}

export default defineMysqlStep<Input, readonly string[]>({
  kind: 'mysql/drop-host',
  describe: ({ users, host }) =>
    `No longer let ${users.join(', ') || 'anybody'} connect to MariaDB from ${host}.`,
  prepare: (machine, { users, host }) =>
    withMysql(machine, async (mysql) => {
      const found = await mysql.users({ names: users, prefixes: [] });
      return found.filter(({ hosts }) => hosts.includes(host)).map(({ name }) => name);
    }),
  apply: (machine, { input: { host }, memento }) =>
    withMysql(machine, async (mysql) => {
      for (const name of memento) await mysql.dropHost(name, host);
    }),
  undo: (machine, { input: { host }, memento }) =>
    withMysql(machine, async (mysql) => {
      for (const name of memento) await mysql.addHosts(name, [host]);
    }),
});
