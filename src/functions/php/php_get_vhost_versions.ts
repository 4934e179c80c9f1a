import { defineFunction } from '../../core/define.ts';
import { findVersions } from '../../capabilities/php/driver/look-php.ts';
import * as longLists from '../../ground/rules/long-list.ts';
import { hostFields, recordWithAccount, rowWithAccount } from '../../capabilities/php/rules/rows.ts';
import { newestOf } from '../../capabilities/php/rules/versions.ts';
import {
  countHosts,
  listHosts,
  prepareList,
  recordsOfHosts,
} from '../../capabilities/php/rules/virtual-hosts.ts';

export default defineFunction({
  name: 'php_get_vhost_versions',
  since: 60,
  summary: 'List all virtual hosts with their PHP version and PHP-FPM settings.',
  description: 'Root sees the virtual hosts of all accounts, and a reseller those of its own accounts.',
  access: ['list-accts'],
  effect: 'reads',
  role: 'WebServer',
  params: {},
  returns: {
    versions: {
      list: {
        fields: {
          ...hostFields,
          is_suspended: { type: 'flag', doc: 'Whether the account is suspended.' },
        },
      },
      doc: 'The virtual hosts, sorted by name.',
    },
  },
  list: 'versions',
  columns: ['vhost', 'account', 'version', 'php_fpm'],
  examples: [
    {
      args: {},
      doc: 'All virtual hosts.',
      setUp: ['createacct'],
    },
  ],

  look: (_args, { machine }) => findVersions(machine),

  async handler(_args, context, installed) {
    const { db, caller, listQuery } = context;
    const list = await prepareList(db, caller, newestOf(installed)?.id);
    const isLong = (await countHosts(db, list)) > longLists.LONG;
    if (listQuery === undefined && isLong && longLists.canLeave(context)) {
      const record = recordWithAccount(db.dialect, list);
      longLists.leave(context, (reading) => recordsOfHosts(list, reading, record));
      return { versions: [] };
    }
    const hosts = await listHosts(db, list);
    return {
      versions: longLists.leaveItems(context, hosts, rowWithAccount) ? [] : hosts.map(rowWithAccount),
    };
  },
});
