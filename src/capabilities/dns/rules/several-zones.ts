// Calls on several domains, each with its own outcome.
import type { Caller, Db } from '../../../core/context.ts';
import { ApiError, badParam, notFound } from '../../../core/errors.ts';
import { readZoneName } from './changed-zone.ts';
import { mayUse, noAccess } from './zone-owners.ts';

/** The maximum per call. */
const MAX_DOMAINS = 100;

export interface SeveralZones<Found> {
  /** Keys are the domains as given, in the order of the call. */
  readonly found: ReadonlyMap<string, Found>;
  readonly failures: ReadonlyMap<string, ApiError>;
}

/** The zone names for the domains of a call. @throws ApiError `bad_param` if there are too many. */
export function namesOf(domains: readonly string[]): string[] {
  if (domains.length > MAX_DOMAINS) {
    throw badParam(
      `Too many domains: a call accepts at most ${MAX_DOMAINS}, not ${domains.length}. Split them into ` +
        `several calls.`,
    );
  }
  return domains.flatMap((domain) => {
    try {
      return [readZoneName('domain', domain)];
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return [];
    }
  });
}

/** @param looked the existing zones, by name. */
export async function openSeveral<Found>(
  db: Db,
  caller: Caller,
  domains: readonly string[],
  looked: ReadonlyMap<string, Found>,
): Promise<SeveralZones<Found>> {
  const found = new Map<string, Found>();
  const failures = new Map<string, ApiError>();
  for (const domain of new Set(domains)) {
    try {
      const name = readZoneName('domain', domain);
      if (!(await mayUse(db, caller, name))) throw noAccess(name);
      const zone = looked.get(name);
      if (zone === undefined) throw notFound('Zone does not exist.');
      found.set(domain, zone);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      failures.set(domain, error);
    }
  }
  return { found, failures };
}

/** For a call that failed for every domain. @throws the first failure, with the reasons of all. */
export function assertSome(failures: readonly ApiError[], done: number): void {
  const [first] = failures;
  if (first === undefined || done > 0) return;
  throw new ApiError(first.code, failures.map(({ message }) => message).join(' '));
}
