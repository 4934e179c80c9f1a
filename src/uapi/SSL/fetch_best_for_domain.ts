import { defineUapi } from '../../core/define-uapi.ts';
import { notFound } from '../../core/errors.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { bestComponents, componentFields } from '../../capabilities/certificates/rules/components.ts';
import { SECRET_KEY_NOTE } from '../../capabilities/certificates/rules/item-params.ts';
import { ownSiteOf } from '../../capabilities/domains/rules/own-params.ts';

export default defineUapi({
  name: 'SSL::fetch_best_for_domain',
  since: 42,
  summary: 'Show the best certificate for a domain of the account, with its key and CA bundle.',
  description:
    'This is the installed certificate if that secures the domain, or else the best stored one: valid before expired, of an ' +
    'authority before self-signed, and the one that lasts longest. ' +
    SECRET_KEY_NOTE,
  effect: 'reads',
  role: 'WebServer',
  feature: 'sslinstall',
  params: { domain: { ...existingDomain, required: true, doc: 'The domain.' } },
  returns: {
    fields: {
      ...componentFields,
      status: { type: 'flag', doc: 'Always 1.' },
      statusmsg: { type: 'string', doc: 'Always “ok”.' },
    },
  },
  examples: [{ args: { domain: 'bob.example' }, doc: 'The certificate of bob.example.' }],

  async handler({ domain }, context) {
    await ownSiteOf(context.db, context.caller, 'domain', domain);
    const found = await bestComponents(context, domain);
    if (found === undefined) throw notFound(`The account has no certificate for the domain “${domain}”.`);
    return { ...found, status: 1, statusmsg: 'ok' };
  },
});
