// What an account may change in its DNS zones: records of some types, by its features.
import type { CallerStore } from '../../../core/context.ts';
import { ApiError, denied } from '../../../core/errors.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import * as featureOverrides from '../../accounts/rules/features/overrides.ts';
import type { ZoneText } from './changed-zone.ts';
import { entryAt, type RecordContent, type ZoneChanges } from './zone-edits.ts';
import type { ZoneFile } from './zone-file.ts';
import { open } from './zone-owners.ts';

/** The types that each feature gives. NS and SOA records are the server’s, for every account. */
const typesOf = {
  zoneedit: ['A', 'AAAA', 'CAA', 'CNAME', 'HTTPS', 'SRV', 'SVCB', 'TXT'],
  simplezoneedit: ['A', 'CNAME'],
  changemx: ['MX'],
} as const;

/** The maximum size of a zone file that an account has written. An ordinary zone has less than a hundredth of it. */
const MAX_BYTES = 1_000_000;

type Editor = keyof typeof typesOf;
const editors = Object.keys(typesOf) as Editor[];

/** For the description of a function that changes records. */
export const EDITOR_RULE =
  'The account’s features decide which types it may change: “zoneedit” A, AAAA, CAA, CNAME, HTTPS, SRV, SVCB and TXT, ' +
  '“simplezoneedit” A and CNAME, and “changemx” MX. No account may change NS and SOA records.';

/**
 * Opens a zone of the calling account.
 * @throws ApiError `denied` if it is not the account’s, or the account may not edit zones; `not_found`.
 */
export async function openOwn<Found extends ZoneText>(
  { db, caller }: CallerStore,
  zone: string,
  looked: Found | undefined,
): Promise<{ found: Found; file: ZoneFile }> {
  await assertEditor({ db, caller });
  return open(db, caller, zone, looked);
}

/** @throws ApiError `denied` unless the account has one of the features. */
export async function assertEditor(context: CallerStore): Promise<void> {
  if ((await editableTypes(context)).size > 0) return;
  const names = editors.map((name) => `“${name}”`).join(', ');
  throw denied(
    `The account “${context.caller.user}” may not use its DNS zones: it has none of the features ${names}. ` +
      'The feature list of its package decides.',
  );
}

async function editableTypes({ db, caller }: CallerStore): Promise<ReadonlySet<string>> {
  const features = await featureOverrides.ofAccount(db, await accounts.getOwn(db, caller));
  return new Set(editors.filter((editor) => features.get(editor)).flatMap((editor) => typesOf[editor]));
}

/**
 * @throws ApiError `denied` if a changed record has, or had, a type that the account may not change; `limit_reached` if
 * the zone becomes too large.
 */
export async function assertMayChange(
  context: CallerStore,
  file: ZoneFile,
  changes: ZoneChanges,
): Promise<void> {
  const { add = [], edit = [], remove = [] } = changes;
  assertSmall(file, [...add, ...edit.map(({ record }) => record)]);
  const lines = [...edit.map(({ line }) => line), ...remove];
  const present = lines.flatMap((line) => {
    const entry = entryAt(file, line);
    return entry?.kind === 'record' ? [entry.type] : [];
  });
  const changed = new Set([...add, ...edit.map(({ record }) => record)].map(({ type }) => type));
  for (const type of present) changed.add(type);
  const allowed = await editableTypes(context);
  const type = [...changed].find((one) => !allowed.has(one));
  if (type === undefined) return;
  throw denied(
    `The account “${context.caller.user}” may not change ${type} records: its features allow ` +
      `${[...allowed].sort().join(', ')}.`,
  );
}

/** The zone files are root’s, so no quota limits them. */
function assertSmall({ text }: ZoneFile, written: readonly RecordContent[]): void {
  const sizeOf = ({ owner, items }: RecordContent) => owner.length + items.join(' ').length;
  const size = written.reduce((sum, record) => sum + sizeOf(record), text.length);
  if (written.length === 0 || size <= MAX_BYTES) return;
  throw new ApiError(
    'limit_reached',
    `The zone would have more than ${MAX_BYTES} bytes, the limit for accounts. Remove records first.`,
  );
}
