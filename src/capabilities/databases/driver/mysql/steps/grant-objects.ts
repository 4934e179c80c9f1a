// Gives imported users their privileges on single tables, views, columns and routines, once these exist. The undoing of an
// import drops these users, or the database with all privileges that it did not have before.
import { grantStatement, type ObjectGrant } from '../moves/object-grants.ts';
import { servedMysql } from '../server.ts';
import { isReported } from '../statements.ts';
import { defineMysqlStep } from '../step.ts';

export interface GrantOnObject extends Pick<ObjectGrant, 'object' | 'privileges'> {
  readonly user: string;
  readonly hosts: readonly string[];
  readonly database: string;
  readonly level: Exclude<ObjectGrant['level'], 'database'>;
}

interface Input {
  readonly grants: readonly GrantOnObject[];
}

/** What does not exist. MariaDB keeps privileges on tables that were dropped, so an archive can have some. */
const MISSING = ['ER_NO_SUCH_TABLE', 'ER_BAD_FIELD_ERROR', 'ER_SP_DOES_NOT_EXIST'];

export default defineMysqlStep<Input, undefined, readonly GrantOnObject[]>({
  kind: 'mysql/grant-objects',
  describe: ({ grants }) => `Give users their privileges on ${grants.length} tables, columns and routines.`,
  /** @returns those on what does not exist. */
  async apply(machine, { input: { grants } }) {
    const server = await servedMysql(machine);
    return server.use(async (connection) => {
      const leftOut: GrantOnObject[] = [];
      for (const grant of grants) {
        const { user, hosts, database, level, object, privileges } = grant;
        for (const host of hosts) {
          const one = { user, host, level, object, privileges, canGrant: false };
          try {
            await connection.query(grantStatement(connection, database, one));
          } catch (error) {
            if (!isReported(error, ...MISSING)) throw error;
            leftOut.push(grant);
            break;
          }
        }
      }
      return leftOut;
    });
  },
});
