import { defineFunction } from '../../core/define.ts';
import { certificateAnswer, certificateFields } from '../../capabilities/certificates/rules/facts.ts';
import { certificatesFor } from '../../capabilities/certificates/rules/for-domains.ts';
import { nameOfCertificate } from '../../capabilities/certificates/rules/items.ts';
import { verifyErrorOf } from '../../capabilities/certificates/rules/verify.ts';
import { readDomains } from '../../capabilities/certificates/rules/wanted-domains.ts';

export default defineFunction({
  name: 'fetch_ssl_certificates_for_fqdns',
  since: 66,
  summary: 'List the stored certificates that can secure given domains.',
  description:
    'These are the certificates of the caller and of the accounts that it sees which secure at least one of the domains, ' +
    'the best first.',
  access: ['ssl'],
  effect: 'reads',
  params: {
    domains: {
      type: 'string',
      required: true,
      multiline: true,
      maxLength: 32_768,
      doc: 'The domains, with commas between them.',
    },
  },
  returns: {
    payload: {
      list: {
        fields: {
          id: { type: 'string', doc: 'The ID of the certificate.' },
          friendly_name: { type: 'string', doc: 'The name for people. Default: the common name.' },
          'subject.commonName': { type: 'string', doc: 'The common name; empty if it has none.' },
          users: { list: { type: 'string' }, doc: 'The users who have the certificate.' },
          created: { type: 'integer', doc: 'When it was stored, in seconds since 1970-01-01 UTC.' },
          crt: { type: 'string', doc: 'The certificate in PEM.' },
          key: { type: 'string', doc: 'Its private key in PEM; empty if it is not stored.' },
          cab: { type: 'string|null', doc: 'The certificates of its issuers in PEM; null if none is known.' },
          ...certificateFields,
          verify_error: {
            type: 'string',
            doc: 'Why a client with Mozilla’s list of authorities rejects it, in OpenSSL’s words; empty if it does not.',
          },
        },
      },
    },
  },
  list: 'payload',
  columns: ['id', 'domains', 'users', 'issuer.organizationName', 'not_after', 'verify_error'],
  examples: [
    {
      args: { domains: 'bob.example,www.bob.example' },
      doc: 'The certificates for either of these domains.',
      setUp: ['generatessl'],
    },
  ],

  async handler({ domains }, context) {
    const found = await certificatesFor(context, readDomains('domains', domains));
    const payload = found.map(({ certificate, usernames, key = '' }) => {
      const { id, facts, pem, chain, createdAt } = certificate;
      return {
        ...{ id, friendly_name: nameOfCertificate(certificate), users: [...usernames] },
        'subject.commonName': facts.subject.commonName ?? '',
        created: Math.floor(createdAt / 1000),
        ...{ crt: pem, key, cab: chain === '' ? null : chain },
        ...certificateAnswer(facts),
        verify_error: verifyErrorOf(certificate, context.now()),
      };
    });
    return { payload };
  },
});
