// The domains whose mail a call authenticates, each with its own outcome.
import type { Caller, Db } from '../../../../core/context.ts';
import { ApiError, badParam } from '../../../../core/errors.ts';
import { isWildcard } from '../../../../core/wildcards.ts';
import { visibleTo } from '../../../accounts/rules/accounts.ts';
import { getDomain } from '../../../domains/rules/hosted-domains.ts';

/** The maximum per call. */
const MAX_DOMAINS = 100;

export interface OpenedDomains {
  /** All of them, each once, in the order of the call. */
  readonly domains: readonly string[];
  /** The accounts that have the domains, by domain. */
  readonly owners: ReadonlyMap<string, string>;
  /** Why the others are not available to the caller. */
  readonly failures: ReadonlyMap<string, ApiError>;
}

/**
 * Finds the domains of a call. @param given empty: all domains of the caller’s accounts.
 * @throws ApiError `bad_param` if there are too many.
 */
export async function openDomains(db: Db, caller: Caller, given: readonly string[]): Promise<OpenedDomains> {
  const domains = given.length === 0 ? await allDomains(db, caller) : [...new Set(given)];
  if (domains.length > MAX_DOMAINS) {
    throw badParam(
      `Too many domains: a call accepts at most ${MAX_DOMAINS}, not ${domains.length}. Name them in several calls.`,
    );
  }
  const owners = new Map<string, string>();
  const failures = new Map<string, ApiError>();
  for (const domain of domains) {
    try {
      owners.set(domain, (await getDomain(db, caller, domain)).account.username);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      failures.set(domain, error);
    }
  }
  return { domains, owners, failures };
}

async function allDomains(db: Db, caller: Caller): Promise<string[]> {
  const { where, values } = visibleTo(db, caller);
  const rows = await db.all<{ domain: string }>(
    `SELECT domain FROM account WHERE ${where} UNION SELECT domain FROM hosted_domain
     WHERE username IN (SELECT username FROM account WHERE ${where}) ORDER BY domain LIMIT ?`,
    ...[...values, ...values, MAX_DOMAINS * 2],
  );
  return rows.map(({ domain }) => domain).filter((domain) => !isWildcard(domain));
}

/** Pairs values with domains by their position. One value is for all domains. @throws ApiError `bad_param`. */
export function pairsOf(
  domains: readonly string[],
  param: string,
  values: readonly string[],
): ReadonlyMap<string, string> {
  const [only = ''] = values;
  if (values.length === 1) return new Map(domains.map((domain) => [domain, only]));
  if (values.length !== domains.length) {
    throw badParam(
      `The parameter “${param}” should be given once, or once for each of the ${domains.length} domains, not ` +
        `${values.length} times.`,
    );
  }
  return new Map(domains.map((domain, at) => [domain, values[at] ?? '']));
}
