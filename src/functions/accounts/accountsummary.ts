import { defineFunction } from '../../core/define.ts';
import { readSizes } from '../../capabilities/databases/driver/look-database-servers.ts';
import * as form from '../../capabilities/accounts/rules/account-form.ts';
import { existingAccount, existingDomain } from '../../ground/rules/accounts/names.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as search from '../../life/rules/search.ts';
import { refresh } from '../../life/rules/disk-usage.ts';
import { fieldsOf } from '../../ground/rules/list-in-sql.ts';

export default defineFunction({
  name: 'accountsummary',
  since: 32,
  summary: 'Show an account’s domain, package, limits, disk usage and suspension.',
  description:
    'With “user” or “domain”, the disk usage is at most one minute old, or a message says how old it is and the ' +
    'server measures it again after the call. A search returns the last measured value, as listaccts does. A ' +
    'reseller sees the accounts that it owns.',
  access: ['acct-summary'],
  effect: 'calls',
  onlyMeasures: true,
  params: {
    user: { ...existingAccount, actsOn: false, doc: 'The account.' },
    domain: { ...existingDomain, doc: 'The account’s main domain, instead of “user”.' },
    ...search.searchParams,
    search: {
      ...search.searchParams.search,
      doc: 'The text to search for, instead of “user” or “domain”.',
    },
  },
  oneOf: { count: 'exactly', of: ['user', 'domain', 'search'] },
  returns: {
    acct: {
      list: { fields: fieldsOf(form.columns) },
      doc: 'The account. A search can find several accounts, or none.',
    },
  },
  list: 'acct',
  columns: form.tableColumns,
  examples: [
    {
      args: { user: 'bob' },
      doc: 'The account “bob”.',
      setUp: ['createacct'],
    },
    { args: { search: 'shop', searchtype: 'domain' }, doc: 'The accounts with “shop” in their domains.' },
  ],

  async handler({ user, domain, ...sought }, context) {
    const { caller, listQuery, reportCounts, transaction } = context;
    const { columns } = form;
    if (sought.search !== undefined) {
      const acct = await transaction('reads', async (db) => {
        const condition = await search.found(db, caller, sought);
        return search.read({ db, listQuery, reportCounts }, { columns, condition });
      });
      return { acct };
    }
    const { acct, ...last } = await transaction('reads', async (db) => {
      const { username } =
        user === undefined
          ? await accounts.getByDomain(db, caller, (domain ?? '').toLowerCase())
          : await accounts.get(db, caller, user);
      const measuredAt = await accounts.measuredAt(db, username);
      return { username, measuredAt, acct: await search.recordsOf(db, [username], columns) };
    });
    const usage = await refresh(context, last, readSizes);
    if (usage === undefined) return { acct };
    const { blocks, inodes } = usage;
    return { acct: acct.map((one) => ({ ...one, diskused: form.diskUsed(blocks), inodesused: inodes })) };
  },
});
