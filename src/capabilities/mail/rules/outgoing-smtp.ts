// The tweak setting that lets only root, Exim and Mailman connect to mail servers elsewhere.
import type { Db } from '../../../core/context.ts';
import * as tweakSettings from '../../../ground/rules/tweak-settings.ts';

export const SETTING = 'smtpmailgidonly';
/** The task that has the firewall follow it. */
export const RESTRICT = 'restrict-outgoing-smtp';

export const isRestricted = async (db: Db): Promise<boolean> =>
  (await tweakSettings.read(db, 'Main', SETTING)) === '1';
