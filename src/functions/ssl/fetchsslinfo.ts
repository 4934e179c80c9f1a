import { defineFunction } from '../../core/define.ts';
import { notFound } from '../../core/errors.ts';
import { maySee } from '../../model/accounts/accounts.ts';
import { existingDomain } from '../../model/accounts/names.ts';
import { certificateId } from '../../model/certificates/ids.ts';
import * as installed from '../../model/certificates/installed.ts';
import { bestFirst, securing } from '../../model/certificates/matching.ts';
import { certificateText, maskedWithKey } from '../../model/certificates/params.ts';
import * as stored from '../../model/certificates/stored.ts';
import { readCertificates } from '../../model/certificates/x509.ts';
import { findDomain } from '../../model/domains/hosted-domains.ts';

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
  returns: {
    crt: { type: 'string', doc: 'The certificate in PEM.' },
    key: { type: 'string', doc: 'Its private key in PEM; empty if it is not stored.' },
    cab: { type: 'string', doc: 'The certificates of its issuers in PEM; empty if none is known.' },
    crt_origin: { type: 'string', doc: 'The user who has the certificate; empty if it is not stored.' },
    key_origin: { type: 'string', doc: 'The user who has the key; empty if it is not stored.' },
    domain: { type: 'string', doc: 'The given domain, or the first one of the certificate.' },
    ip: { type: 'string', doc: 'The IP address of the account that has the domain; empty if there is none.' },
    user: { type: 'string', doc: 'The account that has the domain; empty if there is none.' },
    searched_users: { list: { type: 'string' }, doc: 'The users whose certificates were searched.' },
  },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'The certificate of bob.example.',
      setUp: [{ command: 'generatessl', args: { domains: 'bob.example' } }],
    },
  ],

  async handler({ domain: named, crtdata }, context) {
    const { caller, db } = context;
    const all = await stored.list(db, caller);
    const given = crtdata === undefined ? undefined : readCertificates('crtdata', crtdata)[0];
    const domain = named ?? given?.facts.domains[0] ?? '';
    const found = await findDomain(db, domain.replace(/^\*\./, ''));
    const account = found !== undefined && maySee(caller, found.account) ? found.account : undefined;
    const present = account && found && (await installed.find(db, found.servername));
    const candidates = bestFirst(
      context,
      given === undefined
        ? securing(domain, all)
        : all.filter(
            ({ id, facts }) => id === certificateId(given.facts) && facts.digest === given.facts.digest,
          ),
    );
    const best =
      candidates.find(
        ({ id, username }) => id === present?.certificateId && username === account?.username,
      ) ?? candidates[0];
    const facts = (given ?? best)?.facts;
    if (facts === undefined) {
      throw notFound(`There is no certificate for the domain “${domain}”. Generate one with generatessl.`);
    }
    // The key may have come with another certificate.
    const withKey = all.filter((one) => one.facts.key.digest === facts.key.digest);
    let key: string | undefined;
    let keyOrigin = '';
    for (const { username, keyId } of best === undefined ? withKey : [best, ...withKey]) {
      key = await stored.findKey(context, username, keyId);
      if (key === undefined) continue;
      keyOrigin = username;
      break;
    }
    const cab = best === undefined || best.chain === '' ? (await stored.chainsOf(db, facts))[0] : best.chain;
    return {
      crt: given?.pem ?? best?.pem ?? '',
      key: key ?? '',
      cab: cab ?? '',
      crt_origin: best?.username ?? '',
      key_origin: keyOrigin,
      domain,
      ip: account?.ip ?? '',
      user: account?.username ?? '',
      searched_users: [...new Set(all.map(({ username }) => username))],
    };
  },
});
