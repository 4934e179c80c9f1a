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
  exampleOfSubject,
  keyAndSubject,
  subjectFields,
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
    ...keyAndSubject,
    friendly_name: newName,
  },
  emptyIsOmitted: true,
  returns: {
    fields: { ...certificateItemFields, text: { type: 'string', doc: 'The certificate in PEM.' } },
  },
  examples: [
    {
      args: exampleOfSubject,
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
