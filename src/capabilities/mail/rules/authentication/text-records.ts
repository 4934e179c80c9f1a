// TXT records of domains in the zones of this server. A name can have only one text of a kind, such as SPF, so a new text
// replaces the others of its kind.
import type { Context } from '../../../../core/context.ts';
import { ApiError } from '../../../../core/errors.ts';
import { LookAgain } from '../../../../core/machine-error.ts';
import { quote } from '../../../../core/quote.ts';
import { changedZone, ofFile, zoneFileOf } from '../../../dns/rules/changed-zone.ts';
import { zonesToLookFor } from '../../../dns/rules/domain-zones.ts';
import { nameKey } from '../../../dns/rules/names.ts';
import { ttlOf } from '../../../dns/rules/new-zone.ts';
import { splitStrings } from '../../../dns/rules/record-data.ts';
import type { FoundZone, NextZone } from '../../../dns/rules/site-addresses.ts';
import type { RecordContent, ZoneChanges } from '../../../dns/rules/zone-edits.ts';
import { recordsOf, type ZoneFile, type ZoneRecord } from '../../../dns/rules/zone-file.ts';
import { mayUse } from '../../../dns/rules/zone-owners.ts';

/** What a domain gets. */
export interface WantedText {
  readonly domain: string;
  /** The name of the record, without a final dot. */
  readonly name: string;
  /** True for the texts of the name that it replaces. */
  readonly isReplaced: (text: string) => boolean;
  /** Undefined: those texts are removed. */
  readonly text: string | undefined;
  /** True if such a text stays if there is one. */
  readonly isOptional?: boolean;
}

/** What a call has read from the nameserver. */
export interface LookedZones {
  /** The names that were looked for. Empty on a server without zones. */
  readonly looked: ReadonlySet<string>;
  readonly zones: ReadonlyMap<string, FoundZone>;
}

export interface TextOutcome {
  /** 1 if the zone has what was wanted. */
  readonly status: 0 | 1;
  readonly msg: string;
}

export interface ChangedTexts {
  /** By the names of the records. */
  readonly outcomes: ReadonlyMap<string, TextOutcome>;
  readonly zones: readonly NextZone[];
}

/**
 * @param further what else changes in each of the zones.
 * @throws ApiError as `editZone`; LookAgain if the call has not read a zone that it needs.
 */
export async function changeTexts(
  context: Pick<Context, 'db' | 'caller' | 'now'>,
  wanted: readonly WantedText[],
  looked: LookedZones,
  further?: (file: ZoneFile) => ZoneChanges,
): Promise<ChangedTexts> {
  const outcomes = new Map<string, TextOutcome>();
  const edits = new Map<FoundZone, ZoneChanges>();
  const ttl = await ttlOf(context.db, 'TTL');
  for (const one of wanted) {
    const zone = zoneOf(one.domain, looked);
    if (zone === undefined || !(await mayUse(context.db, context.caller, zone.name))) {
      outcomes.set(one.name, elsewhere(one, zone));
      continue;
    }
    const file = ofFile(zone.name, () => zoneFileOf(zone));
    const alias = recordsAt(file, one.name).find(({ type }) => type === 'CNAME');
    if (alias !== undefined && one.text !== undefined) {
      const msg =
        `The name “${one.name}” is an alias of “${alias.items[0] ?? ''}”, so it cannot have a TXT record. Remove the ` +
        'CNAME record first.';
      outcomes.set(one.name, { status: 0, msg });
      continue;
    }
    const { changes, msg } = changesOf(file, one, ttl);
    edits.set(zone, together(edits.get(zone) ?? further?.(file) ?? {}, changes));
    outcomes.set(one.name, { status: 1, msg });
  }
  const zones: NextZone[] = [];
  for (const [zone, changes] of edits) {
    if ([changes.add, changes.edit, changes.remove].every((list) => (list ?? []).length === 0)) continue;
    const { name, digest, dnssecPolicy } = zone;
    const { text } = changedZone(zone, changes, new Date(context.now()));
    zones.push({ name, before: digest, after: { name, text, dnssecPolicy } });
  }
  return { outcomes, zones };
}

