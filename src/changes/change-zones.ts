// DNS zones are created, edited and removed: the files of the nameserver, and who each zone belongs to.
import type { Context } from '../core/context.ts';
import { ApiError, badParam } from '../core/errors.ts';
import { defineChange, exclusive, shared, type Plan, type StepResult } from '../core/plan.ts';
import type { Hash } from '../core/values.ts';
import type { FoundZone } from '../drivers/zones/contract.ts';
import type { LookedZone } from '../drivers/zones/look.ts';
import changeZone, { type ZoneChange } from '../drivers/zones/steps/change.ts';
import removeKeys from '../drivers/zones/steps/remove-keys.ts';
import setSigning, { type SigningResult } from '../drivers/zones/steps/set-signing.ts';
import { changedZone } from '../model/dns/changed-zone.ts';
import { resetText } from '../model/dns/reset-zone.ts';
import { assertSome } from '../model/dns/several-zones.ts';
import type { CustomTemplates } from '../model/dns/templates.ts';
import * as owners from '../model/dns/zone-owners.ts';
import type { ZoneChanges } from '../model/dns/zone-edits.ts';

interface ChangeZones {
  readonly created: readonly { readonly name: string; readonly owner: string }[];
  readonly removed: readonly string[];
}

const change = defineChange<ChangeZones>({
  kind: 'change-zones',
  async store(db, { created, removed }) {
    for (const name of removed) await owners.forget(db, name);
    for (const { name, owner } of created) await owners.set(db, name, owner);
  },
});
export default change;

/** The accounts of `created` have to be there still when the zones are. */
export function changeZones(zones: readonly ZoneChange[], created: ChangeZones['created'] = []): Plan {
  const removed = zones.filter(({ after }) => after === null).map(({ name }) => name);
  return change.plan(
    { created, removed },
    {
      locks: [
        ...zones.map(({ name }) => exclusive(`zone ${name}`)),
        ...created.map(({ owner }) => shared(`account ${owner}`)),
      ],
      steps: [
        ...zones.map((zone) => changeZone.plan(zone)),
        ...removed.map((name) => removeKeys.plan({ name })),
      ],
    },
  );
}

export interface SigningCall<Row> {
  /** The domains of the call, each once. */
  readonly domains: readonly string[];
  /** The zones of those that the caller may change, by domain. */
  readonly found: ReadonlyMap<string, LookedZone>;
  /** Why a domain cannot be changed; gets what fails on the machine. */
  readonly errors: Map<string, ApiError>;
  readonly changes: readonly ZoneChange[];
  /** The row of a domain. `result` is there once its zone was changed. */
  readonly row: (
    domain: string,
    outcome: { readonly error?: string; readonly result?: SigningResult },
  ) => Row;
}

/**
 * Plans that zones are signed from now on, or no longer. One that cannot be changed does not stop the others.
 * @throws ApiError the first failure, if nothing can be done for any domain
 */
export function changeSigning<Row extends Hash>(
  { plan }: Pick<Context, 'plan'>,
  { domains, found, errors, changes, row }: SigningCall<Row>,
): { domains: Row[] } {
  const answer = (results: ReadonlyMap<string, SigningResult>) => {
    assertSome([...errors.values()], domains.length - errors.size);
    const rowOf = (domain: string) => {
      const error = errors.get(domain)?.message;
      if (error !== undefined) return row(domain, { error });
      const result = results.get(found.get(domain)?.found.name ?? '');
      return row(domain, result === undefined ? {} : { result });
    };
    return { domains: domains.map(rowOf) };
  };
  if (changes.length === 0) return answer(new Map());
  plan(signingPlan(changes), (results) => {
    const byZone = new Map(resultsOfSigning(results).map((result) => [result.zone, result]));
    for (const [domain, { found: zone }] of found) {
      const error = byZone.get(zone.name)?.error ?? null;
      if (error !== null) errors.set(domain, new ApiError('host_failed', error));
    }
    return answer(byZone);
  });
  return answer(new Map());
}

function signingPlan(zones: readonly ZoneChange[]): Plan {
  return change.plan(
    { created: [], removed: [] },
    {
      locks: zones.map(({ name }) => exclusive(`zone ${name}`)),
      steps: zones.map((zone) => setSigning.plan(zone)),
    },
  );
}

function resultsOfSigning(results: readonly StepResult[]): SigningResult[] {
  return results.filter(({ kind }) => kind === setSigning.kind).map(({ value }) => value as SigningResult);
}

/** Plans edits of a zone that was read. @returns the new serial. @throws ApiError as `changedZone`. */
export function editZone(
  { plan, now }: Pick<Context, 'now'> & { readonly plan: (work: Plan) => void },
  found: FoundZone,
  changes: ZoneChanges,
): number {
  const { name, digest, dnssecPolicy } = found;
  const { text, serial } = changedZone(found, changes, new Date(now()));
  plan(changeZones([{ name, before: digest, after: { name, text, dnssecPolicy } }]));
  return serial;
}

/**
 * Plans that a zone is created again from the template of accounts, with its TXT records.
 * @throws ApiError `bad_param` if it belongs to no account; as `zoneFromTemplate`.
 */
export async function resetZone(
  context: Pick<Context, 'db' | 'system' | 'version' | 'now' | 'warn'> & {
    readonly plan: (work: Plan) => void;
  },
  found: FoundZone,
  templates: CustomTemplates,
): Promise<void> {
  const { name, digest, dnssecPolicy } = found;
  const account = (await owners.ownerOf(context.db, name))?.account;
  // The wording that clients match.
  if (account === undefined) throw badParam(`Unable to determine the IP address for ${name}`);
  const made = await resetText(context, found, account, templates);
  context.plan(changeZones([{ name, before: digest, after: { name, ...made, dnssecPolicy } }]));
}
