// The task of the same name calls it.
import { defineFunction } from '../../../core/define.ts';
import { existingAccount, existingDomain } from '../../../ground/rules/accounts/names.ts';
import { detectAgain, lookForMailServers } from '../plans/own-mail/mail-servers.ts';

export default defineFunction({
  name: '--detect-mail-routing',
  since: null,
  summary: 'Detect where the mail of domains with automatic routing is kept.',
  access: 'root',
  effect: 'operates',
  params: {
    user: { ...existingAccount, required: true, doc: 'The account.' },
    domain: { ...existingDomain, required: true, list: true, doc: 'A domain of it. Repeatable.' },
  },
  returns: null,
  examples: [{ args: { user: 'bob', domain: 'bob.example' }, doc: 'That of bob.example.' }],
  look: async ({ user, domain }, context) => {
    const own = { ...context, caller: { ...context.caller, user } };
    return Promise.all(domain.map(async (one) => [one, await lookForMailServers(own, one)] as const));
  },
  async handler({ user }, context, found) {
    const own = { ...context, caller: { ...context.caller, user } };
    const plan = await detectAgain(own, found);
    if (plan !== undefined) context.plan(plan, () => undefined);
  },
});
