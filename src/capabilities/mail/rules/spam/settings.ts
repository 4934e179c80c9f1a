// What an administrator sets for SpamAssassin’s daemon and for its use, in WHM’s names.
import type { Db } from '../../../../core/context.ts';
import { badParam } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import { formatIp, parseIp } from '../../../addresses/rules/ip.ts';
import * as tweakSettings from '../../../../ground/rules/tweak-settings.ts';

/** Their defaults: SpamAssassin’s own. The timeouts are in seconds; 0: none. */
export const DEFAULTS = {
  allowedips: '127.0.0.1',
  maxchildren: '5',
  maxconnperchild: '200',
  timeouttcp: '30',
  timeoutchild: '300',
} as const;

export type SettingName = keyof typeof DEFAULTS;
export type DaemonSettings = Readonly<Record<SettingName, string>>;
const names = Object.keys(DEFAULTS) as SettingName[];

export async function read(db: Db): Promise<DaemonSettings> {
  const rows = await db.all<{ name: string; value: string }>(
    'SELECT name, value FROM spamd_setting WHERE server = ?',
    db.server,
  );
  const set = new Map(rows.map(({ name, value }) => [name, value]));
  return Object.fromEntries(names.map((name) => [name, set.get(name) ?? DEFAULTS[name]])) as DaemonSettings;
}

export async function write(db: Db, settings: DaemonSettings): Promise<void> {
  for (const [name, value] of Object.entries(settings)) {
    await db.run(
      `INSERT INTO spamd_setting (server, name, value) VALUES (?, ?, ?)
       ON CONFLICT (server, name) DO UPDATE SET value = excluded.value`,
      ...[db.server, name, value],
    );
  }
}

const LOOPBACK = '127.0.0.1';

/** @returns the addresses in their normal form, with commas between them. @throws ApiError `bad_param`. */
export function allowedAddresses(given: string): string {
  const addresses = given.split(/[\s,]+/).filter((text) => text !== '');
  const normal = addresses.map((text) => {
    const ip = parseIp(text);
    if (ip !== undefined) return formatIp(ip);
    throw badParam(
      `The parameter “allowedips” should be IP addresses with commas between them. ${quote(text)} is none.`,
    );
  });
  if (normal.includes(LOOPBACK)) return [...new Set(normal)].join(',');
  throw badParam('The parameter “allowedips” should contain 127.0.0.1: the mail server asks from there.');
}

/** The tweak setting with which all accounts have no spam filter. */
export const OFF = 'skipspamassassin';
/** In the module Mail: ten times the score from which mail is refused, for all accounts. Empty: none is. */
export const REFUSED = 'acl_deny_spam_score_over_int';

/** True if an administrator has switched it off for all accounts. */
export const isOff = async (db: Db): Promise<boolean> => (await tweakSettings.read(db, 'Main', OFF)) === '1';

/** The task that follows both. */
export const CONFIGURE = 'configure-spam-filter';

/** The file by which Exim knows whether to ask SpamAssassin (`driver/exim/spam-acl.ts`). */
export async function fileOf(db: Db): Promise<[name: string, content: string]> {
  const refused = (await tweakSettings.read(db, 'Mail', REFUSED)) ?? '';
  const lines = [`enabled: ${(await isOff(db)) ? 0 : 1}`, ...(refused === '' ? [] : [`refuse: ${refused}`])];
  return [FILE, lines.map((line) => `${line}\n`).join('')];
}

/** Below Exim’s folder. Without it, Exim asks nobody. */
const FILE = 'spam/settings';
export const PATH = `/etc/exim4/whmapi1/${FILE}`;
