// The tweak settings that Exim reads, in one file for the whole server. It reads the file at each message.
import type { Db } from '../../../core/context.ts';
import * as tweakSettings from '../../../ground/rules/tweak-settings.ts';

/** Names in the file, with the default of the setting (`settings/rules/catalogue-mail.ts`). */
const main = {
  maxemailsperhour: ['limit', ''],
  email_send_limits_max_defer_fail_percentage: ['failures', ''],
  email_send_limits_min_defer_fail_to_trigger_protection: ['min-failures', '5'],
  email_send_limits_count_mailman: ['count-lists', '0'],
  skipmailman: ['lists-off', '0'],
  nobodyspam: ['nobody-off', '1'],
} as const;
/** Those of the module Mail. */
const ofExim = {
  acl_dmarc: ['dmarc', '1'],
  acl_spamhaus_rbl: ['spamhaus', '0'],
  acl_spamcop_rbl: ['spamcop', '0'],
} as const;

export type ServerSetting = (typeof main)[keyof typeof main][0] | (typeof ofExim)[keyof typeof ofExim][0];

/** The tweak settings that `CONFIGURE` follows. */
export const FOLLOWED = [...Object.keys(main), ...Object.keys(ofExim)];
/** The task that has Exim follow them. Its name is older than most of them. */
export const CONFIGURE = 'configure-incoming-mail';

/** The file (`driver/exim/server-settings.ts`). */
export async function fileOf(db: Db): Promise<[name: string, content: string]> {
  const lines = [...(await linesOf(db, 'Main', main)), ...(await linesOf(db, 'Mail', ofExim))];
  return ['server/settings', lines.map((line) => `${line}\n`).join('')];
}

async function linesOf(
  db: Db,
  module: tweakSettings.Module,
  settings: Readonly<Record<string, readonly [name: string, initial: string]>>,
): Promise<string[]> {
  const set = await tweakSettings.readSeveral(db, module, Object.keys(settings));
  return Object.entries(settings).flatMap(([key, [name, initial]]) => {
    const given = set.get(key) ?? '';
    const value = given === '' ? initial : given;
    // No limit.
    return value === '' || (initial === '' && Number(value) === 0) ? [] : [`${name}: ${value}`];
  });
}

/** True if an administrator has switched off mailing lists for all accounts. */
export const areListsOff = async (db: Db): Promise<boolean> =>
  (await tweakSettings.read(db, 'Main', 'skipmailman')) === '1';
