// Removes all databases and users of an account that is removed. It cannot be undone.
import type { OwnedNames } from '../../owned-names.ts';
import { belongingTo } from '../owned-names.ts';
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';

export default defineMysqlStep<OwnedNames>({
  kind: 'mysql/drop-all',
  irreversible: 'piecemeal',
  describe: ({ username }) => `Remove the MariaDB databases and users of “${username}”.`,
  apply: (machine, { input }) =>
    withMysql(machine, async (mysql) => {
      const { databases, users } = await belongingTo(mysql, input);
      // Nobody writes to the databases any more.
      for (const user of users) await mysql.dropUser(user);
      await mysql.dropDatabases(databases);
    }),
});
