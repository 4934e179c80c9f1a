// The tweak settings that Exim reads, in one file for the whole server. It reads the file at each message.
import type { Db } from '../../../core/context.ts';
import type { Entries } from '../../../ground/rules/tweak-setting-entry.ts';
import * as tweakSettings from '../../../ground/rules/tweak-settings.ts';
import { exim } from '../../settings/rules/catalogue-exim.ts';
import { mail } from '../../settings/rules/catalogue-mail.ts';

/** Names in the file. */
const main = {
  maxemailsperhour: 'limit',
  email_send_limits_max_defer_fail_percentage: 'failures',
  email_send_limits_min_defer_fail_to_trigger_protection: 'min-failures',
  email_send_limits_count_mailman: 'count-lists',
  skipmailman: 'lists-off',
  nobodyspam: 'nobody-off',
} as const;
/** Those of the module Mail. */
const ofExim = {
  acl_dmarc: 'dmarc',
  acl_spamhaus_rbl: 'spamhaus',
  acl_spamcop_rbl: 'spamcop',
} as const;

export type ServerSetting = (typeof main)[keyof typeof main] | (typeof ofExim)[keyof typeof ofExim];

/** The tweak settings that `CONFIGURE` follows. */
export const FOLLOWED = [...Object.keys(main), ...Object.keys(ofExim)];
/** The task that has Exim follow them. Its name is older than most of them. */
export const CONFIGURE = 'configure-incoming-mail';

/** The minutes between two runs of Exim’s queue, which are part of how it is started. */
export const QUEUE_INTERVAL = 'exim-retrytime';
/** The task that has the unit of Exim follow it. Its name is that of its first purpose. */
export const CONFIGURE_UNITS = 'follow-server-name';

/** The file (`driver/exim/server-settings.ts`). */
export async function fileOf(db: Db): Promise<[name: string, content: string]> {
  const lines = [
    ...(await linesOf(db, 'Main', { names: main, entries: mail })),
    ...(await linesOf(db, 'Mail', { names: ofExim, entries: exim })),
  ];
  return ['server/settings', lines.map((line) => `${line}\n`).join('')];
}

async function linesOf(
  db: Db,
  module: tweakSettings.Module,
  { names, entries }: { readonly names: Readonly<Record<string, string>>; readonly entries: Entries },
): Promise<string[]> {
  const set = await tweakSettings.readSeveral(db, module, Object.keys(names));
  return Object.entries(names).flatMap(([key, name]) => {
    const initial = entries[key]?.default ?? '';
    const given = set.get(key) ?? '';
    const value = given === '' ? initial : given;
    // No limit.
    return value === '' || (initial === '' && Number(value) === 0) ? [] : [`${name}: ${value}`];
  });
}

/** True if an administrator has switched off mailing lists for all accounts. */
export const areListsOff = async (db: Db): Promise<boolean> =>
  (await tweakSettings.read(db, 'Main', 'skipmailman')) === '1';
