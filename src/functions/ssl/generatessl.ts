import { defineFunction } from '../../core/define.ts';
import { createKey, createRequest, createSelfSigned } from '../../capabilities/certificates/rules/create.ts';
import { certificateId, keyId, requestId } from '../../capabilities/certificates/rules/ids.ts';
import * as stored from '../../capabilities/certificates/rules/stored.ts';
import {
  challengePassword,
  subjectFields,
  subjectParams,
  wantedDomains,
} from '../../capabilities/certificates/rules/subject-params.ts';
import { readDomains } from '../../capabilities/certificates/rules/wanted-domains.ts';
import { digestOf } from '../../capabilities/certificates/rules/x509.ts';

const file = (what: string) =>
  ({
    type: 'string',
    doc: `Always empty: ${what} is in the store of this program, and not in a file.`,
  }) as const;

export default defineFunction({
  name: 'generatessl',
  since: 32,
  summary: 'Generate a key, a signing request and a self-signed certificate.',
  description:
    'Send the signing request to an authority, and install the certificate that it issues with installssl. The self-signed ' +
    'certificate works at once, but browsers warn about it. All three are stored for the caller.',
  access: ['ssl-gencrt', 'ssl'],
  effect: 'changes',
  params: {
    domains: { ...wantedDomains, alias: ['host'] },
    countryName: { ...subjectParams.countryName, default: '', alias: ['country'] },
    stateOrProvinceName: { ...subjectParams.stateOrProvinceName, default: '', alias: ['state'] },
    localityName: { ...subjectParams.localityName, default: '', alias: ['city'] },
    organizationName: { ...subjectParams.organizationName, default: '', alias: ['co'] },
    organizationalUnitName: { ...subjectParams.organizationalUnitName, default: '', alias: ['cod'] },
    emailAddress: { ...subjectParams.emailAddress, default: '', alias: ['email'] },
    keysize: {
      type: 'integer',
      default: 2048,
      min: 2048,
      max: 4096,
      doc: 'The length of the RSA key in bits.',
    },
    pass: challengePassword,
    skip_certificate: {
      type: 'flag',
      default: '0',
      doc: 'Whether to generate no certificate, only the key and the signing request.',
    },
  },
  returns: {
    key: { type: 'string', doc: 'The private key in PEM; empty in a dry run, which stores no key.' },
    key_id: { type: 'string', doc: 'The ID of the key.' },
    keyfile: file('the key'),
    csr: { type: 'string', doc: 'The signing request in PEM.' },
    csr_id: { type: 'string', doc: 'The ID of the signing request.' },
    csrfile: file('the signing request'),
    cert: { type: 'string', doc: 'The self-signed certificate in PEM; empty with skip_certificate=1.' },
    cert_id: { type: 'string', doc: 'The ID of the certificate; empty with skip_certificate=1.' },
    certfile: file('the certificate'),
    sender: { type: 'string', doc: 'The user who called.' },
    sender_host: { type: 'string', doc: 'The hostname of this server.' },
  },
  examples: [
    {
      args: { domains: 'bob.example,www.bob.example', countryName: 'DE', organizationName: 'Bob’s Shop' },
      doc: 'Generate what an authority needs for two domains.',
    },
  ],

  async look(args, { now }) {
    const { domains: names, keysize, pass, skip_certificate: isSkipped } = args;
    const domains = readDomains('domains', names);
    const fields = subjectFields(args);
    const key = await createKey({ rsaBits: keysize });
    const request = await createRequest(key, { domains, fields }, pass);
    const certificate = isSkipped ? undefined : createSelfSigned(key, { domains, fields }, now());
    return { key, request, certificate, domain: domains[0] ?? '' };
  },

  async handler(_args, context, { key, request, certificate, domain }) {
    const { caller, db, isDryRun, now, reason, system } = context;
    const username = caller.user;
    const at = now();
    const ofKey = keyId(key.facts);
    const sealed = await stored.sealKey(context, ofKey, key.pem);
    await stored.putKey(db, { username, id: ofKey, sealed, facts: key.facts }, at);
    const ofRequest = requestId(domain, key.facts, digestOf(request.der));
    const { pem, facts } = request;
    await stored.putRequest(db, { username, id: ofRequest, pem, keyId: ofKey, facts, createdAt: at });
    const id = certificate === undefined ? '' : certificateId(certificate.facts);
    if (certificate !== undefined) {
      await stored.put(db, { username, id, ...certificate, chain: '', keyId: ofKey, createdAt: at });
    }
    reason(certificate === undefined ? 'Key and CSR generated OK' : 'Key, Certificate, and CSR generated OK');
    return {
      ...{ key: isDryRun ? '' : key.pem, key_id: ofKey, keyfile: '' },
      ...{ csr: request.pem, csr_id: ofRequest, csrfile: '' },
      ...{ cert: certificate?.pem ?? '', cert_id: id, certfile: '' },
      ...{ sender: username, sender_host: system.hostname() },
    };
  },
});
