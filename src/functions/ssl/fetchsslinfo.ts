import { defineFunction } from '../../core/define.ts';
import { notFound } from '../../core/errors.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { bestComponents, componentFields } from '../../capabilities/certificates/rules/components.ts';
import { certificateText, maskedWithKey } from '../../capabilities/certificates/rules/params.ts';
import { readCertificates } from '../../capabilities/certificates/rules/x509.ts';

export default defineFunction({
  name: 'fetchsslinfo',
  since: 32,
  summary: 'Show the certificate, key and CA bundle of a domain or a certificate.',
  description:
    'For a domain, this is its installed certificate if that secures it, or else the best stored one: valid before expired, ' +
    'of an authority before self-signed, and the one that lasts longest. For a certificate, its key and CA bundle are looked up.',
  access: ['ssl'],
  effect: 'reads',
  params: {
    domain: { ...existingDomain, doc: 'A domain, instead of “crtdata”.' },
    crtdata: {
      ...certificateText,
      ...maskedWithKey('crtdata'),
      doc: 'The certificate in PEM, instead of “domain”.',
    },
  },
  oneOf: { count: 'exactly', of: ['domain', 'crtdata'] },
  emptyIsOmitted: true,
  returns: componentFields,
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'The certificate of bob.example.',
      setUp: ['generatessl'],
    },
  ],

  async handler({ domain, crtdata }, context) {
    const [given, ...others] = crtdata === undefined ? [] : readCertificates('crtdata', crtdata);
    const found = await bestComponents(context, domain, given, others);
    if (found !== undefined) return found;
    throw notFound(
      `There is no certificate for the domain “${domain ?? ''}”. Generate one with generatessl.`,
    );
  },
});
