import { defineFunction } from '../../core/define.ts';
import { componentBatches, listComponents } from '../../capabilities/certificates/rules/site-components.ts';
import { areMany } from '../../capabilities/certificates/rules/sites.ts';
import * as longLists from '../../ground/rules/long-list.ts';

export default defineFunction({
  name: 'fetch_vhost_ssl_components',
  since: 32,
  summary: 'List certificate, key and CA bundle of every virtual host.',
  description: 'Resellers get those of the accounts that they own.',
  access: ['ssl'],
  effect: 'reads',
  params: {},
  returns: {
    components: {
      list: {
        fields: {
          servername: { type: 'string', doc: 'The domain that identifies the virtual host.' },
          certificate: { type: 'string', doc: 'The certificate in PEM.' },
          certificate_id: { type: 'string', doc: 'The ID of the certificate.' },
          key: { type: 'string', doc: 'Its private key in PEM.' },
          key_id: { type: 'string', doc: 'The ID of the key.' },
          cabundle: {
            type: 'string|null',
            doc: 'The certificates of its issuers in PEM; null if it has none.',
          },
          cabundle_id: {
            type: 'string|null',
            doc: 'Always null: a CA bundle is stored with its certificate.',
          },
        },
      },
    },
  },
  list: 'components',
  columns: ['servername', 'certificate_id', 'key_id'],
  examples: [{ args: {}, doc: 'Everything that is installed.' }],

  async handler(_args, context) {
    const { caller, db } = context;
    const components = await longLists.recordsOf(context, {
      areMany: () => areMany(db, caller),
      all: () => listComponents(context),
      prepareBatches: () => componentBatches(context),
      recordOf: ({ servername, id, pem, key, keyId, chain }) => ({
        ...{ servername, certificate: pem, certificate_id: id },
        ...{ key: key ?? '', key_id: keyId },
        ...{ cabundle: chain === '' ? null : chain, cabundle_id: null },
      }),
    });
    return { components };
  },
});
