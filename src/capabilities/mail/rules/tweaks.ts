// The tweak settings that concern mail.
import type { Db } from '../../../core/context.ts';
import * as tweakSettings from '../../../ground/rules/tweak-settings.ts';

/** As in the catalogue of tweak settings. */
const defaults = {
  autodiscover_mail_service: 'imap',
  defaultmailaction: 'localuser',
  email_account_quota_userdefined_default_value: '1024',
  'exim-retrytime': '5',
} as const;

export async function readTweakSetting(db: Db, name: keyof typeof defaults): Promise<string> {
  const set = (await tweakSettings.read(db, 'Main', name)) ?? '';
  return set === '' ? defaults[name] : set;
}
