import { defineFunction } from '../../core/define.ts';
import { notFound } from '../../core/errors.ts';
import { installableVersions } from '../../capabilities/databases/driver/mysql/look-mysql.ts';
import { versionFields } from '../../capabilities/databases/rules/mysql-versions.ts';

export default defineFunction({
  name: 'latest_available_mysql_version',
  since: 48,
  summary: 'Show the latest version of MariaDB or MySQL that apt would install.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: versionFields,
  examples: [{ args: {}, doc: 'The latest version.', fails: 'not_found' }],

  look: (_args, { machine }) => installableVersions(machine),

  async handler(_args, _context, versions) {
    const latest = versions.at(-1);
    if (latest === undefined) throw notFound('apt offers neither MariaDB nor MySQL on this server.');
    return { server: latest.server, version: latest.version };
  },
});
