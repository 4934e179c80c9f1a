// The domains of an account that get another name with its main domain: the main domain itself and, as in WHM, its
// subdomains. Their document roots stay. Parked and addon domains keep their names, and so does everything below them.
import type { Db } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { taken, type HostedDomain } from './hosted-domains.ts';

/** New names by former ones. Empty if the main domain stays. */
export type Renames = ReadonlyMap<string, string>;

type Named = Pick<Account, 'domain'>;

/** `hosted`: the other domains of the account, as they are stored. */
export function renamesOf(before: Named, after: Named, hosted: readonly HostedDomain[]): Renames {
  const renames = new Map<string, string>();
  const [from, to] = [before.domain, after.domain];
  if (from === to) return renames;
  renames.set(from, to);
  const others = hosted.filter(({ type }) => type !== 'sub').map(({ domain }) => domain);
  for (const { domain, type } of hosted) {
    if (type !== 'sub' || !domain.endsWith(`.${from}`)) continue;
    if (others.some((other) => domain.endsWith(`.${other}`) && other.endsWith(`.${from}`))) continue;
    renames.set(domain, domain.slice(0, -from.length) + to);
  }
  return renames;
}

/** The other domains of the account under their new names. */
export function renamed(hosted: readonly HostedDomain[], renames: Renames): HostedDomain[] {
  if (renames.size === 0) return [...hosted];
  return hosted.map((one) => ({
    ...one,
    domain: renames.get(one.domain) ?? one.domain,
    servedBy: one.servedBy === null ? null : (renames.get(one.servedBy) ?? one.servedBy),
  }));
}

/** The new name of a domain, or of a name such as `www.` before one. Undefined if it stays. */
export function renamedName(name: string, renames: Renames): string | undefined {
  const exact = renames.get(name);
  if (exact !== undefined) return exact;
  const dot = name.indexOf('.');
  const parent = renames.get(name.slice(dot + 1));
  return dot < 0 || parent === undefined ? undefined : `${name.slice(0, dot)}.${parent}`;
}

/** The maximum length of a domain name (RFC 1035, section 2.3.4). */
const MAX_LENGTH = 253;

/** @throws ApiError `bad_param` if one of the new names is somebody’s, or too long. */
export async function assertNewNames(db: Db, { domain }: Named, renames: Renames): Promise<void> {
  for (const name of renames.values()) {
    if (name.length > MAX_LENGTH) {
      throw badParam(
        `With the domain “${domain}”, the subdomain “${name}” would be longer than ${MAX_LENGTH} characters. ` +
          'Remove it with delete_domain first. Its files stay.',
      );
    }
  }
  const names = [...renames.values()].filter((name) => name !== domain);
  const [other] = await taken(db, names);
  if (other === undefined) return;
  throw badParam(
    `With the domain “${domain}”, a subdomain would be called “${other}”, which already belongs to an account. ` +
      'Remove one of the two with delete_domain first. Its files stay.',
  );
}
