import { defineUapi } from '../../core/define-uapi.ts';
import { findBundle } from '../../capabilities/certificates/rules/ca-bundle.ts';
import { FEATURE } from '../../capabilities/certificates/rules/item-params.ts';
import {
  certificateText,
  EXAMPLE_CERTIFICATE,
  maskedWithKey,
} from '../../capabilities/certificates/rules/params.ts';
import { readCertificates } from '../../capabilities/certificates/rules/x509.ts';

export default defineUapi({
  name: 'SSL::get_cabundle',
  since: 42,
  summary: 'Find the CA bundle of a certificate: the certificates of its issuers.',
  description:
    'They are those of other certificates of the same issuer that are stored on this server. Nothing is fetched from the ' +
    'Internet.',
  feature: FEATURE,
  effect: 'reads',
  params: { cert: { ...certificateText, ...maskedWithKey('cert'), required: true } },
  returns: {
    fields: {
      cab: { type: 'string', doc: 'The CA bundle in PEM; empty if no issuer is known.' },
      bundle: { type: 'string', doc: 'The same.' },
      domain: { type: 'string', doc: 'The first domain of the certificate; empty if it names none.' },
    },
  },
  examples: [
    { args: { cert: EXAMPLE_CERTIFICATE }, doc: 'The bundle of a certificate.', fails: 'bad_param' },
  ],

  async handler({ cert }, { db, inform }) {
    const [certificate, ...others] = readCertificates('cert', cert);
    if (certificate === undefined) throw new Error('readCertificates returns at least one.');
    const bundle = await findBundle(db, certificate, others);
    if (bundle === '') inform('The certificates of the issuer are not known on this server.');
    return { cab: bundle, bundle, domain: certificate.facts.domains[0] ?? '' };
  },
});
