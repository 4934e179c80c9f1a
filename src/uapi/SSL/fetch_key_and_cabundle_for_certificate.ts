import { defineUapi } from '../../core/define-uapi.ts';
import { bestComponents, componentFields } from '../../capabilities/certificates/rules/components.ts';
import { FEATURE, SECRET_KEY_NOTE } from '../../capabilities/certificates/rules/item-params.ts';
import {
  certificateText,
  EXAMPLE_CERTIFICATE,
  maskedWithKey,
} from '../../capabilities/certificates/rules/params.ts';
import { readCertificates } from '../../capabilities/certificates/rules/x509.ts';

export default defineUapi({
  name: 'SSL::fetch_key_and_cabundle_for_certificate',
  since: 42,
  summary: 'Find the account’s private key and the CA bundle of a certificate.',
  description: SECRET_KEY_NOTE,
  feature: FEATURE,
  effect: 'reads',
  params: { certificate: { ...certificateText, ...maskedWithKey('certificate'), required: true } },
  returns: {
    fields: {
      ...componentFields,
      status: { type: 'flag', doc: 'Whether the key was found.' },
      statusmsg: { type: 'string', doc: 'The same in words.' },
    },
  },
  examples: [
    { args: { certificate: EXAMPLE_CERTIFICATE }, doc: 'The key of a certificate.', fails: 'bad_param' },
  ],

  async handler(args, context) {
    const [given, ...others] = readCertificates('certificate', args.certificate);
    const found = await bestComponents(context, undefined, given, others);
    if (found === undefined) throw new Error('readCertificates returns at least one.');
    const hasKey = found.key !== '';
    return {
      ...found,
      status: hasKey ? 1 : 0,
      statusmsg: hasKey ? 'The key was found.' : 'You do not have the key of this certificate.',
    };
  },
});
