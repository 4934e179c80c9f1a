import { assertOwnDomain, ownMail, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { ownDomainParam } from '../../capabilities/mail/rules/routing/routing-form.ts';
import { domainIn, readState } from '../../capabilities/mail/rules/state.ts';
import { defineApi2 } from '../../core/define-uapi.ts';

export default defineApi2({
  name: 'Email::getalwaysaccept',
  since: null,
  summary: 'Show where the mail of a domain is kept.',
  feature: 'changemx',
  role: ROLE,
  effect: 'reads',
  params: { domain: { ...ownDomainParam, required: true } },
  returns: {
    fields: {
      alwaysaccept: { type: 'flag', doc: '1 if this server keeps the mail, whatever its MX records say.' },
      domain: { type: 'string', doc: 'The domain.' },
      mxcheck: { type: 'string', doc: 'auto, local, secondary or remote.' },
    },
  },
  examples: [{ args: { domain: 'bob.example' }, doc: 'Where the mail of bob.example is kept.' }],

  async handler({ domain }, context) {
    const owner = await ownMail(context);
    assertOwnDomain(owner, 'domain', domain);
    const { routing: mxcheck } = domainIn(await readState(context.db, owner.account.username), domain);
    return [{ alwaysaccept: mxcheck === 'local' ? 1 : 0, domain, mxcheck }];
  },
});
