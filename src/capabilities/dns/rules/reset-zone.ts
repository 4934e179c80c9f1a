// Creates a zone again from the template and keeps its TXT records.
import type { Account } from '../../accounts/rules/accounts.ts';
import { accountZone } from './account-zone.ts';
import { changedZone, serialOf, zoneFileOf, type ZoneText } from './changed-zone.ts';
import { nameKey } from './names.ts';
import type { NewZoneText, ZoneContext } from './new-zone.ts';
import { serialFrom } from './serial.ts';
import type { CustomTemplates } from './templates.ts';
import { recordsOf, type ZoneFile, type ZoneRecord } from './zone-file.ts';

/**
 * @param account whose address and nameservers the zone gets
 * @throws ApiError as `zoneFromTemplate`
 */
export async function resetText(
  context: ZoneContext,
  found: ZoneText,
  account: Account,
  templates: CustomTemplates,
): Promise<NewZoneText> {
  const { name } = found;
  const before = zoneFileOf(found);
  const today = new Date(context.now());
  const serial = serialFrom(serialOf(before), today);
  const made = await accountZone(context, { name, account, serial, templates });
  const kept = textsOf(before);
  if (kept.length === 0) return made;
  const replaced = replacedTexts(zoneFileOf({ name, text: made.text }), kept);
  // A kept record replaces a line in its place, so that line numbers still fit the template.
  const edit = replaced.map(({ line, record }) => ({ line, record }));
  const add = kept.filter((one) => !replaced.some(({ record }) => record === one));
  return { ...made, text: changedZone({ name, text: made.text }, { edit, add }, today).text };
}

function textsOf(zone: ZoneFile): ZoneRecord[] {
  return recordsOf(zone).filter(({ type, isGeneric }) => type === 'TXT' && !isGeneric);
}

/** The template’s records that a kept record replaces: with the same text, or with the same kind of policy. */
function replacedTexts(
  made: ZoneFile,
  kept: readonly ZoneRecord[],
): { readonly line: number; readonly record: ZoneRecord }[] {
  const left = new Map(kept.map((record) => [keyOf(record), record]));
  return textsOf(made).flatMap(({ line, ...one }) => {
    const record = left.get(keyOf(one));
    left.delete(keyOf(one));
    return record === undefined ? [] : [{ line, record }];
  });
}

/** Equal for two records of which a name can have only one: the same kind of policy, such as v=spf1, or the same text. */
function keyOf({ owner, items }: Pick<ZoneRecord, 'owner' | 'items'>): string {
  const text = items.join('');
  return `${nameKey(owner)} ${/^v=\w+(?=[\s;]|$)/i.exec(text)?.[0].toLowerCase() ?? text}`;
}
