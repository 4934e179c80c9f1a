// Whether Exim follows the DMARC policies of senders.
import type { Db } from '../../../../core/context.ts';
import * as tweakSettings from '../../../../ground/rules/tweak-settings.ts';

/** In the module Mail. WHM does not have it. */
export const SETTING = 'acl_dmarc';
/** The task that follows it. */
export const CONFIGURE = 'configure-incoming-mail';

/** The file by which Exim knows it (`driver/exim/dmarc-acl.ts`). */
export async function fileOf(db: Db): Promise<[name: string, content: string]> {
  const isOff = (await tweakSettings.read(db, 'Mail', SETTING)) === '0';
  return ['incoming/settings', `dmarc: ${isOff ? 0 : 1}\n`];
}
