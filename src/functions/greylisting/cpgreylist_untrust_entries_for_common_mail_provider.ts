import { defineFunction } from '../../core/define.ts';
import { changeGreylist } from '../../capabilities/mail/plans/change-greylist.ts';
import { providerParam, unknownProvider } from '../../capabilities/mail/rules/greylisting/provider-form.ts';
import {
  isProvider,
  NEW_PROVIDER,
  readProviders,
} from '../../capabilities/mail/rules/greylisting/providers.ts';

export default defineFunction({
  name: 'cpgreylist_untrust_entries_for_common_mail_provider',
  since: 52,
  summary: 'End the trust of greylisting in common mail providers.',
  description: 'Their addresses that are trusted hosts by themselves stay trusted.',
  access: 'root',
  effect: 'operates',
  params: { provider: providerParam },
  returns: {
    providers_failed: { map: { type: 'string' }, keys: 'PROVIDER', doc: 'Why others did not change.' },
    providers_untrusted: {
      map: {
        fields: { ips_untrusted: { type: 'integer', doc: 'The number of its addresses and networks.' } },
      },
      keys: 'PROVIDER',
      doc: 'The providers that are not trusted now.',
    },
  },
  examples: [{ args: { provider: 'yahoo' }, doc: 'No longer trust Yahoo.' }],

  async handler({ provider }, context) {
    const stored = await readProviders(context.db);
    const keys = [...new Set(provider)];
    const failed = keys.filter((key) => !isProvider(key)).map((key) => [key, unknownProvider(key)] as const);
    const untrusted = keys
      .filter(isProvider)
      .map((key) => [key, { ...(stored.get(key) ?? NEW_PROVIDER), isTrusted: false }] as const);
    context.plan(await changeGreylist(context, { providers: Object.fromEntries(untrusted) }));
    const counts = untrusted.map(([key, { hosts }]) => [key, { ips_untrusted: hosts.length }] as const);
    return { providers_failed: Object.fromEntries(failed), providers_untrusted: Object.fromEntries(counts) };
  },
});
