// The settings of greylisting, in WHM's names and units.
import type { Db } from '../../../../core/context.ts';
import type { Fields, Params } from '../../../../core/define.ts';

/** Their defaults: WHM's. */
export const DEFAULTS = {
  is_enabled: 0,
  initial_block_time_mins: 5,
  must_try_time_mins: 240,
  record_exp_time_mins: 4320,
  spf_bypass: 1,
  purge_interval_mins: 60,
  child_timeout_secs: 5,
  max_child_procs: 5,
} as const;

export type SettingName = keyof typeof DEFAULTS;
export type Settings = Readonly<Record<SettingName, number>>;

const names = Object.keys(DEFAULTS) as SettingName[];

export async function read(db: Db): Promise<Settings> {
  const rows = await db.all<{ name: string; value: number }>(
    'SELECT name, value FROM greylist_setting WHERE server = ?',
    db.server,
  );
  const set = new Map(rows.map(({ name, value }) => [name, value]));
  return Object.fromEntries(names.map((name) => [name, set.get(name) ?? DEFAULTS[name]])) as Settings;
}

/** Those that were given. */
export function givenOf(settings: Readonly<Record<string, number | undefined>>): Partial<Settings> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

export async function write(db: Db, settings: Partial<Settings>): Promise<void> {
  for (const [name, value] of Object.entries(settings)) await writeOne(db, name, value);
}

async function writeOne(db: Db, name: string, value: number): Promise<void> {
  await db.run(
    `INSERT INTO greylist_setting (server, name, value) VALUES (?, ?, ?)
     ON CONFLICT (server, name) DO UPDATE SET value = excluded.value`,
    ...[db.server, name, value],
  );
}

const minutes = { type: 'integer', min: 1, max: 525_600 } as const;
const noDaemon = 'Exim itself does the greylisting: there is no daemon with child processes.';

export const settingParams = {
  initial_block_time_mins: {
    ...minutes,
    doc: 'The minutes for which the first mail of an unknown sender is deferred.',
  },
  must_try_time_mins: {
    ...minutes,
    doc: 'The minutes within which the sender must try again. Later, the mail counts as a first one.',
  },
  record_exp_time_mins: {
    ...minutes,
    doc: 'The minutes after its last mail for which an accepted sender is known.',
  },
  spf_bypass: {
    type: 'flag',
    doc: '1: mail is not deferred if the SPF record of its sender’s domain allows the address that it comes from.',
  },
  purge_interval_mins: { ...minutes, doc: 'The minutes after which expired records are deleted again.' },
  child_timeout_secs: { type: 'integer', min: 1, max: 3600, doc: 'Only stored.', noEffectReason: noDaemon },
  max_child_procs: { type: 'integer', min: 1, max: 1000, doc: 'Only stored.', noEffectReason: noDaemon },
} as const satisfies Params;

export const configFields = {
  is_enabled: { type: 'flag', doc: 'Whether greylisting is enabled.' },
  is_exim_enabled: {
    type: 'flag',
    doc: 'Whether Exim does it: it is enabled, and this server receives mail.',
  },
  initial_block_time_mins: { type: 'integer', doc: settingParams.initial_block_time_mins.doc },
  must_try_time_mins: { type: 'integer', doc: settingParams.must_try_time_mins.doc },
  record_exp_time_mins: { type: 'integer', doc: settingParams.record_exp_time_mins.doc },
  spf_bypass: { type: 'integer', doc: settingParams.spf_bypass.doc },
  purge_interval_mins: { type: 'integer', doc: settingParams.purge_interval_mins.doc },
  child_timeout_secs: { type: 'integer', doc: 'Has no effect on this server.' },
  max_child_procs: { type: 'integer', doc: 'Has no effect on this server.' },
} as const satisfies Fields;

/** @param receives whether this server receives mail. */
export const configOf = (settings: Settings, receives: boolean) => ({
  ...settings,
  is_exim_enabled: receives ? settings.is_enabled : 0,
});

const AUTOTRUST = 'autotrust_new_common_mail_providers';

/** Whether a provider that this program has not known before is trusted once its hosts are found. WHM’s default: 1. */
export async function readAutotrust(db: Db): Promise<boolean> {
  const row = await db.get<{ value: number }>(
    'SELECT value FROM greylist_setting WHERE server = ? AND name = ?',
    ...[db.server, AUTOTRUST],
  );
  return row?.value !== 0;
}

export const storeAutotrust = (db: Db, isOn: boolean): Promise<void> => writeOne(db, AUTOTRUST, Number(isOn));

const PURGED_AT = 'purged_at_mins';
const MINUTE_MS = 60_000;
const minuteOf = (now: number) => Math.floor(now / MINUTE_MS);

/** True if expired records were not deleted for as long as `purge_interval_mins` says. */
export async function purgeIsDue(db: Db, now: number): Promise<boolean> {
  const row = await db.get<{ value: number }>(
    'SELECT value FROM greylist_setting WHERE server = ? AND name = ?',
    ...[db.server, PURGED_AT],
  );
  const { purge_interval_mins: interval } = await read(db);
  return row === undefined || minuteOf(now) >= row.value + interval || row.value > minuteOf(now);
}

export const storePurge = (db: Db, now: number): Promise<void> => writeOne(db, PURGED_AT, minuteOf(now));
