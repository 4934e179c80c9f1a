import { defineUapi } from '../../core/define-uapi.ts';
import { createRequest } from '../../capabilities/certificates/rules/create.ts';
import { requestAnswer, requestFields } from '../../capabilities/certificates/rules/item-answers.ts';
import { FEATURE, newName } from '../../capabilities/certificates/rules/item-params.ts';
import { addRequest, assertStillThere, openKey } from '../../capabilities/certificates/rules/new-items.ts';
import {
  challengePassword,
  subjectFields,
  subjectParams,
  wantedDomains,
} from '../../capabilities/certificates/rules/subject-params.ts';
import { readDomains } from '../../capabilities/certificates/rules/wanted-domains.ts';

export default defineUapi({
  name: 'SSL::generate_csr',
  since: 42,
  summary: 'Generate a certificate signing request with one of the account’s keys.',
  description: 'Send the request to an authority, and install the certificate that it issues.',
  feature: FEATURE,
  effect: 'changes',
  params: {
    domains: wantedDomains,
    key_id: { type: 'string', required: true, maxLength: 400, doc: 'The ID of the key.' },
    countryName: { ...subjectParams.countryName, required: true },
    stateOrProvinceName: { ...subjectParams.stateOrProvinceName, required: true },
    localityName: { ...subjectParams.localityName, required: true },
    organizationName: { ...subjectParams.organizationName, required: true },
    organizationalUnitName: { ...subjectParams.organizationalUnitName, default: '' },
    emailAddress: { ...subjectParams.emailAddress, default: '' },
    pass: challengePassword,
    friendly_name: newName,
  },
  emptyIsOmitted: true,
  returns: { fields: { ...requestFields, text: { type: 'string', doc: 'The signing request in PEM.' } } },
  examples: [
    {
      args: {
        domains: 'bob.example,www.bob.example',
        key_id: 'd1a3f_8c2e0_0123456789abcdef0123456789abcdef',
        countryName: 'DE',
        stateOrProvinceName: 'Berlin',
        localityName: 'Berlin',
        organizationName: 'Bob’s Shop',
      },
      doc: 'Generate what an authority needs for two domains.',
      fails: 'not_found',
    },
  ],

  async look(args, context) {
    const domains = readDomains('domains', args.domains);
    const key = await openKey(context, { id: args.key_id });
    return { key, request: await createRequest(key, { domains, fields: subjectFields(args) }, args.pass) };
  },
  async handler({ friendly_name: name }, context, { key, request }) {
    await assertStillThere(context, key);
    return { ...requestAnswer(await addRequest(context, request, name)), text: request.pem };
  },
});
