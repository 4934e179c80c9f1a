import { defineUapi } from '../../core/define-uapi.ts';
import { createSelfSigned } from '../../capabilities/certificates/rules/create.ts';
import {
  certificateItemAnswer,
  certificateItemFields,
} from '../../capabilities/certificates/rules/item-answers.ts';
import { FEATURE, newName } from '../../capabilities/certificates/rules/item-params.ts';
import {
  addCertificate,
  assertStillThere,
  openKey,
} from '../../capabilities/certificates/rules/new-items.ts';
import {
  subjectFields,
  subjectParams,
  wantedDomains,
} from '../../capabilities/certificates/rules/subject-params.ts';
import { readDomains } from '../../capabilities/certificates/rules/wanted-domains.ts';

export default defineUapi({
  name: 'SSL::generate_cert',
  since: 42,
  summary: 'Generate a self-signed certificate with one of the account’s keys.',
  description: 'It is valid for one year. Browsers warn about it, because no authority has signed it.',
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
    friendly_name: newName,
  },
  emptyIsOmitted: true,
  returns: {
    fields: { ...certificateItemFields, text: { type: 'string', doc: 'The certificate in PEM.' } },
  },
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
      doc: 'A certificate for two domains.',
      fails: 'not_found',
    },
  ],

  async look(args, context) {
    const domains = readDomains('domains', args.domains);
    const key = await openKey(context, { id: args.key_id });
    const subject = { domains, fields: subjectFields(args) };
    return { key, certificate: createSelfSigned(key, subject, context.now()) };
  },
  async handler({ friendly_name: friendlyName }, context, { key, certificate }) {
    await assertStillThere(context, key);
    const item = await addCertificate(context, certificate, { chain: '', friendlyName });
    return { ...certificateItemAnswer(item), text: item.pem };
  },
});
