import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { lookAtFolders } from '../../capabilities/ftp/driver/look-ftp.ts';
import { FEATURE, ROLE } from '../../capabilities/ftp/rules/ftp-accounts.ts';
import { diskRow, diskRowOf, listLogins, typeParams } from '../../capabilities/ftp/rules/ftp-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Ftp::list_ftp_with_disk',
  since: 42,
  summary: 'List the FTP logins of the account with the disk usage of their folders.',
  description:
    'The folders are measured now, with the rights of the account. One that does not exist uses nothing.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: typeParams,
  returns: { list: diskRow },
  examples: [{ args: { include_acct_types: 'sub' }, doc: 'The FTP accounts.' }],

  async look(given, { machine, caller, transaction }) {
    const logins = await transaction('reads', async (db) =>
      listLogins(db, await accounts.getOwn(db, caller), given),
    );
    return lookAtFolders(
      machine,
      caller.user,
      logins.map(({ folder }) => folder),
    );
  },

  async handler(given, { db, caller, warn }, measured) {
    const account = await accounts.getOwn(db, caller);
    return (await listLogins(db, account, given)).map((login) => {
      const bytes = measured.get(login.folder);
      if (bytes === undefined)
        warn(`The folder of “${login.login}” could not be measured: it does not exist, or took too long.`);
      return diskRowOf(account, login, bytes ?? 0);
    });
  },
});
