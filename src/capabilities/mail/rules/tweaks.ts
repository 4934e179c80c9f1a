// The tweak settings that concern mail.
import type { Db } from '../../../core/context.ts';
import * as tweakSettings from '../../../ground/rules/tweak-settings.ts';

/** As in the catalogue of tweak settings. */
const defaults = {
  autodiscover_mail_service: 'imap',
  defaultmailaction: 'localuser',
  email_send_limits_min_defer_fail_to_trigger_protection: '5',
} as const;

export async function readTweakSetting(db: Db, name: keyof typeof defaults): Promise<string> {
  return (await tweakSettings.read(db, 'Main', name)) ?? defaults[name];
}
