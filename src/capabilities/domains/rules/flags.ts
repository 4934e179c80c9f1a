// The flags of the tweak settings for domains.
import type { Db } from '../../../core/context.ts';
import { domains as settings } from './settings.ts';
import * as tweakSettings from '../../../ground/rules/tweak-settings.ts';

/** True if a flag of the tweak settings is on. */
export async function isOn(db: Db, key: keyof typeof settings): Promise<boolean> {
  return ((await tweakSettings.read(db, 'Main', key)) ?? settings[key]?.default) === '1';
}
