// The task of the same name calls it.
import { defineFunction } from '../../../core/define.ts';
import { existingDomain } from '../../../ground/rules/accounts/names.ts';
import { lookForAuthentication, publishNew } from '../plans/change-authentication.ts';
import { readDefault } from '../rules/authentication/dmarc-record.ts';
import { senderOf } from '../rules/authentication/lookups.ts';
import { defaultSpf } from '../rules/authentication/spf-record.ts';

export default defineFunction({
  name: '--publish-authentication',
  since: null,
  summary: 'Publish the records that authenticate the mail of new domains.',
  access: 'root',
  effect: 'operates',
  params: {
    domain: { ...existingDomain, required: true, list: true, doc: 'A domain. Repeatable.' },
    dkim: { type: 'flag', default: 0, doc: '1: sign mail with DKIM.' },
    spf: { type: 'flag', default: 0, doc: '1: publish an SPF record unless there is one.' },
    dmarc: { type: 'flag', default: 0, doc: '1: publish the default DMARC record unless there is one.' },
  },
  returns: null,
  examples: [{ args: { domain: 'bob.example', dkim: '1' }, doc: 'Sign the mail of bob.example.' }],
  look: async ({ domain, dkim }, context) => ({
    found: await lookForAuthentication(context, domain, dkim ? { generates: 'missing' } : {}),
    sender: await senderOf(context),
  }),
  async handler({ domain, dkim, spf, dmarc }, context, { found, sender }) {
    const records = {
      dkim,
      spf: spf ? defaultSpf(sender.address) : undefined,
      dmarc: dmarc ? await readDefault(context.db) : undefined,
    };
    await publishNew(context, domain, records, found);
  },
});
