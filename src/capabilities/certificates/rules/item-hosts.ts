// The keys, signing requests and certificates of an account by their domains, as older functions name them.
import type { Context } from '../../../core/context.ts';
import type { Param } from '../../../core/define.ts';
import { notFound } from '../../../core/errors.ts';
import * as items from './items.ts';
import * as stored from './stored.ts';
import { readDomains } from './wanted-domains.ts';

export const itemTypesParam = {
  type: 'string',
  pattern: {
    matches: /^(?:key|csr|crt)(?:[|,](?:key|csr|crt))*$/,
    expects: 'key, csr or crt, or several of them with “|” between them',
  },
  doc: 'The kinds of items: key, csr (signing requests) and crt (certificates), with “|” between them.',
} as const satisfies Param;

export const itemDomainsParam = {
  type: 'string',
  maxLength: 32_768,
  doc: 'The domains, with “|” or commas between them. Default: all.',
} as const satisfies Param;

export interface ItemHost {
  readonly type: string;
  readonly host: string;
  readonly id: string;
}

type Dependencies = Pick<Context, 'db' | 'sealer' | 'caller'>;

/** @param domains as the caller passed them. @throws ApiError `bad_param`, `key_lost`. */
export async function listHosts(
  context: Dependencies,
  types: string,
  domains: string | undefined,
): Promise<ItemHost[]> {
  const wanted = domains === undefined ? undefined : readDomains('domains', domains.replaceAll('|', ','));
  const kinds = new Set(types.split(/[|,]/));
  const all = await findHosts(context);
  return all
    .filter(({ type, names }) => kinds.has(type) && (wanted?.some((name) => names.includes(name)) ?? true))
    .map(({ type, names: [host = ''], id }) => ({ type, host, id }));
}

/**
 * The key that has the domain as its name, or else the newest one with a certificate or a signing request for it.
 * @throws ApiError `not_found`.
 */
export async function keyForHost(context: Dependencies, host: string): Promise<string> {
  const keys = await items.listKeys(context, context.caller.user);
  const named = keys.find(({ friendlyName }) => friendlyName === host);
  if (named !== undefined) return named.id;
  const all = await findHosts(context);
  const found = all.filter(({ type, names }) => type === 'key' && names.includes(host)).at(-1);
  if (found !== undefined) return found.id;
  throw notFound(`You do not have a key for the domain “${host}”. Generate one with SSL::genkey.`);
}

interface Found {
  readonly type: 'key' | 'csr' | 'crt';
  readonly id: string;
  /** The first one is the item’s host. */
  readonly names: readonly string[];
}

/** Each kind with the oldest first. */
async function findHosts(context: Dependencies): Promise<Found[]> {
  const { db, caller } = context;
  const keys = await items.listKeys(context, caller.user);
  const requests = await items.listRequests(db, caller.user);
  const certificates = (await stored.listOf(db, caller.user)).toSorted((a, b) => a.createdAt - b.createdAt);
  const newestFirst = [...certificates.toReversed(), ...requests.toReversed()];
  const domainsOfKeys = new Map<string, string[]>();
  for (const { keyId, facts } of newestFirst) {
    const known = domainsOfKeys.get(keyId);
    if (known === undefined) domainsOfKeys.set(keyId, [...facts.domains]);
    else known.push(...facts.domains);
  }
  return [
    ...keys.map((key) => {
      const own = domainsOfKeys.get(key.id) ?? [];
      const names = [...new Set([...own, ...(key.friendlyName === null ? [] : [key.friendlyName])])];
      return { type: 'key' as const, id: key.id, names };
    }),
    ...requests.map(({ id, facts }) => ({ type: 'csr' as const, id, names: facts.domains })),
    ...certificates.map(({ id, facts }) => ({ type: 'crt' as const, id, names: facts.domains })),
  ];
}
