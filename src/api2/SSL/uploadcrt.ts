import { defineApi2 } from '../../core/define-uapi.ts';
import { outcomeFields } from '../../capabilities/certificates/rules/host-params.ts';
import { FEATURE } from '../../capabilities/certificates/rules/item-params.ts';
import { addCertificate, readUploadedCertificate } from '../../capabilities/certificates/rules/new-items.ts';
import {
  EXAMPLE_CERTIFICATE,
  maskedWithKey,
  storedCertificateText,
} from '../../capabilities/certificates/rules/params.ts';

export default defineApi2({
  name: 'SSL::uploadcrt',
  since: null,
  summary: 'Store a certificate, without installing it.',
  description: 'This is SSL::upload_cert of UAPI.',
  feature: FEATURE,
  failureRow: 'result output',
  effect: 'changes',
  params: {
    crt: { ...storedCertificateText, ...maskedWithKey('crt'), required: true },
    host: {
      type: 'string',
      doc: 'The domain.',
      noEffectReason: 'The certificate itself names its domains.',
    },
  },
  emptyIsOmitted: true,
  returns: {
    fields: {
      ...outcomeFields,
      output: { type: 'string', doc: 'The first domain of the certificate, or why it was rejected.' },
    },
  },
  examples: [
    { args: { crt: EXAMPLE_CERTIFICATE }, doc: 'A certificate of an authority.', fails: 'bad_param' },
  ],

  async handler({ crt }, context) {
    const { certificate, chain } = readUploadedCertificate(crt, context.now());
    const { facts, id } = await addCertificate(context, certificate, { chain, friendlyName: undefined });
    return [{ result: 1, output: `${facts.domains[0] ?? id} (auto-detected) ` }];
  },
});
