import { defineFunction } from '../../core/define.ts';
import { enablePublished } from '../../capabilities/mail/plans/change-authentication.ts';
import { nameOf } from '../../capabilities/mail/rules/authentication/dkim-record.ts';
import { lookAtTexts } from '../../capabilities/mail/rules/authentication/lookups.ts';
import { checkDkim } from '../../capabilities/mail/rules/authentication/validation.ts';
import {
  dkimFields,
  domainsParam,
} from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineFunction({
  name: 'validate_current_dkims',
  since: 78,
  summary: 'Check whether the DKIM records of domains are in DNS as they should be.',
  description:
    'The resolvers of this server are asked for the TXT records of default._domainkey.DOMAIN. If a record is valid and mail is not signed yet, because the zone is on another server, signing is enabled.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'operates',
  params: { domain: domainsParam },
  returns: { payload: { list: { fields: dkimFields }, doc: 'The domains in the order of the call.' } },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Check the DKIM record of bob.example.',
      setUp: ['createacct'],
    },
  ],

  look: ({ domain }, context) => lookAtTexts(context, domain, nameOf),

  async handler({ domain }, context, looked) {
    const { opened, rows, enabled } = await checkDkim(context, domain, looked);
    await enablePublished(context, opened, enabled);
    return { payload: rows };
  },
});
