import { defineApi2 } from '../../core/define-uapi.ts';
import { hostName } from '../../ground/rules/accounts/names.ts';
import { createKey } from '../../capabilities/certificates/rules/create.ts';
import { outcomeFields } from '../../capabilities/certificates/rules/host-params.ts';
import { FEATURE } from '../../capabilities/certificates/rules/item-params.ts';
import * as items from '../../capabilities/certificates/rules/items.ts';
import { addKey } from '../../capabilities/certificates/rules/new-items.ts';

export default defineApi2({
  name: 'SSL::genkey',
  since: null,
  summary: 'Generate an RSA key for a domain.',
  description: 'Its name is the domain. An earlier key with this name stays, and gets its ID as the name.',
  feature: FEATURE,
  failureRow: 'result output',
  effect: 'changes',
  params: {
    host: { ...hostName, required: true, doc: 'The domain.' },
    keysize: {
      type: 'integer',
      min: 2048,
      max: 4096,
      default: 2048,
      doc: 'The length of the key in bits.',
    },
  },
  emptyIsOmitted: true,
  returns: {
    fields: {
      ...outcomeFields,
      key: { type: 'string', doc: 'The key in PEM; empty in a dry run.' },
    },
  },
  examples: [{ args: { host: 'bob.example' }, doc: 'A key for one domain.' }],

  look: ({ keysize }) => createKey({ rsaBits: keysize }),
  async handler({ host }, context, key) {
    await items.clearName(context, items.keyKind, host);
    await addKey(context, key, host);
    return [{ result: 1, output: 'Private key generated!', key: context.isDryRun ? '' : key.pem }];
  },
});
