import { defineUapi } from '../../core/define-uapi.ts';
import { requestAnswer, requestFields } from '../../capabilities/certificates/rules/item-answers.ts';
import { byIdOrName, FEATURE, wantedItem } from '../../capabilities/certificates/rules/item-params.ts';
import * as items from '../../capabilities/certificates/rules/items.ts';
import { requestAsText } from '../../capabilities/certificates/rules/x509.ts';

const attribute = (what: string) =>
  ({ type: 'string', doc: `${what} of the subject; empty if it has none.` }) as const;

export default defineUapi({
  name: 'SSL::show_csr',
  since: 42,
  summary: 'Show a signing request of the account.',
  feature: FEATURE,
  effect: 'reads',
  params: wantedItem('signing request'),
  oneOf: byIdOrName,
  emptyIsOmitted: true,
  returns: {
    fields: {
      csr: { type: 'string', doc: 'The signing request in PEM.' },
      text: { type: 'string', doc: 'What it says, for people.' },
      details: {
        fields: {
          ...requestFields,
          countryName: attribute('The country'),
          stateOrProvinceName: attribute('The state or province'),
          localityName: attribute('The town'),
          organizationName: attribute('The company'),
          organizationalUnitName: attribute('The department'),
          emailAddress: attribute('The email address'),
        },
        doc: 'What it says.',
      },
    },
  },
  examples: [
    {
      args: { id: 'bob_example_d1a3f_8c2e0_0123456789abcdef0123456789abcdef' },
      doc: 'A signing request by its ID.',
      fails: 'not_found',
    },
  ],

  async handler(wanted, { db, caller }) {
    const item = items.find(items.requestKind, await items.listRequests(db, caller.user), wanted);
    const { countryName = '', stateOrProvinceName = '', localityName = '' } = item.facts.subject;
    const { organizationName = '', organizationalUnitName = '', emailAddress = '' } = item.facts.subject;
    return {
      csr: item.pem,
      text: requestAsText(item.pem),
      details: {
        ...requestAnswer(item),
        ...{ countryName, stateOrProvinceName, localityName },
        ...{ organizationName, organizationalUnitName, emailAddress },
      },
    };
  },
});
