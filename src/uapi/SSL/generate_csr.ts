import { defineUapi } from '../../core/define-uapi.ts';
import { createRequest } from '../../capabilities/certificates/rules/create.ts';
import { requestAnswer, requestFields } from '../../capabilities/certificates/rules/item-answers.ts';
import { FEATURE, newName } from '../../capabilities/certificates/rules/item-params.ts';
import { addRequest, assertStillThere, openKey } from '../../capabilities/certificates/rules/new-items.ts';
import {
  challengePassword,
  exampleOfSubject,
  keyAndSubject,
  subjectFields,
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
    ...keyAndSubject,
    pass: challengePassword,
    friendly_name: newName,
  },
  emptyIsOmitted: true,
  returns: { fields: { ...requestFields, text: { type: 'string', doc: 'The signing request in PEM.' } } },
  examples: [
    {
      args: exampleOfSubject,
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
