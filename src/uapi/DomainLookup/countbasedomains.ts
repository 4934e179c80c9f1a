import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { readOwnDomains } from '../../capabilities/domains/rules/own-domains.ts';

export default defineUapi({
  name: 'DomainLookup::countbasedomains',
  since: 138,
  summary: 'Count the account’s main domain and its addon and parked domains.',

  effect: 'reads',

  params: {},
  returns: { list: { fields: { count: { type: 'integer', doc: 'How many there are.' } } } },
  examples: [{ args: {}, doc: 'The number.' }],

  async handler(_args, { db, caller }) {
    const own = await readOwnDomains(db, await accounts.getOwn(db, caller));
    const others = own.hosted.filter(({ type }) => type !== 'sub');
    return [{ count: 1 + others.length }];
  },
});
