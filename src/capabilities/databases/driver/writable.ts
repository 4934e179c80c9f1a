// Database servers that their administrator has made read-only are not changed. This program’s login could often change
// them in spite of that, and the copies of a primary server would then differ from it.
import type { DatabaseConnection, DatabaseServer } from '../../../core/machine-databases.ts';

/**
 * The server, whose first piece of work begins with a check.
 * @param assertWritable throws if the server is read-only.
 */
export function checkedFirst(
  server: DatabaseServer,
  assertWritable: (connection: DatabaseConnection) => Promise<void>,
): DatabaseServer {
  const { socket, place } = server;
  let isChecked = false;
  return {
    ...(socket !== undefined && { socket }),
    ...(place && { place }),
    async use(work, database) {
      if (isChecked || database !== undefined) return server.use(work, database);
      return server.use(async (connection) => {
        await assertWritable(connection);
        isChecked = true;
        return work(connection);
      });
    },
  };
}
