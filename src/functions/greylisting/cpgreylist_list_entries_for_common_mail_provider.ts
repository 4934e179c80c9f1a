import { defineFunction } from '../../core/define.ts';
import { formatTime } from '../../capabilities/mail/rules/greylisting/form.ts';
import {
  noHosts,
  providerParam,
  unknownProvider,
} from '../../capabilities/mail/rules/greylisting/provider-form.ts';
import { lookAtUnknownHosts } from '../../capabilities/mail/rules/greylisting/provider-lookups.ts';
import {
  isProvider,
  NEW_PROVIDER,
  providerKeys,
  readProviders,
  withHosts,
} from '../../capabilities/mail/rules/greylisting/providers.ts';

export default defineFunction({
  name: 'cpgreylist_list_entries_for_common_mail_provider',
  since: 52,
  summary: 'List the addresses of common mail providers.',
  description:
    'These are the networks that the SPF record of the provider allows to send, as they were found last. If they were ' +
    'never looked up, they are looked up now.',
  access: 'root',
  effect: 'reads',
  params: { provider: providerParam },
  returns: {
    providers: {
      map: {
        fields: {
          ips: {
            list: {
              fields: {
                create_time: {
                  type: 'string',
                  doc: 'When it was found first: YYYY-MM-DD HH:MM:SS, in the server’s time zone.',
                },
                host_ip: { type: 'string', doc: 'The address or network.' },
                is_trusted: { type: 'flag', doc: 'Whether mail from it is never deferred.' },
                provider_id: { type: 'integer', doc: 'The number of the provider.' },
              },
            },
            doc: 'The addresses.',
          },
        },
      },
      keys: 'PROVIDER',
      doc: 'The providers.',
    },
    providers_failed: { map: { type: 'string' }, keys: 'PROVIDER', doc: 'Why others are not listed.' },
  },
  examples: [{ args: { provider: 'google' }, doc: 'The addresses from which Google sends mail.' }],

  look: ({ provider }, context) => lookAtUnknownHosts(context, provider),

  async handler({ provider }, { db, now }, looked) {
    const stored = await readProviders(db);
    const failed: Record<string, string> = {};
    const listed = [...new Set(provider)].flatMap((key) => {
      if (!isProvider(key)) {
        failed[key] = unknownProvider(key);
        return [];
      }
      const state = stored.get(key) ?? NEW_PROVIDER;
      const found = looked.get(key) ?? [];
      if ('error' in found) {
        failed[key] = noHosts(found.error);
        return [];
      }
      const { hosts, isTrusted } = state.hosts.length > 0 ? state : withHosts(state, found, now());
      const ips = hosts.map(({ host, foundAt }) => ({
        create_time: formatTime(foundAt),
        host_ip: host,
        is_trusted: isTrusted ? 1 : 0,
        provider_id: providerKeys.indexOf(key) + 1,
      }));
      return [[key, { ips }] as const];
    });
    return { providers: Object.fromEntries(listed), providers_failed: failed };
  },
});
