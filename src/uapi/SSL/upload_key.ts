import { defineUapi } from '../../core/define-uapi.ts';
import { keyItemAnswer, keyItemFields } from '../../capabilities/certificates/rules/item-answers.ts';
import { FEATURE, newName } from '../../capabilities/certificates/rules/item-params.ts';
import { addKey, readUploadedKey } from '../../capabilities/certificates/rules/new-items.ts';
import { EXAMPLE_KEY, keyText } from '../../capabilities/certificates/rules/params.ts';

export default defineUapi({
  name: 'SSL::upload_key',
  since: 42,
  summary: 'Store a private key for certificates.',
  description:
    'The key must have no passphrase. RSA keys need at least 2048 bits, ECDSA keys a curve that browsers support. It is ' +
    'stored encrypted. A key that is stored already stays, and gets the new name if there is one.',
  feature: FEATURE,
  effect: 'changes',
  params: {
    key: {
      ...keyText,
      required: true,
      alias: ['crt'],
      doc: 'The private key in PEM, without a passphrase. Best passed with --file key=PATH.',
    },
    friendly_name: newName,
  },
  emptyIsOmitted: true,
  returns: { list: { fields: keyItemFields }, doc: 'One row: the key.' },
  examples: [
    { args: { key: EXAMPLE_KEY }, doc: 'A key that another program generated.', fails: 'bad_param' },
  ],

  async handler({ key, friendly_name: name }, context) {
    return [keyItemAnswer(await addKey(context, readUploadedKey(key), name))];
  },
});
