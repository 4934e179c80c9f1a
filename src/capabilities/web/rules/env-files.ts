// Whether websites send files of environment variables: a tweak setting.
import type { Db } from '../../../core/context.ts';
import * as tweakSettings from '../../../ground/rules/tweak-settings.ts';

/** As in the catalogue of tweak settings. Its default is 1. */
export const SETTING = 'hide_env_files';

export const sendsEnvFiles = async (db: Db): Promise<boolean> =>
  (await tweakSettings.read(db, 'Main', SETTING)) === '0';
