// The limits of a new package that tweak settings determine: disk space, bandwidth and mailbox quota.
import type { Db } from '../../../../core/context.ts';
import * as tweakSettings from '../../../../ground/rules/tweak-settings.ts';
import type { Settings } from './settings.ts';

/** For each setting, the tweak setting of the module Main, and its default in MiB, as in WHM. */
export const tweakable = {
  diskLimit: { key: 'default_pkg_quota', initial: '10240' },
  bandwidthLimit: { key: 'default_pkg_bwlimit', initial: '1048576' },
  maxMailboxQuota: { key: 'default_pkg_max_emailacct_quota', initial: '1024' },
} as const satisfies {
  readonly [Key in keyof Settings]?: { readonly key: `default_pkg_${string}`; readonly initial: string };
};

/** In the form that addpkg accepts: a number of MiB, or `unlimited`. */
export type Defaults = Readonly<Record<keyof typeof tweakable, string>>;

/** The values before anybody sets them. */
export const initialDefaults: Defaults = {
  diskLimit: tweakable.diskLimit.initial,
  bandwidthLimit: tweakable.bandwidthLimit.initial,
  maxMailboxQuota: tweakable.maxMailboxQuota.initial,
};

export async function readDefaults(db: Db): Promise<Defaults> {
  const set = await tweakSettings.readRange(db, 'Main', NAMES);
  const read = ({ key, initial }: (typeof tweakable)[keyof typeof tweakable]) => {
    const value = set.get(key);
    return value === undefined || value === '' ? initial : value;
  };
  return {
    diskLimit: read(tweakable.diskLimit),
    bandwidthLimit: read(tweakable.bandwidthLimit),
    maxMailboxQuota: read(tweakable.maxMailboxQuota),
  };
}

/** Where the names of all of them are, which is found faster than several names. */
const NAMES = { from: 'default_pkg_', to: 'default_pkg`' } as const;
