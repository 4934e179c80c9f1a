import { defineFunction } from '../../core/define.ts';
import { assertManageable } from '../../capabilities/logins/rules/users.ts';
import { existingUser } from '../../core/params.ts';
import { certificateFields } from '../../capabilities/certificates/rules/facts.ts';
import { nameOfCertificate } from '../../capabilities/certificates/rules/items.ts';
import {
  areMany,
  certificateBatches,
  listCertificates,
  type ListedCertificate,
} from '../../capabilities/certificates/rules/listed.ts';
import * as longLists from '../../ground/rules/long-list.ts';

const { domains, is_self_signed, key_algorithm, modulus_length, ecdsa_curve_name } = certificateFields;
const { not_after, signature_algorithm, validation_type } = certificateFields;

export default defineFunction({
  name: 'listcrts',
  since: 11,
  summary: 'List the stored certificates, of one user or of all.',
  description:
    'These are certificates that were installed or generated. Resellers see their own, and those of their accounts. An ' +
    'expired certificate is listed for at least 30 more days, and as long as it is installed.',
  access: ['ssl-info', 'ssl'],
  effect: 'reads',
  params: {
    registered: {
      type: 'flag',
      default: '0',
      doc: 'Whether to list only certificates that an authority has signed, and no self-signed ones.',
    },
    user: { ...existingUser, doc: 'The user who has the certificates. Default: all users.' },
  },
  returns: {
    crt: {
      list: {
        fields: {
          id: { type: 'string', doc: 'The ID, for fetchcrtinfo.' },
          domain: { type: 'string', doc: 'The first domain; empty if it names none.' },
          domain_owners: {
            list: { type: 'string' },
            doc: 'The accounts on this server that have one of the domains.',
          },
          domains,
          friendly_name: { type: 'string', doc: 'The name for people. Default: the common name.' },
          'issuer.organizationName': certificateFields['issuer.organizationName'],
          is_self_signed,
          key_algorithm,
          modulus_length,
          ecdsa_curve_name,
          not_after,
          registered: { type: 'flag', doc: 'Whether an authority has signed it.' },
          signature_algorithm,
          validation_type,
        },
      },
    },
  },
  list: 'crt',
  columns: ['id', 'domain', 'domain_owners', 'issuer.organizationName', 'not_after'],
  examples: [
    { args: {}, doc: 'All certificates.' },
    {
      args: { user: 'root', registered: '1' },
      doc: 'The certificates of root that an authority has signed.',
    },
  ],

  async handler({ user, registered }, context) {
    const { caller, db } = context;
    if (user !== undefined) await assertManageable(db, caller, user);
    const query = { user, onlySigned: registered };
    const crt = await longLists.recordsOf(context, {
      areMany: () => areMany(context, query),
      all: () => listCertificates(context, query),
      prepareBatches: () => certificateBatches(context, query),
      recordOf,
    });
    return { crt };
  },
});

/** Without `...`, which takes V8 several times as long. */
function recordOf(one: ListedCertificate) {
  const { facts } = one;
  const { key } = facts;
  return {
    id: one.id,
    domain: facts.domains[0] ?? '',
    domains: [...facts.domains],
    domain_owners: [...one.owners],
    friendly_name: nameOfCertificate(one),
    'issuer.organizationName': facts.issuer.organizationName ?? '',
    is_self_signed: facts.isSelfSigned ? 1 : 0,
    key_algorithm: key.algorithm,
    modulus_length: key.bits,
    ecdsa_curve_name: key.curve,
    not_after: facts.notAfter,
    registered: facts.isSelfSigned ? 0 : 1,
    signature_algorithm: facts.signatureAlgorithm,
    validation_type: facts.validationType,
  };
}
