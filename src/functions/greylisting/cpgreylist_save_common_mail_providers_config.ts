import { defineFunction, type Params } from '../../core/define.ts';
import { changeGreylist } from '../../capabilities/mail/plans/change-greylist.ts';
import {
  providersConfig,
  providersConfigFields,
} from '../../capabilities/mail/rules/greylisting/provider-form.ts';
import {
  NEW_PROVIDER,
  providerKeys,
  PROVIDERS,
  readProviders,
  type ProviderKey,
} from '../../capabilities/mail/rules/greylisting/providers.ts';
import { readAutotrust } from '../../capabilities/mail/rules/greylisting/settings.ts';

const ofProvider = (key: ProviderKey) =>
  ({ type: 'flag', doc: `1: look the addresses of ${PROVIDERS[key].name} up again each day.` }) as const;

export default defineFunction({
  name: 'cpgreylist_save_common_mail_providers_config',
  since: 52,
  summary: 'Set whether greylisting keeps the addresses of common mail providers up to date.',
  description: 'Omitted options keep their values.',
  access: 'root',
  effect: 'operates',
  params: {
    autotrust_new_common_mail_providers: {
      type: 'flag',
      doc: '1: trust providers that a new version of this program brings, once their addresses are known.',
    },
    ...(Object.fromEntries(providerKeys.map((key) => [key, ofProvider(key)])) as Record<
      ProviderKey,
      ReturnType<typeof ofProvider>
    >),
  } satisfies Params,
  returns: providersConfigFields,
  examples: [{ args: { google: '0' }, doc: 'Keep the present addresses of Google.' }],

  async handler({ autotrust_new_common_mail_providers: autotrust, ...given }, context) {
    const providers = new Map(await readProviders(context.db));
    const changed = providerKeys.flatMap((key) => {
      const isUpdated = given[key];
      if (isUpdated === undefined) return [];
      return [[key, { ...(providers.get(key) ?? NEW_PROVIDER), isUpdated }] as const];
    });
    for (const [key, state] of changed) providers.set(key, state);
    const isOn = autotrust ?? (await readAutotrust(context.db));
    context.plan(await changeGreylist(context, { autotrust: isOn, providers: Object.fromEntries(changed) }));
    return providersConfig(providers, isOn);
  },
});
