// Records from the parameters of calls that change one record: addzonerecord, editzonerecord, and those of ZoneEdit.
import { badParam } from '../../../core/errors.ts';
import { readOwner } from './names.ts';
import type { dataParams, soaParams } from './record-form.ts';
import { readParams, readType } from './record-params.ts';
import { isRecordType } from './record-types.ts';
import { entryAt, type RecordContent } from './zone-edits.ts';
import type { ZoneFile } from './zone-file.ts';

type Data = { readonly [Name in keyof (typeof dataParams & typeof soaParams)]?: string | undefined };

export interface GivenRecord extends Data {
  /** A name without a final dot is relative to the zone. */
  readonly name: string;
  readonly type: string;
  /** In seconds. */
  readonly ttl: number;
}

/** @throws ApiError `missing_param` or `bad_param` naming the parameter. */
export function newRecord({ zone }: ZoneFile, given: GivenRecord): RecordContent {
  const type = readType('type', given.type);
  const { ttl } = given;
  return {
    owner: readOwner('name', given.name, zone),
    ttl,
    type,
    items: readParams(type, dataOf(given), zone),
  };
}

/**
 * The record on a line, with the given values. Omitted ones stay as they are.
 * @throws ApiError as `newRecord`.
 */
export function editOf(
  file: ZoneFile,
  line: number,
  given: { readonly [Name in keyof GivenRecord]?: GivenRecord[Name] | undefined },
): { line: number; record: RecordContent } {
  const { zone } = file;
  const entry = entryAt(file, line);
  const present = entry?.kind === 'record' ? entry : undefined;
  if (present !== undefined && given.type === undefined && !isRecordType(present.type)) {
    throw badParam(`Line ${line} has a record of type ${present.type}, which this function cannot edit.`);
  }
  // If the line has no record, the edit reports it.
  const type = present === undefined ? 'A' : readType('type', given.type ?? present.type);
  const record = {
    owner: given.name === undefined ? (present?.owner ?? zone) : readOwner('name', given.name, zone),
    ttl: given.ttl ?? present?.ttl ?? 0,
    type,
    items: present === undefined ? [] : readParams(type, dataOf(given), zone, present),
  };
  return { line, record };
}

/** The other parameters of the call have no names of record data. */
function dataOf(given: object): Readonly<Record<string, string | undefined>> {
  return given as Readonly<Record<string, string | undefined>>;
}
