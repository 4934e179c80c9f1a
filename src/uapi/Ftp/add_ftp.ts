import { changeFtpAccounts } from '../../capabilities/ftp/plans/change-ftp-accounts.ts';
import {
  assertMayAdd,
  FEATURE,
  newLogin,
  readFolder,
  ROLE,
} from '../../capabilities/ftp/rules/ftp-accounts.ts';
import {
  domainParam,
  folderParam,
  quotaParam,
  readQuota,
  userParam,
} from '../../capabilities/ftp/rules/ftp-form.ts';
import { lookAtFolder, rateAndHash, strongHash } from '../../capabilities/ftp/rules/own-ftp.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { HASH_FORMS, passwordHash, readGivenHash } from '../../ground/rules/passwords/given-hash.ts';
import { password } from '../../ground/rules/passwords/passwords.ts';

export default defineUapi({
  name: 'Ftp::add_ftp',
  since: 42,
  summary: 'Create an FTP account: a login that sees one folder of the account.',
  description:
    'It logs in as NAME@DOMAIN, with TLS, and acts as the user of the account. Its folder is created if it does not ' +
    'exist. ProFTPD knows the login immediately.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    user: { ...userParam, doc: 'The name, with or without a domain: web, web@bob.example.' },
    domain: domainParam,
    disallowdot: { type: 'flag', default: 1, doc: '1: remove the dots of the name: a.b becomes ab.' },
    pass: { ...password, doc: 'The password, of up to 72 bytes.' },
    pass_hash: {
      ...passwordHash,
      doc: `The hash of the password in a form of crypt(5), instead of “pass”: ${HASH_FORMS}.`,
    },
    homedir: folderParam,
    quota: quotaParam,
  },
  oneOf: { count: 'exactly', of: ['pass', 'pass_hash'] },
  emptyIsOmitted: true,
  returns: null,
  examples: [
    {
      args: { user: 'web', pass: 'correct horse battery staple 7', homedir: 'public_html', quota: '500' },
      doc: 'web@bob.example for the files of the main website.',
    },
  ],

  async look(args, context) {
    const login = await context.transaction('reads', async (db) =>
      newLogin(db, await accounts.getOwn(db, context.caller), args),
    );
    await lookAtFolder(context, args.homedir ?? login.login);
    const { pass = '' } = args;
    return pass === '' ? undefined : rateAndHash(context, pass);
  },

  async handler(args, context, rated) {
    const { db, caller, plan } = context;
    const account = await accounts.getOwn(db, caller);
    const { login, domain } = await newLogin(db, account, args);
    await assertMayAdd(db, account);
    const folder = readFolder(account.home, args.homedir ?? login);
    const hash =
      rated === undefined
        ? readGivenHash(context, 'pass_hash', args.pass_hash ?? '')
        : await strongHash(context, rated);
    const { username } = account;
    const added = [{ login, username, domain, hash, folder, quota: readQuota(args.quota) }];
    plan(await changeFtpAccounts(db, account, { added, folders: [folder] }));
  },
});
