// The certificate of a domain with its key and its issuers, wherever they are stored.
import type { Context } from '../../../core/context.ts';
import type { Field } from '../../../core/define.ts';
import { maySee } from '../../accounts/rules/accounts.ts';
import { findDomain } from '../../domains/rules/hosted-domains.ts';
import { findBundle } from './ca-bundle.ts';
import { certificateId, keyId } from './ids.ts';
import * as installed from './installed.ts';
import { bestFirst, securing } from './matching.ts';
import * as stored from './stored.ts';
import { certificateOf, type ReadCertificate } from './x509.ts';

export const componentFields = {
  crt: { type: 'string', doc: 'The certificate in PEM.' },
  key: { type: 'string', doc: 'Its private key in PEM; empty if it is not stored.', secret: true },
  cab: { type: 'string', doc: 'The certificates of its issuers in PEM; empty if none is known.' },
  crt_origin: { type: 'string', doc: 'The user who has the certificate; empty if it is not stored.' },
  key_origin: { type: 'string', doc: 'The user who has the key; empty if it is not stored.' },
  domain: { type: 'string', doc: 'The given domain, or the first one of the certificate.' },
  ip: { type: 'string', doc: 'The IP address of the account that has the domain; empty if there is none.' },
  user: { type: 'string', doc: 'The account that has the domain; empty if there is none.' },
  searched_users: { list: { type: 'string' }, doc: 'The users whose certificates were searched.' },
} as const satisfies Record<string, Field>;

/**
 * Finds them among the certificates of the caller and of the accounts that it sees. For a domain, the installed
 * certificate is preferred if it secures the domain. Undefined if there is none.
 * @param named the domain. Default: the first one of the certificate.
 * @param given a certificate whose key and issuers are wanted.
 * @param others certificates that the caller passed with it.
 * @throws ApiError `key_lost`.
 */
export async function bestComponents(
  context: Pick<Context, 'caller' | 'db' | 'now' | 'sealer'>,
  named: string | undefined,
  given?: ReadCertificate,
  others: readonly ReadCertificate[] = [],
) {
  const { caller, db } = context;
  const all = await stored.list(db, caller);
  const domain = named ?? given?.facts.domains[0] ?? '';
  const found = (await findDomain(db, domain)) ?? (await findDomain(db, domain.replace(/^\*\./, '')));
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
    candidates.find(({ id, username }) => id === present?.certificateId && username === account?.username) ??
    candidates[0];
  const facts = (given ?? best)?.facts;
  if (facts === undefined) return undefined;
  // The key may have come with another certificate, or without one.
  const ofKey = keyId(facts.key);
  const owners = new Set(await stored.keyOwners(db, caller, ofKey));
  const keyOrigin = best !== undefined && owners.has(best.username) ? best.username : [...owners][0];
  const key = keyOrigin === undefined ? undefined : await stored.findKey(context, keyOrigin, ofKey);
  const chain = best?.chain ?? '';
  const leaf = given ?? certificateOf(best?.pem ?? '');
  return {
    crt: leaf.pem,
    key: key ?? '',
    cab: chain === '' ? await findBundle(db, leaf, others) : chain,
    crt_origin: best?.username ?? '',
    key_origin: keyOrigin ?? '',
    domain,
    ip: account?.ip ?? '',
    user: account?.username ?? '',
    searched_users: [...new Set(all.map(({ username }) => username))],
  };
}
