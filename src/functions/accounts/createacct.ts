import { createAccount } from '../../life/plans/create-account.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { look as lookAtParts, paramsFor, wishesFrom } from '../../life/driver/account-parts.ts';
import {
  accountName,
  chooseName,
  domainName,
  emailAddress,
  findMachineNames,
  freeName,
  proposeNames,
} from '../../ground/rules/accounts/names.ts';
import { isQuotaEnabled, warnOfQuota } from '../../capabilities/accounts/rules/quota.ts';
import { nameserverFields, reportOf, showNameservers } from '../../life/rules/new-account.ts';
import * as newAccount from '../../life/rules/new-account.ts';
import { listServersFor } from '../../capabilities/domains/rules/nameservers.ts';
import { forceParam } from '../../capabilities/domains/rules/reserved-domains.ts';
import * as form from '../../capabilities/accounts/rules/packages/package-form.ts';
import * as packages from '../../capabilities/accounts/rules/packages/packages.ts';
import * as passwords from '../../ground/rules/passwords/passwords.ts';

export default defineFunction({
  name: 'createacct',
  since: 32,
  summary: 'Create an account: a system user with a home directory, a website, a DNS zone and a package.',
  description:
    'The account has the settings of its package, except those that are given here. Its home has the folders ' +
    'public_html (and a link www to it), mail, etc, logs, ssl and tmp, and the files of /etc/skel. If any part of the ' +
    'work fails, all of it is undone. A reseller owns the accounts that it creates, within the limits that root ' +
    'set. Without a password, nobody can log in until passwd sets one.',
  access: ['create-acct'],
  effect: 'operates',
  params: {
    username: {
      ...accountName,
      alias: ['user'],
      doc: 'The username, which is the account’s name everywhere. Default: made from the domain.',
    },
    domain: { ...domainName, required: true, doc: 'The account’s main domain.' },
    plan: { ...packages.existingPackage, default: 'default', alias: ['pkgname'], doc: 'The package.' },
    password: { ...passwords.password, alias: ['pass'] },
    contactemail: { ...emailAddress, default: '', doc: 'The email address of the account’s owner.' },
    owner: {
      ...accountName,
      completes: 'login',
      actsOn: false,
      doc: 'The account’s owner, such as a reseller. Default: the caller.',
    },
    ownerself: { type: 'flag', default: 0, doc: '1: the account owns itself.' },
    reseller: { type: 'flag', default: 0, doc: '1: make the account a reseller. Requires root.' },
    ...form.paramsFor('param', { without: ['digestAuth'] }),
    ip: {
      ...form.settingParams.dedicatedIp,
      doc: 'Whether the account gets a dedicated IP address: y or n.',
    },
    customip: {
      type: 'string',
      pattern: { matches: /^(?:\d{1,3}\.){3}\d{1,3}$/, expects: 'an IPv4 address' },
      doc: 'The IP address of this server to assign to the account.',
    },
    mailbox_format: {
      type: 'string',
      values: ['maildir'],
      default: 'maildir',
      doc: 'The format in which mail is stored. This server has no other one.',
    },
    homedir: {
      type: 'string',
      pattern: {
        matches: /^\/home\/[a-z0-9][a-z0-9._-]{0,63}$/,
        expects: 'a folder directly below /home, such as /home/bob',
      },
      doc: 'The home directory. Default: /home/USERNAME.',
    },
    uid: {
      type: 'integer',
      min: newAccount.LOWEST_ID,
      max: newAccount.HIGHEST_ID,
      doc: 'The user ID. Default: a free one. Only root can choose it.',
    },
    gid: { type: 'integer', doc: 'The group ID.', noEffectReason: 'the group gets the ID of the user.' },
    showpass: {
      type: 'string',
      values: ['y', 'n'],
      doc: 'Whether to show the password.',
      noEffectReason: 'it is never shown.',
    },
    savepkg: {
      type: 'flag',
      doc: 'Whether to save the settings as a package.',
      noEffectReason: 'create a package with addpkg.',
    },
    reseller_without_domain: {
      type: 'flag',
      doc: 'Whether to create a reseller without a domain.',
      noEffectReason: 'every account has a domain.',
    },
    account_enhancements: {
      type: 'string',
      list: true,
      doc: 'Enhancements of the account.',
      noEffectReason: 'this server has no account enhancements.',
    },
    ...paramsFor('created'),
    force: forceParam,
    mail_node_alias: {
      type: 'string',
      doc: 'The server that stores the mail.',
      noEffectReason: 'mail is kept on this server.',
    },
    frontpage: form.frontpage,
  },
  emptyIsOmitted: true,
  returns: {
    ip: { type: 'string', doc: 'The account’s IP address.' },
    ...nameserverFields,
    package: { type: 'string', doc: 'The package.' },
    user: { type: 'string', doc: 'The username. It is not part of WHM’s response.' },
  },
  examples: [
    {
      args: {
        username: 'bob',
        domain: 'bob.example',
        plan: 'default',
        password: 'four unusual words, Xylophone',
      },
      doc: 'An account with a package.',
    },
    {
      args: { username: 'carl', domain: 'carl.example', quota: '500', contactemail: 'carl@example.org' },
      doc: 'An account with less disk space than its package, and without a password for now.',
    },
  ],

  async look(args, context) {
    const { username, domain } = args;
    const { machine, transaction } = context;
    const proposed =
      username === undefined ? await transaction('reads', (db) => proposeNames(db, domain)) : [username];
    const names = findMachineNames(machine, proposed);
    const rate = async (password: string) => {
      const name = username ?? freeName(proposed, await names);
      return name === undefined ? undefined : passwords.rateFirst(context, password, [name, domain]);
    };
    const [ofMachine, hasQuota, found, rated] = await Promise.all([
      names,
      isQuotaEnabled({ machine }),
      lookAtParts(context, { domain, wishes: wishesFrom('created', args) }),
      args.password ? rate(args.password) : undefined,
    ]);
    return { proposed, ofMachine, hasQuota, found, rated };
  },

  async handler(args, context, { proposed, ofMachine, hasQuota, found, rated }) {
    const { caller, db } = context;
    const username = args.username ?? (await chooseName(db, proposed, ofMachine));
    const secret = args.password === '' ? undefined : args.password;
    if (args.reseller && caller.privileges !== 'all')
      throw badParam('Only root may make an account a reseller.');
    const wishes = {
      username,
      domain: args.domain,
      owner: args.ownerself ? username : (args.owner ?? caller.user),
      package: args.plan,
      settings: form.readArguments('param', args),
      contactEmail: args.contactemail,
      mailboxFormat: args.mailbox_format,
      address: args.customip,
      home: args.homedir,
      uid: args.uid,
      force: args.force,
    };
    const { account, packageSettings } = await newAccount.plan(context, wishes, ofMachine);
    if (secret === undefined)
      context.inform('Nobody can log in to the account until passwd sets a password.');
    else {
      const rating = { db, ...(rated ?? { passwordStrength: context.passwordStrength }) };
      await passwords.assertStrong(rating, secret, [username, account.domain], 'createacct');
    }
    warnOfQuota(context, hasQuota, account.settings);
    const input = {
      account,
      isUidAsked: args.uid !== undefined,
      hasPassword: secret !== undefined,
      isReseller: args.reseller,
      packageSettings,
    };
    context.plan(await createAccount(context, input, secret, { found, wishes: wishesFrom('created', args) }));
    context.reason('Account Creation Ok');
    const registered = found.zones?.registered?.nameservers ?? [];
    const servers = registered.length > 0 ? registered : await listServersFor(context, account.owner);
    context.raw(reportOf(account, servers));
    return {
      ip: account.ip,
      ...showNameservers(servers, found.zones === undefined ? undefined : account.domain),
      package: account.package,
      user: username,
    };
  },
});
