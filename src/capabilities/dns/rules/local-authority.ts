// Says whether this server is authoritative for domains: one of their nameservers in DNS has an address of this server.
import type { Db } from '../../../core/context.ts';
import type { Field } from '../../../core/define.ts';
import { badParam } from '../../../core/errors.ts';
import { publicAddresses } from '../../addresses/rules/nat.ts';

/** Per call, because each domain takes several lookups. */
export const MAX_AUTHORITY_DOMAINS = 20;

/** The authoritative nameservers of a domain, as found in DNS. */
export interface Authority {
  /** The domain or its nearest parent that is a zone. Null if there is none. */
  readonly zone?: string | null;
  readonly nameservers?: readonly string[];
  /** The addresses of the nameservers. */
  readonly addresses?: readonly string[];
  /** Why the lookup failed. */
  readonly error?: string;
}

export interface FoundAuthority {
  /** The addresses of this server. */
  readonly own: readonly string[];
  /** In the order of the domains. */
  readonly found: readonly Authority[];
}

export const authorityRow = {
  fields: {
    domain: { type: 'string', doc: 'The domain.' },
    local_authority: { type: 'flag', doc: '1 if this server is authoritative for it.' },
    nameservers: { list: { type: 'string', doc: 'A hostname.' }, doc: 'Its nameservers.' },
    zone: {
      type: 'string|null',
      doc: 'The domain that has these nameservers: the domain itself or a parent domain.',
    },
    error: { type: 'string', optional: true, doc: 'Why the lookup failed.' },
  },
} as const satisfies Field;

/** @throws ApiError `bad_param` if there are too many. */
export function assertFewDomains(domains: readonly string[]): void {
  if (domains.length <= MAX_AUTHORITY_DOMAINS) return;
  throw badParam(
    `Too many domains: a call accepts at most ${MAX_AUTHORITY_DOMAINS}, not ${domains.length}. Split them into ` +
      `several calls.`,
  );
}

export async function authorityRows(db: Db, domains: readonly string[], { own, found }: FoundAuthority) {
  const nat = await publicAddresses(db);
  const ours = new Set(own.flatMap((address) => [address, nat.get(address) ?? address]));
  return domains.map((domain, index) => {
    const { zone = null, nameservers = [], addresses = [], error } = found[index] ?? {};
    const isLocal = addresses.some((address) => ours.has(address));
    return {
      ...{ domain, local_authority: Number(isLocal), nameservers: [...nameservers], zone },
      ...(error === undefined ? {} : { error }),
    };
  });
}
