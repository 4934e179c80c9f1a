// Reads a record from a call: parameters with WHM’s names, or the list of values of mass_edit_dns_zone. Both become
// items, see record-data.ts.
import { badParam } from '../../../core/errors.ts';
import { anyOf, quote } from '../../../core/quote.ts';
import { DataFault, MAX_STRING, MAX_TTL, expectations, isText, normalise } from './field-kinds.ts';
import { readAngle, readMetres } from './location.ts';
import { readMailbox, readMasterName, readTarget } from './names.ts';
import { octetsOf, unescapeOctets } from './octets.ts';
import { splitStrings } from './record-data.ts';
import {
  type Field,
  type MassEditType,
  type RecordType,
  isMassEditType,
  isRecordType,
  massEditTypes,
  recordTypes,
} from './record-types.ts';
import type { ZoneRecord } from './zone-file.ts';

/**
 * The type of a record of addzonerecord and editzonerecord.
 * @returns the type in upper case
 * @throws ApiError `bad_param` if WHM or BIND does not support it
 */
export function readType(param: string, given: string): RecordType {
  const type = given.toUpperCase();
  if (isRecordType(type)) return type;
  throw unsupported(param, given, Object.keys(recordTypes));
}

/** The type of a record of mass_edit_dns_zone; as `readType`. */
export function readMassEditType(param: string, given: string): MassEditType {
  const type = given.toUpperCase();
  if (isMassEditType(type)) return type;
  throw unsupported(param, given, Object.keys(massEditTypes));
}

function unsupported(param: string, given: string, types: readonly string[]): Error {
  const type = given.toUpperCase();
  if (type === 'ALIAS' || type === 'A6') {
    return badParam(
      `The parameter “${param}” is ${type}, which BIND does not serve. ` +
        (type === 'A6' ? 'Use AAAA.' : 'Use A and AAAA records with the target’s addresses.'),
    );
  }
  const hint = isMassEditType(type) ? ` Add ${type} records with mass_edit_dns_zone.` : '';
  return badParam(`The parameter “${param}” should be ${anyOf(types)}, not ${quote(given)}.${hint}`);
}

/**
 * @returns seconds
 * @throws ApiError `bad_param`
 */
export function readTtlParam(param: string, given: string): number {
  const ttl = /^\d{1,10}$/.test(given) ? Number(given) : 0;
  if (ttl >= 1 && ttl <= MAX_TTL) return ttl;
  throw badParam(
    `The parameter “${param}” should be a number of seconds from 1 to ${MAX_TTL}, not ${quote(given)}.`,
  );
}

/**
 * Reads the parameters of addzonerecord and editzonerecord.
 * @param present the record to edit: if the type stays, omitted parameters keep its values
 * @param zone in canonical form
 * @throws ApiError `missing_param` or `bad_param`
 */
export function readParams(
  type: RecordType,
  params: Readonly<Record<string, string | undefined>>,
  zone: string,
  present?: ZoneRecord,
): string[] {
  if (type === 'LOC' && ![undefined, '', '0'].includes(params.version)) {
    throw badParam(`The parameter “version” should be 0, not ${quote(params.version ?? '')}.`);
  }
  const kept = present?.type === type && !present.isGeneric ? present.items : [];
  return recordTypes[type].flatMap((field: Field, index): readonly string[] => {
    const { param, kind, alias = [], fallback } = field;
    const name = [param, ...alias].find((one) => (params[one] ?? '') !== '');
    const given = name === undefined ? undefined : params[name];
    if (name !== undefined && given !== undefined) return readValue(field, name, given, zone);
    // Character strings can be empty, such as the flags of NAPTR.
    const isEmptyString = (kind === 'string' || kind === 'substitution') && params[param] === '';
    if (isEmptyString) return [''];
    if (kept.length > 0) return kind === 'strings' ? kept.slice(index) : kept.slice(index, index + 1);
    if (fallback !== undefined) return [readMetres('metres', fallback)];
    throw badParam(`The parameter “${param}” is missing. The type ${type} needs ${expectations[kind]}.`);
  });
}

function readValue(field: Field, param: string, given: string, zone: string): readonly string[] {
  if (field.kind === 'name') return [readTarget(param, given, zone)];
  if (field.kind === 'mailbox') return [readMailbox(param, given, zone)];
  if (field.kind === 'strings') return readText(param, given);
  return [readPlain(field, param, given)];
}

/**
 * Reads the “data” of mass_edit_dns_zone: the fields in order, or one value per string for TXT and SPF; for HTTPS and SVCB,
 * one value per parameter after the target.
 * @throws ApiError `bad_param`
 */
export function readData(type: MassEditType, data: readonly string[], zone: string): string[] {
  const fields: readonly Field[] = massEditTypes[type];
  const last = fields.at(-1)?.kind;
  const isOpen = last === 'strings' || last === 'service-parameters';
  const least = last === 'service-parameters' ? fields.length - 1 : fields.length;
  if (data.length < least || (data.length > least && !isOpen)) {
    const names = fields.map(({ param }) => param).join(', ');
    const count = `${isOpen ? 'at least ' : ''}${least} ${least === 1 ? 'value' : 'values'}`;
    throw badParam(`The “data” of a ${type} record should have ${count} (${names}), not ${data.length}.`);
  }
  return data.flatMap((value, index): readonly string[] => {
    const field = fields[index] ?? fields.at(-1);
    if (field === undefined) return [];
    if (field.kind === 'name' || field.kind === 'mailbox') return [readMasterName(field.param, value, zone)];
    if (field.kind === 'strings') return split(field.param, octetsOf(value));
    return [readPlain(field, field.param, value)];
  });
}

/**
 * Reads the text of a TXT record. As in WHM, a text in quotes is one or more strings with the escapes of master files.
 * Without quotes it is literal. Strings of more than 255 bytes are divided.
 */
function readText(param: string, given: string): string[] {
  if (!given.trimStart().startsWith('"')) return split(param, octetsOf(given));
  const quoted = /^\s*(?:"(?:[^"\\]|\\[^])*"\s*)+$/.test(given);
  const strings = [...given.matchAll(/"((?:[^"\\]|\\[^])*)"/g)].map(([, inside = '']) =>
    unescapeOctets(octetsOf(inside)),
  );
  if (!quoted || strings.includes(undefined)) {
    throw badParam(
      `The parameter “${param}” begins with a quote, so it should be strings in quotes such as "one" "two", with \\" ` +
        `for a quote inside, not ${quote(given)}.`,
    );
  }
  return strings.flatMap((one) => split(param, one ?? ''));
}

function split(param: string, octets: string): string[] {
  const strings = splitStrings(octets);
  if (strings === undefined) throw badParam(`The parameter “${param}” has more than 65,000 bytes.`);
  return strings;
}

function readPlain({ kind }: Field, param: string, given: string): string {
  try {
    if (kind === 'latitude' || kind === 'longitude') return readAngle(kind, given);
    if (kind === 'altitude' || kind === 'metres') return readMetres(kind, given);
  } catch (error) {
    if (!(error instanceof DataFault)) throw error;
    throw badParam(`The parameter “${param}” should be ${expectations[kind]}, not ${quote(given)}.`);
  }
  const item = normalise(kind, isText(kind) ? octetsOf(given) : given.trim());
  if (item !== undefined) return item;
  const shown = isText(kind) && given.length > MAX_STRING ? 'a longer one' : quote(given);
  throw badParam(`The parameter “${param}” should be ${expectations[kind]}, not ${shown}.`);
}
