import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';

const noEffectReason = 'There is no licence to buy.';

export default defineFunction({
  name: 'purchase_a_license',
  since: 62,
  summary: 'Show where to buy a licence: this program needs none.',
  description:
    'This call always fails, because the program is free software and there is nothing to buy. Nothing is sent to any store.',
  access: 'root',
  effect: 'none',
  params: {
    login_token: {
      type: 'string',
      required: true,
      sensitive: true,
      doc: 'The login token of the store.',
      noEffectReason,
    },
    provider: { type: 'string', required: true, doc: 'The store.', noEffectReason },
    url_after_checkout: {
      type: 'string',
      required: true,
      doc: 'The address to which the store would redirect the browser.',
      noEffectReason,
    },
    upgrade: { type: 'flag', default: '0', doc: 'Whether to upgrade a licence.', noEffectReason },
  },
  returns: { payload: { list: { type: 'string' }, doc: 'The addresses of the checkout.' } },
  examples: [
    {
      args: {
        login_token: 'T0k3n',
        provider: 'cpanelstore',
        url_after_checkout: 'https://web1.example.com:2087',
      },
      doc: 'There is nothing to buy.',
      fails: 'disabled',
    },
  ],

  handler() {
    throw new ApiError(
      'disabled',
      'There is nothing to buy: this program is free software under the MIT licence. The command run_cpkeyclt shows it.',
    );
  },
});
