import { defineFunction } from '../../core/define.ts';
import { certificateFields, nameText } from '../../capabilities/certificates/rules/facts.ts';
import { siteAnswer, siteFields } from '../../capabilities/certificates/rules/site-answers.ts';
import {
  areMany,
  listSites,
  siteBatches,
  type ListedSite,
} from '../../capabilities/certificates/rules/sites.ts';
import * as longLists from '../../ground/rules/long-list.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

export default defineFunction({
  name: 'fetch_ssl_vhosts',
  since: 32,
  summary: 'List the virtual hosts with SSL certificates, and the expiry of each.',
  description: 'Resellers get those of the accounts that they own.',
  access: ['ssl-info', 'ssl'],
  effect: 'reads',
  params: {},
  returns: {
    vhosts: {
      list: {
        fields: {
          ...siteFields,
          user: { type: 'string', doc: 'The account.' },
          type: { type: 'string', doc: 'The kind of domain: main or sub.' },
          ipv6: { type: 'string', doc: 'The IPv6 address of the account; empty if it has none.' },
          iptype: {
            type: 'string',
            doc: 'Whether other accounts have the IPv4 address: shared or dedicated.',
          },
          crt: {
            fields: {
              id: { type: 'string', doc: 'The ID of the certificate.' },
              created: { type: 'integer', doc: 'When it was stored, in seconds since 1970-01-01 UTC.' },
              'subject.commonName': {
                fields: { commonName: { type: 'string', doc: 'The common name; empty if it has none.' } },
              },
              subject_text: {
                type: 'string',
                doc: 'The subject: each attribute and its value, on lines of their own.',
              },
              ...certificateFields,
              encryption_algorithm: {
                type: 'string',
                doc: 'The same as key_algorithm.',
              },
              public_exponent: {
                type: 'string',
                doc: 'The public exponent of an RSA key, in hexadecimal; empty for other keys.',
              },
            },
          },
        },
      },
    },
  },
  list: 'vhosts',
  columns: ['servername', 'user', 'type', 'ip', 'needs_sni'],
  examples: [{ args: {}, doc: 'All virtual hosts with TLS.' }],

  async handler(_args, context) {
    const { caller, db } = context;
    const roles = await rolesOf(context);
    const vhosts = await longLists.recordsOf(context, {
      areMany: () => areMany(db, caller),
      all: () => listSites(db, caller),
      prepareBatches: () => siteBatches(db, caller),
      recordOf: (site) => recordOf(site, roles),
    });
    return { vhosts };
  },
});

/** Without `...`, which takes V8 several times as long. */
function recordOf({ account, host, isPrimary, certificate }: ListedSite, roles: ReadonlySet<string>) {
  const site = siteAnswer({ account, host, isPrimary }, roles);
  return {
    servername: site.servername,
    domains: site.domains,
    docroot: site.docroot,
    ip: site.ip,
    is_primary_on_ip: site.is_primary_on_ip,
    needs_sni: site.needs_sni,
    mail_sni_status: site.mail_sni_status,
    user: account.username,
    type: host.type,
    ipv6: account.ipv6,
    iptype: account.hasDedicatedIp ? 'dedicated' : 'shared',
    crt: crtOf(certificate),
  };
}

function crtOf({ id, facts, createdAt }: ListedSite['certificate']) {
  const { key, issuer } = facts;
  return {
    id,
    created: Math.floor(createdAt / 1000),
    'subject.commonName': { commonName: facts.subject.commonName ?? '' },
    subject_text: nameText(facts.subject),
    domains: [...facts.domains],
    key_algorithm: key.algorithm,
    modulus: key.modulus,
    modulus_length: key.bits,
    ecdsa_curve_name: key.curve,
    ecdsa_public: key.point,
    is_self_signed: facts.isSelfSigned ? 1 : 0,
    'issuer.commonName': issuer.commonName ?? '',
    'issuer.organizationName': issuer.organizationName ?? '',
    issuer_text: nameText(issuer),
    not_before: facts.notBefore,
    not_after: facts.notAfter,
    signature_algorithm: facts.signatureAlgorithm,
    validation_type: facts.validationType,
    encryption_algorithm: key.algorithm,
    public_exponent: key.exponent ?? '',
  };
}
