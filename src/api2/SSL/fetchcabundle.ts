import { defineApi2 } from '../../core/define-uapi.ts';
import { findBundle } from '../../capabilities/certificates/rules/ca-bundle.ts';
import { FEATURE } from '../../capabilities/certificates/rules/item-params.ts';
import {
  certificateText,
  EXAMPLE_CERTIFICATE,
  maskedWithKey,
} from '../../capabilities/certificates/rules/params.ts';
import { readCertificates } from '../../capabilities/certificates/rules/x509.ts';

export default defineApi2({
  name: 'SSL::fetchcabundle',
  since: null,
  summary: 'Find the CA bundle of a certificate: the certificates of its issuers.',
  description: 'This is SSL::get_cabundle of UAPI.',
  feature: FEATURE,
  effect: 'reads',
  params: { crt: { ...certificateText, ...maskedWithKey('crt'), required: true } },
  returns: {
    fields: {
      cab: { type: 'string', doc: 'The CA bundle in PEM; empty if no issuer is known.' },
      domain: { type: 'string', doc: 'The first domain of the certificate; empty if it names none.' },
    },
  },
  examples: [{ args: { crt: EXAMPLE_CERTIFICATE }, doc: 'The bundle of a certificate.', fails: 'bad_param' }],

  async handler({ crt }, { db }) {
    const [certificate, ...others] = readCertificates('crt', crt);
    if (certificate === undefined) throw new Error('readCertificates returns at least one.');
    return [
      {
        cab: await findBundle(db, certificate, others),
        domain: certificate.facts.domains[0] ?? '',
      },
    ];
  },
});