/** The zone of this server that contains the domain. */
export function zoneOf(domain: string, { looked, zones }: LookedZones): FoundZone | undefined {
  const names = zonesToLookFor(domain);
  if (looked.size > 0 && names.some((name) => !looked.has(name))) throw changedMeanwhile(domain);
  return names.map((name) => zones.get(name)).find((zone) => zone !== undefined);
}

export const changedMeanwhile = (domain: string) =>
  new LookAgain(`The domain “${domain}” was changed in the meantime.`);

/** The record cannot be changed here. The answer has what somebody has to do elsewhere. */
function elsewhere({ domain, name, text }: WantedText, zone: FoundZone | undefined): TextOutcome {
  const why =
    zone === undefined
      ? `The DNS zone of “${domain}” is not on this server.`
      : `You do not have access to the DNS zone “${zone.name}”.`;
  const what =
    text === undefined
      ? `Remove the TXT record of “${name}” where the zone is.`
      : `Add this TXT record where the zone is: ${name}. IN TXT ${stringsOf(text).map(quoted).join(' ')}`;
  return { status: 0, msg: `${why} ${what}` };
}

const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

interface PresentText {
  readonly record: ZoneRecord;
  readonly text: string;
}

function changesOf(
  file: ZoneFile,
  { domain, name, isReplaced, text, isOptional = false }: WantedText,
  ttl: number,
): { changes: ZoneChanges; msg: string } {
  const present = textsIn(file, name).filter((one) => isReplaced(one.text));
  const kept = isOptional ? present[0] : present.find((one) => one.text === text);
  const removed = isOptional ? [] : present.filter((one) => one !== kept);
  const isAdded = text !== undefined && kept === undefined;
  const shown = name === domain ? `${name}.` : name;
  const parts = [
    ...removed.map((one) => `[REMOVE:TXT@${shown}:${one.text}]`),
    ...(isAdded ? [`[ADD:TXT@${shown}:${text}]`] : []),
  ];
  const unchanged = kept === undefined ? 'There was no such record.' : 'The record already exists.';
  const msg = parts.length === 0 ? unchanged : parts.join(' ');
  if (!isAdded) return { changes: { remove: removed.map(({ record }) => record.line) }, msg };
  const items = stringsOf(text);
  // The new text takes the place of the first one, so that the lines of the other records stay.
  const [first, ...others] = removed;
  const record: RecordContent = { owner: `${name}.`, ttl, type: 'TXT', items };
  const changes =
    first === undefined
      ? { add: [record] }
      : {
          edit: [{ line: first.record.line, record: { ...first.record, items } }],
          remove: others.map((one) => one.record.line),
        };
  return { changes, msg };
}

function together(one: ZoneChanges, other: ZoneChanges): ZoneChanges {
  return {
    add: [...(one.add ?? []), ...(other.add ?? [])],
    edit: [...(one.edit ?? []), ...(other.edit ?? [])],
    remove: [...(one.remove ?? []), ...(other.remove ?? [])],
  };
}

/** @throws ApiError `bad_param` if the text is too long for a record. */
function stringsOf(text: string): string[] {
  const strings = splitStrings(text);
  if (strings !== undefined) return strings;
  throw new ApiError('bad_param', `The text ${quote(`${text.slice(0, 40)}…`)} is too long for a TXT record.`);
}

function recordsAt(file: ZoneFile, name: string): ZoneRecord[] {
  const key = nameKey(`${name}.`);
  return recordsOf(file).filter(({ owner }) => nameKey(owner) === key);
}

/** The TXT records of a name, their strings joined. */
export function textsIn(file: ZoneFile, name: string): PresentText[] {
  return recordsAt(file, name)
    .filter(({ type, isGeneric }) => type === 'TXT' && !isGeneric)
    .map((record) => ({ record, text: record.items.join('') }));
}
