import { defineFunction } from '../../core/define.ts';
import { longDate } from '../../capabilities/accounts/rules/account-form.ts';
import { read } from '../../life/rules/search.ts';
import { visibleTo } from '../../capabilities/accounts/rules/accounts.ts';
import { fieldsOf, flag, number, text, word } from '../../ground/rules/list-in-sql.ts';

const columns = {
  is_locked: flag('suspend_locked', 'Whether only root can unsuspend the account.'),
  owner: word('owner', 'The account’s owner.'),
  reason: text('suspend_reason', 'The reason for the suspension; empty if none was given.'),
  time: word(longDate('suspended_at'), 'The time of the suspension: “Tue Nov 24 17:50:00 2026”, in UTC.'),
  unixtime: number('suspended_at / 1000', 'The time of the suspension, in seconds since 1970.'),
  user: word('username', 'The username.'),
};

export default defineFunction({
  name: 'listsuspended',
  since: 11,
  summary: 'List the suspended accounts, with the time and the reason.',
  description: 'A reseller sees the accounts that it owns.',
  access: ['list-accts'],
  effect: 'reads',
  params: {},
  returns: {
    account: { list: { fields: fieldsOf(columns) }, doc: 'The suspended accounts, sorted by username.' },
  },
  list: 'account',
  examples: [
    { args: {}, doc: 'All of them.' },
    {
      args: {
        'api.sort.enable': '1',
        'api.sort.a.field': 'unixtime',
        'api.sort.a.method': 'numeric',
        'api.sort.a.reverse': '1',
      },
      doc: 'All of them, the latest first.',
    },
  ],

  async handler(_args, context) {
    const { where, values } = visibleTo(context.db, context.caller);
    const condition = { where: `${where} AND suspended_at IS NOT NULL`, values };
    return { account: await read(context, { columns, condition }) };
  },
});
