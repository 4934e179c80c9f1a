import { defineApi2 } from '../../core/define-uapi.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import { readOwnDomains } from '../../model/domains/rows.ts';

export default defineApi2({
  name: 'DomainLookup::countbasedomains',
  since: null,
  summary: 'Count the account’s main domain and its addon and parked domains.',

  effect: 'reads',

  params: {},
  returns: { fields: { count: { type: 'integer', doc: 'How many there are.' } } },
  examples: [{ args: {}, doc: 'The number.' }],

  async handler(_args, { db, caller }) {
    const own = await readOwnDomains(db, await accounts.getOwn(db, caller));
    const others = own.hosted.filter(({ type }) => type !== 'sub');
    return [{ count: 1 + others.length }];
  },
});
