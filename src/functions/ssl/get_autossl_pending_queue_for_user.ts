import { defineFunction } from '../../core/define.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import * as orders from '../../capabilities/certificates/rules/autossl/orders.ts';

export default defineFunction({
  name: 'get_autossl_pending_queue_for_user',
  since: 68,
  summary: 'List the orders of AutoSSL that are pending for an account.',
  access: 'root',
  effect: 'reads',
  params: { username: { ...existingAccount, required: true, doc: 'The account.' } },
  returns: {
    queue_by_domain: {
      list: { fields: orders.queueFields },
      doc: 'One row for each name of a certificate.',
    },
  },
  list: 'queue_by_domain',
  examples: [
    {
      args: { username: 'bob' },
      doc: 'List the pending orders of the account “bob”.',
      setUp: ['createacct'],
    },
  ],

  async handler({ username }, { db, caller }) {
    await accounts.get(db, caller, username);
    const all = await orders.list(db);
    return { queue_by_domain: orders.queueRows(all.filter((order) => order.username === username)) };
  },
});
