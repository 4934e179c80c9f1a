// DNS zones are created, edited and removed: the files of the nameserver, and who each zone belongs to.
import type { ZoneContext } from '../rules/new-zone.ts';
import type { Context } from '../../../core/context.ts';
import type { FunctionArguments } from '../../../core/define.ts';
import { ApiError, badParam } from '../../../core/errors.ts';
import { defineChange, exclusive, shared, type Plan, type StepResult } from '../../../core/plan.ts';
import type { Hash } from '../../../core/values.ts';
import type { FoundZone } from '../driver/zones/contract.ts';
import {
  nameOfPolicy,
  signingAlgorithms,
  type lookAtSigning,
  type LookedZone,
  type SigningPolicy,
} from '../driver/zones/look-zones.ts';
import changeZone, { type ZoneChange } from '../driver/zones/steps/change.ts';
import removeKeys from '../driver/zones/steps/remove-keys.ts';
import setSigning, { type SigningResult } from '../driver/zones/steps/set-signing.ts';
import { changedZone } from '../rules/changed-zone.ts';
import { resetText } from '../rules/reset-zone.ts';
import { assertSome, openSeveral } from '../rules/several-zones.ts';
import { unsignedText } from '../rules/signing-change.ts';
import type { signingParams } from '../rules/signing-params.ts';
import type { CustomTemplates } from '../rules/templates.ts';
import * as owners from '../rules/zone-owners.ts';
import type { ZoneChanges } from '../rules/zone-edits.ts';

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

export interface SigningPlanner<Data> {
  readonly plan: (work: Plan, answer: (results: readonly StepResult[]) => Data) => void;
}

export interface SigningCall<Row, Data> {
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
  /** The data of the response. */
  readonly dataOf: (rows: Row[]) => Data;
}

/**
 * Plans that zones are signed from now on, or no longer. One that cannot be changed does not stop the others.
 * @throws ApiError the first failure, if nothing can be done for any domain
 */
