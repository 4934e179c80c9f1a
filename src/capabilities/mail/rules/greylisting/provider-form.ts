// What functions for common mail providers have in common.
import type { Context } from '../../../../core/context.ts';
import type { Fields, Param } from '../../../../core/define.ts';
import { NEW_PROVIDER, PROVIDERS, providerKeys, readProviders, type Providers } from './providers.ts';
import { readAutotrust } from './settings.ts';

export const providerParam = {
  type: 'string',
  required: true,
  list: true,
  maxLength: 100,
  doc: 'The key of a mail provider, such as “google”. Repeat it for several.',
} as const satisfies Param;

export const unknownProvider = (key: string) =>
  `“${key}” is not a mail provider that this server knows. It should be one of: ${providerKeys.join(', ')}.`;

export const noHosts = (error: string) => `Its addresses could not be looked up: ${error}`;

export const providersConfigFields = {
  autotrust_new_common_mail_providers: {
    type: 'flag',
    doc: 'Whether a provider that a new version of this program brings is trusted.',
  },
  common_mail_providers: {
    map: {
      fields: {
        autoupdate: { type: 'flag', doc: 'Whether its addresses are looked up again each day.' },
        display_name: { type: 'string', doc: 'Its name.' },
        is_trusted: { type: 'flag', doc: 'Whether mail from its addresses is never deferred.' },
      },
    },
    keys: 'PROVIDER',
    doc: 'The providers.',
  },
} as const satisfies Fields;

export const readProvidersConfig = async ({ db }: Pick<Context, 'db'>) =>
  providersConfig(await readProviders(db), await readAutotrust(db));

export function providersConfig(providers: Providers, autotrust: boolean) {
  const entries = providerKeys.map((key) => {
    const { isTrusted, isUpdated } = providers.get(key) ?? NEW_PROVIDER;
    const { name } = PROVIDERS[key];
    return [key, { autoupdate: flag(isUpdated), display_name: name, is_trusted: flag(isTrusted) }] as const;
  });
  return {
    autotrust_new_common_mail_providers: flag(autotrust),
    common_mail_providers: Object.fromEntries(entries),
  };
}

const flag = (is: boolean): 0 | 1 => (is ? 1 : 0);
