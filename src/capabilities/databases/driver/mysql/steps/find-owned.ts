// Finds what an account has on the MariaDB server, before its name and so its prefix changes. Changes nothing.
import type { FoundNames, OwnedNames } from '../../owned-names.ts';
import { belongingTo } from '../owned-names.ts';
import { withMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';

export default defineMysqlStep<OwnedNames, undefined, FoundNames>({
  kind: 'mysql/find-owned',
  onlyReads: true,
  apply: (machine, { input }) => withMysql(machine, (mysql) => belongingTo(mysql, input)),
});