function changeSigning<Row extends Hash, Data extends Hash>(
  { plan }: SigningPlanner<Data>,
  { domains, found, errors, changes, row, dataOf }: SigningCall<Row, Data>,
): Data {
  const answer = (results: ReadonlyMap<string, SigningResult>) => {
    assertSome([...errors.values()], domains.length - errors.size);
    const rowOf = (domain: string) => {
      const error = errors.get(domain)?.message;
      if (error !== undefined) return row(domain, { error });
      const result = results.get(found.get(domain)?.found.name ?? '');
      return row(domain, result === undefined ? {} : { result });
    };
    return dataOf(domains.map(rowOf));
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
  context: ZoneContext & {
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

type Looked = Awaited<ReturnType<typeof lookAtSigning>>;
type SigningArguments = FunctionArguments<typeof signingParams> & { readonly domain: readonly string[] };
type SigningContext<Data> = Pick<Context, 'db' | 'caller' | 'warn' | 'inform' | 'now'> & SigningPlanner<Data>;

type EnabledRow = Readonly<{
  domain: string;
  enabled: 0 | 1;
  nsec_error: string;
  nsec_version?: string;
  new_key_id?: string;
  error?: string;
}>;

type DisabledRow = Readonly<{ domain: string; disabled: 0 | 1; error?: string }>;

/** Plans that zones are signed. @throws ApiError as `changeSigning`. */
export async function enableSigning<Data extends Hash>(
  context: SigningContext<Data>,
  args: SigningArguments,
  { zones, isServed }: Looked,
  dataOf: (rows: EnabledRow[]) => Data,
): Promise<Data> {
  const { db, caller, warn, inform } = context;
  const policy = readPolicy(args);
  const wanted = nameOfPolicy(policy);
  const { found, failures } = await openSeveral(db, caller, args.domain, zones);
  const errors = new Map(failures);
  /** The key tags of zones that are already signed. */
  const keyTags = new Map<string, number>();
  const changes = [];
  for (const [domain, { found: zone, keys }] of found) {
    const { name, text, digest, dnssecPolicy } = zone;
    if (dnssecPolicy === null) {
      changes.push({ name, before: digest, after: { name, text, dnssecPolicy: wanted } });
    } else if (dnssecPolicy !== wanted) {
      const reason =
        `The zone “${name}” is already signed with the policy “${dnssecPolicy}”. To change the ` +
        `policy, run disable_dnssec_for_domains first.`;
      errors.set(domain, badParam(reason));
    } else {
      inform(`The zone “${name}” is already signed.`);
      const key = keys.find(({ flags }) => flags === 257);
      if (key !== undefined) keyTags.set(domain, key.tag);
    }
  }
  if (changes.length > 0 && !isServed) {
    warn(
      'No nameserver runs in this sandbox, so the zones are not signed and have no keys until BIND loads these files.',
    );
  }
  return changeSigning(context, {
    ...{ domains: [...new Set(args.domain)], found, errors, changes, dataOf },
    row: (domain, { error, result }): EnabledRow => {
      if (error !== undefined) return { domain, enabled: 0, nsec_error: error, error };
      const key = result?.keyTag ?? keyTags.get(domain);
      return {
        ...{ domain, enabled: 1, nsec_error: '' },
        nsec_version: policy.denial === 'nsec' ? 'NSEC' : 'NSEC3',
        ...(key === undefined ? {} : { new_key_id: key.toString() }),
      };
    },
  });
}

/** Plans that zones are no longer signed. @throws ApiError as `changeSigning`. */
export async function disableSigning<Data extends Hash>(
  context: SigningContext<Data>,
  domains: readonly string[],
  { zones }: Looked,
  dataOf: (rows: DisabledRow[]) => Data,
): Promise<Data> {
  const { db, caller, warn, inform, now } = context;
  const { found, failures } = await openSeveral(db, caller, domains, zones);
  const errors = new Map(failures);
  const changes = [];
  for (const [domain, { found: zone, servedSerial }] of found) {
    const { name, digest, dnssecPolicy } = zone;
    if (dnssecPolicy === null) {
      inform(`The zone “${name}” is not signed.`);
      continue;
    }
    try {
      const text = unsignedText(zone, servedSerial, new Date(now()));
      changes.push({ name, before: digest, after: { name, text, dnssecPolicy: null } });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      errors.set(domain, error);
    }
  }
  if (changes.length > 0) {
    const names = changes.map(({ name }) => `“${name}”`).join(', ');
    warn(`Remove the DS records at the registrar. Until then, validating resolvers cannot resolve ${names}.`);
  }
  return changeSigning(context, {
    ...{ domains: [...new Set(domains)], found, errors, changes, dataOf },
    row: (domain, { error }): DisabledRow => ({
      ...{ domain, disabled: error === undefined ? 1 : 0 },
      ...(error === undefined ? {} : { error }),
    }),
  });
}

/** @throws ApiError `bad_param` */
function readPolicy(args: {
  readonly algo_num: number;
  readonly key_setup: 'classic' | 'simple' | undefined;
  readonly active: boolean;
  readonly use_nsec3: boolean;
  readonly nsec3_opt_out: boolean;
}): SigningPolicy {
  const { algo_num: algorithm, key_setup: setup, active, use_nsec3: isNsec3, nsec3_opt_out: isOptOut } = args;
  if (!active) throw badParam('“active” must be 1, because BIND activates the keys that it generates.');
  if (!isAlgorithm(algorithm)) {
    const sha1 = [5, 6, 7].includes(algorithm)
      ? ' uses SHA-1, which must not sign zones (RFC 9905)'
      : ' is not supported';
    throw badParam(`Algorithm ${algorithm}${sha1}. Use 8, 10, 13 or 14 as “algo_num”.`);
  }
  return {
    algorithm,
    keys: setup ?? (algorithm === 8 ? 'classic' : 'simple'),
    denial: isNsec3 ? (isOptOut ? 'nsec3-opt-out' : 'nsec3') : 'nsec',
  };
}

function isAlgorithm(number: number): number is SigningPolicy['algorithm'] {
  return number in signingAlgorithms;
}
