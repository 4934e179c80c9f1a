// Sets the password of a user, from all of its hosts. The plan’s secret is the password.
import { MachineError } from '../../../../../core/machine-error.ts';
import type { RefusedHost } from '../contract.ts';
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';

interface Input {
  readonly name: string;
}

export default defineMysqlStep<Input, undefined, readonly RefusedHost[]>({
  kind: 'mysql/set-password',
  describe: ({ name }) => `Set the password of the MariaDB user “${name}”.`,
  apply: (machine, { input: { name }, secret }) =>
    withMysql(machine, async (mysql) => {
      const [user] = await mysql.users({ names: [name], prefixes: [] });
      const refused = await mysql.setPassword(name, secret);
      const [first] = refused;
      if (first !== undefined && refused.length === user?.hosts.length)
        throw new MachineError('failed', first.error);
      return refused;
    }),
});
