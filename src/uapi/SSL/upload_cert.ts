import { defineUapi } from '../../core/define-uapi.ts';
import {
  certificateItemAnswer,
  certificateItemFields,
} from '../../capabilities/certificates/rules/item-answers.ts';
import { FEATURE, newName } from '../../capabilities/certificates/rules/item-params.ts';
import { addCertificate, readUploadedCertificate } from '../../capabilities/certificates/rules/new-items.ts';
import {
  EXAMPLE_CERTIFICATE,
  maskedWithKey,
  storedCertificateText,
} from '../../capabilities/certificates/rules/params.ts';

export default defineUapi({
  name: 'SSL::upload_cert',
  since: 42,
  summary: 'Store a certificate, without installing it.',
  description:
    'Certificates that browsers refuse are rejected: expired ones, and those with a weak key or signature. The ' +
    'certificates of its issuers may follow it. A certificate that is stored already stays, and gets the new name and ' +
    'chain if there are any.',
  feature: FEATURE,
  effect: 'changes',
  params: {
    crt: { ...storedCertificateText, ...maskedWithKey('crt'), required: true },
    friendly_name: newName,
  },
  emptyIsOmitted: true,
  returns: { list: { fields: certificateItemFields }, doc: 'One row: the certificate.' },
  examples: [
    { args: { crt: EXAMPLE_CERTIFICATE }, doc: 'A certificate of an authority.', fails: 'bad_param' },
  ],

  async handler({ crt, friendly_name: friendlyName }, context) {
    const { certificate, chain } = readUploadedCertificate(crt, context.now());
    return [certificateItemAnswer(await addCertificate(context, certificate, { chain, friendlyName }))];
  },
});
