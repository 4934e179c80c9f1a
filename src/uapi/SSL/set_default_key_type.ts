import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { FEATURE } from '../../capabilities/certificates/rules/item-params.ts';
import { keyTypes, prefer } from '../../capabilities/certificates/rules/key-types.ts';

export default defineUapi({
  name: 'SSL::set_default_key_type',
  since: 92,
  summary: 'Set the kind of key that new certificates of the account get.',
  description:
    'It applies to SSL::generate_key without “keytype”, and to the keys that AutoSSL generates from now on. Present keys ' +
    'stay.',
  feature: FEATURE,
  effect: 'changes',
  params: {
    type: {
      type: 'string',
      required: true,
      values: ['system', ...keyTypes],
      doc: 'The kind of key. system: the one that the server’s setting ssl_default_key_type has.',
    },
  },
  returns: null,
  examples: [{ args: { type: 'ecdsa-prime256v1' }, doc: 'Use ECDSA on the curve P-256.' }],

  async handler({ type }, { db, caller }) {
    const { username } = await accounts.getOwn(db, caller);
    await prefer(db, username, type);
  },
});
