import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { isCovered } from '../../capabilities/certificates/rules/domains.ts';
import {
  certificateAnswer,
  certificateFields,
  nameText,
} from '../../capabilities/certificates/rules/facts.ts';
import { certificatesFor } from '../../capabilities/certificates/rules/for-domains.ts';
import { SECRET_KEY_NOTE } from '../../capabilities/certificates/rules/item-params.ts';
import { nameOfCertificate } from '../../capabilities/certificates/rules/items.ts';
import { verifyErrorOf } from '../../capabilities/certificates/rules/verify.ts';
import { certificateOf } from '../../capabilities/certificates/rules/x509.ts';
import { readDomains } from '../../capabilities/certificates/rules/wanted-domains.ts';
import { namesOf, virtualHostsOf } from '../../capabilities/domains/rules/virtual-hosts.ts';

export default defineUapi({
  name: 'SSL::fetch_certificates_for_fqdns',
  since: 66,
  summary: 'List the account’s certificates that secure given domains, the best first.',
  description: SECRET_KEY_NOTE,
  effect: 'reads',
  feature: 'sslinstall',
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
    list: {
      fields: {
        id: { type: 'string', doc: 'The ID of the certificate.' },
        friendly_name: { type: 'string', doc: 'The name for people.' },
        'subject.commonName': { type: 'string', doc: 'The common name; empty if it has none.' },
        subject_text: {
          type: 'string',
          doc: 'The subject: each attribute and its value, on lines of their own.',
        },
        created: { type: 'integer', doc: 'When it was stored, in seconds since 1970-01-01 UTC.' },
        crt: { type: 'string', doc: 'The certificate in PEM.' },
        key: { type: 'string', doc: 'Its private key in PEM; empty if it is not stored.', secret: true },
        cab: { type: 'string', doc: 'The certificates of its issuers in PEM; empty if none is known.' },
        domain_is_configured: { type: 'flag', doc: 'Whether it secures a name of the account.' },
        serial: { type: 'string', doc: 'The serial number, in hexadecimal.' },
        ...certificateFields,
        verify_error: {
          type: 'string',
          doc: 'Why a client with Mozilla’s list of authorities rejects it, in OpenSSL’s words; empty if it does not.',
        },
      },
    },
  },
  examples: [{ args: { domains: 'bob.example,www.bob.example' }, doc: 'For either of these domains.' }],

  async handler({ domains }, context) {
    const { db, caller, now } = context;
    const hosts = await virtualHostsOf(db, await accounts.getOwn(db, caller));
    const names = hosts.flatMap(namesOf);
    const found = await certificatesFor(context, readDomains('domains', domains));
    return found.map(({ certificate, key = '' }) => {
      const { id, facts, pem, chain, createdAt } = certificate;
      return {
        ...{ id, friendly_name: nameOfCertificate(certificate), crt: pem, key, cab: chain },
        'subject.commonName': facts.subject.commonName ?? '',
        subject_text: nameText(facts.subject),
        created: Math.floor(createdAt / 1000),
        domain_is_configured: Number(names.some((name) => isCovered(name, facts.domains))),
        serial: certificateOf(pem).x509.serialNumber,
        ...certificateAnswer(facts),
        verify_error: verifyErrorOf(certificate, now()),
      };
    });
  },
});
