import { defineUapi } from '../../core/define-uapi.ts';
import {
  certificateItemAnswer,
  certificateItemFields,
} from '../../capabilities/certificates/rules/item-answers.ts';
import { byIdOrName, FEATURE, wantedItem } from '../../capabilities/certificates/rules/item-params.ts';
import * as items from '../../capabilities/certificates/rules/items.ts';
import * as stored from '../../capabilities/certificates/rules/stored.ts';
import { certificateAsText } from '../../capabilities/certificates/rules/x509.ts';

const name = (doc: string) => ({ map: { type: 'string' }, keys: 'ATTRIBUTE', doc }) as const;

export default defineUapi({
  name: 'SSL::show_cert',
  since: 42,
  summary: 'Show a stored certificate of the account.',
  feature: FEATURE,
  effect: 'reads',
  params: wantedItem('certificate'),
  oneOf: byIdOrName,
  emptyIsOmitted: true,
  returns: {
    fields: {
      cert: { type: 'string', doc: 'The certificate in PEM.' },
      text: { type: 'string', doc: 'What it says, for people.' },
      details: {
        fields: {
          ...certificateItemFields,
          subject: name('The attributes of the subject: commonName, organizationName, …'),
          issuer: name('The attributes of the issuer.'),
        },
        doc: 'What it says.',
      },
    },
  },
  examples: [
    {
      args: { id: 'bob_example_d1a3f_8c2e0_1798761600_0123456789abcdef0123456789abcdef' },
      doc: 'A certificate by its ID.',
      fails: 'not_found',
    },
  ],

  async handler(wanted, { db, caller }) {
    const item = items.find(items.certificateKind, await stored.listOf(db, caller.user), wanted);
    const { pem, facts } = item;
    return {
      cert: pem,
      text: certificateAsText(pem),
      details: { ...certificateItemAnswer(item), subject: { ...facts.subject }, issuer: { ...facts.issuer } },
    };
  },
});
