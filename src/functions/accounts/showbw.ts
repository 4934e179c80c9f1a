import { defineFunction } from '../../core/define.ts';
import { loginName } from '../../core/params.ts';
import { searchParams } from '../../life/rules/search.ts';
import { monthAt } from '../../capabilities/bandwidth/rules/months.ts';
import {
  inBatches,
  listAccounts,
  prepare,
  totals,
  type AccountUsage,
} from '../../life/rules/bandwidth/report.ts';
import * as longLists from '../../ground/rules/long-list.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

export default defineFunction({
  name: 'showbw',
  since: 11,
  summary: 'List how much each account and its domains transferred in a month.',
  description:
    'The bytes that the web server has sent, with headers, as counted by the task count-bandwidth every five ' +
    'minutes. Days and months are those of the server’s time zone. Traffic of removed accounts and domains is still ' +
    'listed, with deleted=1. Aliases are counted with the domain that serves them. A reseller sees the accounts that ' +
    'it owns.',
  access: ['show-bandwidth'],
  effect: 'reads',
  params: {
    month: { type: 'integer', min: 1, max: 12, doc: 'The month. Default: this month.' },
    year: { type: 'integer', min: 1970, max: 9999, doc: 'The year. Default: this year.' },
    showres: {
      ...loginName,
      doc: 'Only the accounts of this owner, a reseller or root. Default: all accounts of the caller.',
    },
    search: searchParams.search,
    searchtype: searchParams.searchtype,
  },
  emptyIsOmitted: true,
  returns: {
    acct: {
      list: {
        fields: {
          bwusage: {
            list: {
              fields: {
                deleted: { type: 'flag', doc: '1 if the account no longer has the domain.' },
                domain: { type: 'string', doc: 'The domain.' },
                usage: { type: 'integer', doc: 'The transferred bytes.' },
              },
            },
            doc: 'The domains of the account, sorted.',
          },
          deleted: { type: 'flag', doc: '1 if the account was removed.' },
          limit: { type: 'integer', doc: 'The monthly limit in bytes; 0 is unlimited.' },
          maindomain: { type: 'string', doc: 'The main domain.' },
          owner: { type: 'string', doc: 'The owner: root or a reseller.' },
          reseller: { type: 'flag', doc: '1 if the account is a reseller.' },
          totalbytes: { type: 'integer', doc: 'The transferred bytes of all domains.' },
          user: { type: 'string', doc: 'The username.' },
        },
      },
      doc: 'The accounts, sorted by username.',
    },
    month: { type: 'integer', doc: 'The month.' },
    reseller: { type: 'string', doc: 'The owner of the accounts, or the caller.' },
    totalused: { type: 'integer', doc: 'The transferred bytes of all listed accounts.' },
    year: { type: 'integer', doc: 'The year.' },
  },
  list: 'acct',
  columns: ['user', 'maindomain', 'owner', 'totalbytes', 'limit', 'deleted'],
  examples: [
    {
      args: {},
      doc: 'This month.',
      setUp: ['createacct'],
    },
    {
      args: { month: '11', year: '2026', search: '^bo', searchtype: 'user' },
      doc: 'November 2026, for accounts whose usernames begin with “bo”.',
    },
  ],

  async handler({ month, year, showres, search, searchtype }, context) {
    const { caller, db, now } = context;
    const owner = showres === undefined ? undefined : await resellers.resolveAsked(db, caller, showres);
    const today = monthAt(now());
    const asked = { year: year ?? today.year, month: month ?? today.month };
    const report = await prepare(db, caller, asked, { search, searchtype, owner });
    const { count, bytes } = await totals(db, report);
    const acct = await longLists.recordsOf(context, {
      areMany: () => Promise.resolve(count > longLists.LONG),
      all: () => listAccounts(db, report),
      prepareBatches: () => Promise.resolve((reading) => inBatches(db, report, reading)),
      recordOf,
    });
    return { acct, ...asked, reseller: owner ?? caller.user, totalused: bytes };
  },
});

const recordOf = (one: AccountUsage) => ({
  bwusage: one.domains,
  deleted: one.isDeleted ? 1 : 0,
  limit: one.limit,
  maindomain: one.maindomain,
  owner: one.owner,
  reseller: one.isReseller ? 1 : 0,
  totalbytes: one.total,
  user: one.user,
});
