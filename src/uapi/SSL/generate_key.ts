import { defineUapi } from '../../core/define-uapi.ts';
import { badParam } from '../../core/errors.ts';
import { createKey, type KeyKind } from '../../capabilities/certificates/rules/create.ts';
import { keyItemAnswer, keyItemFields } from '../../capabilities/certificates/rules/item-answers.ts';
import { FEATURE, newName } from '../../capabilities/certificates/rules/item-params.ts';
import {
  keyTypes,
  kindOf,
  preferredType,
  systemType,
} from '../../capabilities/certificates/rules/key-types.ts';
import { addKey } from '../../capabilities/certificates/rules/new-items.ts';

export default defineUapi({
  name: 'SSL::generate_key',
  since: 42,
  summary: 'Generate a private key for certificates.',
  description:
    'The key is stored encrypted. Next, generate a signing request for an authority (SSL::generate_csr) or a ' +
    'self-signed certificate (SSL::generate_cert).',
  feature: FEATURE,
  effect: 'changes',
  params: {
    keytype: {
      type: 'string',
      values: ['system', ...keyTypes],
      doc: 'The kind of key. system: the one of the server. Default: your own one (SSL::set_default_key_type).',
    },
    keysize: {
      type: 'integer',
      min: 2048,
      max: 4096,
      doc: 'The length of an RSA key in bits, instead of “keytype”.',
    },
    friendly_name: newName,
  },
  emptyIsOmitted: true,
  returns: {
    fields: { ...keyItemFields, text: { type: 'string', doc: 'The key in PEM; empty in a dry run.' } },
  },
  examples: [
    { args: { keytype: 'ecdsa-prime256v1', friendly_name: 'Shop 2027' }, doc: 'An ECDSA key.' },
    { args: { keysize: '2048' }, doc: 'An RSA key.' },
  ],

  async look({ keytype, keysize }, { caller, transaction }) {
    if (keytype !== undefined && keysize !== undefined) {
      throw badParam('Pass “keytype” or “keysize”, but not both.');
    }
    if (keysize !== undefined) return createKey({ rsaBits: keysize });
    const kind = await transaction('reads', async (db): Promise<KeyKind> => {
      if (keytype === 'system') return kindOf(await systemType(db));
      return kindOf(keytype ?? (await preferredType(db, caller.user)));
    });
    return createKey(kind);
  },
  async handler({ friendly_name: name }, context, key) {
    const item = await addKey(context, key, name);
    return { ...keyItemAnswer(item), text: context.isDryRun ? '' : key.pem };
  },
});
