import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { FEATURE, ROLE } from '../../capabilities/ftp/rules/ftp-accounts.ts';
import { absoluteFolder, listLogins, loginRow, typeParams } from '../../capabilities/ftp/rules/ftp-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Ftp::list_ftp',
  since: 42,
  summary: 'List the FTP logins of the account: its own, and those of its FTP accounts.',
  description: 'There are none of the type logaccess: logs are in the folder access-logs of the home.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: typeParams,
  returns: { list: loginRow },
  examples: [{ args: { include_acct_types: 'sub' }, doc: 'The FTP accounts.' }],

  async handler(given, { db, caller }) {
    const account = await accounts.getOwn(db, caller);
    return (await listLogins(db, account, given)).map(({ login, type, folder }) => ({
      ...{ user: login, type, homedir: absoluteFolder(account, folder) },
    }));
  },
});
