// Creates a zone again from the template and keeps its TXT records.
import type { Context } from '../../core/context.ts';
import type { Account } from '../accounts/accounts.ts';
import { accountZone } from './account-zone.ts';
import { changedZone, serialOf, zoneFileOf, type ZoneText } from './changed-zone.ts';
import { serialFrom } from './serial.ts';
import { recordsOf } from './zone-file.ts';

/**
 * @param account whose address and nameservers the zone gets
 * @returns the text of the zone file
 */
export async function resetText(
  context: Pick<Context, 'db' | 'system' | 'version' | 'now' | 'warn'>,
  found: ZoneText,
  account: Account,
): Promise<string> {
  const { name } = found;
  const before = zoneFileOf(found);
  const today = new Date(context.now());
  const text = await accountZone(context, { name, account, serial: serialFrom(serialOf(before), today) });
  const kept = recordsOf(before).filter(({ type, isGeneric }) => type === 'TXT' && !isGeneric);
  return kept.length === 0 ? text : changedZone({ name, text }, { add: kept }, today).text;
}
