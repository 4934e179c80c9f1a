import { defineFunction } from '../../core/define.ts';
import * as form from '../../capabilities/accounts/rules/account-form.ts';
import * as search from '../../life/rules/search.ts';
import { fieldsOf } from '../../ground/rules/list-in-sql.ts';

const bob = {
  command: 'createacct',
  args: { username: 'bob', domain: 'bob.example', password: 'correct horse battery staple 7' },
};

export default defineFunction({
  name: 'listaccts',
  since: 11,
  summary: 'List the accounts, or those that a search finds.',
  description:
    'Root sees all accounts, and a reseller those that it owns. The disk usage is the last measured value: the ' +
    'server measures every night, and get_disk_usage measures with cache_mode=off.',
  access: ['list-accts'],
  effect: 'reads',
  params: {
    ...search.searchParams,
    want: {
      type: 'string',
      doc: 'Comma-separated list of the fields to return. Default: all.',
    },
  },
  returns: {
    acct: {
      list: { fields: fieldsOf(form.listColumns, 'optional') },
      doc: 'The accounts, sorted by username.',
    },
  },
  list: 'acct',
  columns: form.tableColumns,
  examples: [
    { args: {}, doc: 'All accounts.', setUp: [bob] },
    {
      args: { search: 'bob.example', searchtype: 'domain', searchmethod: 'exact', want: 'user,domain' },
      doc: 'The account that has the domain bob.example.',
      setUp: [bob],
    },
    {
      args: {
        'api.filter.enable': '1',
        'api.filter.a.field': 'suspended',
        'api.filter.a.type': 'eq',
        'api.filter.a.arg0': '0',
        'api.sort.enable': '1',
        'api.sort.a.field': 'domain',
        'api.chunk.enable': '1',
        'api.chunk.size': '50',
      },
      doc: 'The first 50 accounts by domain that are not suspended.',
      setUp: [bob],
    },
  ],

  async handler({ want, ...sought }, context) {
    const columns = form.listColumns;
    const fields = search.wantedFields(columns, want, context);
    const condition = await search.found(context.db, context.caller, sought);
    return { acct: await search.read(context, { columns, condition, fields }) };
  },
});
