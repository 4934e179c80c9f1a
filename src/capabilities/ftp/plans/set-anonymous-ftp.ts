// Sets whether visitors may use FTP without a password.
import type { Db } from '../../../core/context.ts';
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import makeFolders from '../../access-files/driver/steps/make-folders.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import writeAnonymous from '../driver/steps/write-anonymous.ts';
import writeLogins from '../driver/steps/write-logins.ts';
import { anonymousOf, PUBLIC_FOLDER, INCOMING } from '../rules/anonymous.ts';
import { loginsOf, settingsOf, storeSettings, type FtpSettings } from '../rules/ftp-accounts.ts';

interface SetAnonymousFtp {
  readonly username: string;
  readonly changed: Partial<FtpSettings>;
}

const change = defineChange<SetAnonymousFtp>({
  kind: 'set-anonymous-ftp',
  store: (db, { username, changed }) => storeSettings(db, username, changed),
});
export default change;

export async function setAnonymousFtp(
  db: Db,
  account: Account,
  changed: Pick<Partial<FtpSettings>, 'anonymous' | 'incoming'>,
): Promise<Plan> {
  const { username, home } = account;
  const settings = { ...(await settingsOf(db, username)), ...changed };
  const folder = `${home}/${PUBLIC_FOLDER}`;
  const folders = [folder, ...(settings.incoming ? [`${folder}/${INCOMING}`] : [])];
  return change.plan(
    { username, changed },
    {
      locks: [exclusive(`account ${username}`)],
      steps: [
        ...(settings.anonymous ? [makeFolders.plan({ name: username, folders })] : []),
        writeLogins.plan(await loginsOf(db, account, settings)),
        writeAnonymous.plan({ username, anonymous: anonymousOf(account, settings) }),
      ],
    },
  );
}
