import { defineFunction } from '../../core/define.ts';
import { changeGreylist } from '../../capabilities/mail/plans/change-greylist.ts';
import {
  noHosts,
  providerParam,
  unknownProvider,
} from '../../capabilities/mail/rules/greylisting/provider-form.ts';
import { lookAtUnknownHosts } from '../../capabilities/mail/rules/greylisting/provider-lookups.ts';
import {
  isProvider,
  NEW_PROVIDER,
  readProviders,
  withHosts,
} from '../../capabilities/mail/rules/greylisting/providers.ts';

export default defineFunction({
  name: 'cpgreylist_trust_entries_for_common_mail_provider',
  since: 52,
  summary: 'Accept mail from common mail providers without greylisting.',
  description:
    'The addresses of a provider are those that its own SPF record allows to send. They are looked up now if they are ' +
    'not known yet.',
  access: 'root',
  effect: 'operates',
  params: { provider: providerParam },
  returns: {
    providers_failed: { map: { type: 'string' }, keys: 'PROVIDER', doc: 'Why others are not trusted.' },
    providers_trusted: {
      map: { fields: { ips_trusted: { type: 'integer', doc: 'The number of its addresses and networks.' } } },
      keys: 'PROVIDER',
      doc: 'The providers that are trusted now.',
    },
  },
  examples: [{ args: { provider: ['google', 'microsoft'] }, doc: 'Trust Google and Microsoft.' }],

  look: ({ provider }, context) => lookAtUnknownHosts(context, provider),

  async handler({ provider }, context, looked) {
    const { db, now, plan } = context;
    const stored = await readProviders(db);
    const failed: Record<string, string> = {};
    const trusted = [...new Set(provider)].flatMap((key) => {
      if (!isProvider(key)) {
        failed[key] = unknownProvider(key);
        return [];
      }
      const found = looked.get(key) ?? [];
      if ('error' in found) {
        failed[key] = noHosts(found.error);
        return [];
      }
      const state = { ...(stored.get(key) ?? NEW_PROVIDER), isTrusted: true };
      return [[key, state.hosts.length > 0 ? state : withHosts(state, found, now())] as const];
    });
    plan(await changeGreylist(context, { providers: Object.fromEntries(trusted) }));
    const counts = trusted.map(([key, { hosts }]) => [key, { ips_trusted: hosts.length }] as const);
    return { providers_failed: failed, providers_trusted: Object.fromEntries(counts) };
  },
});
