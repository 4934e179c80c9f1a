import { defineFunction } from '../../core/define.ts';
import * as form from '../../model/packages/form.ts';
import * as packages from '../../model/packages/packages.ts';

const { settingParams: param, newPackage } = form;

export default defineFunction({
  name: 'addpkg',
  since: 11,
  summary: 'Make a package.',
  description:
    'A reseller’s package is called RESELLER_NAME, whether or not the name is given so. Unlimited values, addon and ' +
    'parked domains, limits of mail, shells and IP addresses ask a reseller for privileges of their own.',
  access: ['add-pkg'],
  effect: 'changes',
  params: {
    name: { ...packages.packageName, required: true, doc: 'The name of the new package. It stays for good.' },
    quota: { ...param.diskLimit, default: newPackage.diskLimit },
    bwlimit: { ...param.bandwidthLimit, default: newPackage.bandwidthLimit },
    maxaddon: { ...param.maxAddonDomains, default: newPackage.maxAddonDomains },
    maxpark: { ...param.maxParkedDomains, default: newPackage.maxParkedDomains },
    maxsub: { ...param.maxSubdomains, default: newPackage.maxSubdomains },
    maxsql: { ...param.maxDatabases, default: newPackage.maxDatabases },
    maxpop: { ...param.maxMailboxes, default: newPackage.maxMailboxes },
    maxlst: { ...param.maxMailingLists, default: newPackage.maxMailingLists },
    maxftp: { ...param.maxFtpAccounts, default: newPackage.maxFtpAccounts },
    MAX_EMAIL_PER_HOUR: { ...param.maxEmailPerHour, default: newPackage.maxEmailPerHour },
    MAX_DEFER_FAIL_PERCENTAGE: {
      ...param.maxDeferFailPercentage,
      default: newPackage.maxDeferFailPercentage,
    },
    max_emailacct_quota: { ...param.maxMailboxQuota, default: newPackage.maxMailboxQuota },
    max_team_users: param.maxTeamUsers,
    cpmod: { ...param.theme, default: newPackage.theme },
    language: { ...param.locale, default: newPackage.locale },
    featurelist: { ...param.featureList, default: newPackage.featureList },
    ip: { ...param.dedicatedIp, default: newPackage.dedicatedIp },
    hasshell: { ...param.shell, default: 0 },
    cgi: { ...param.cgi, default: 1 },
    digestauth: { ...param.digestAuth, default: 0 },
    frontpage: form.frontpage,
    _PACKAGE_EXTENSIONS: form.extensionWords,
  },
  emptyIsOmitted: true,
  returns: { pkg: { type: 'string', doc: 'The name of the package.' } },
  examples: [
    { args: { name: 'gold' }, doc: 'A package with the usual limits.' },
    {
      args: { name: 'small', quota: '1024', bwlimit: '10240', maxpop: '5', maxsql: '1' },
      doc: '1 GiB of disk space, 10 GiB of bandwidth, five mail accounts and one database.',
    },
  ],

  async handler(args, { caller, db }) {
    const settings = form.completeSettings(
      form.readSettings({
        diskLimit: args.quota,
        bandwidthLimit: args.bwlimit,
        maxAddonDomains: args.maxaddon,
        maxParkedDomains: args.maxpark,
        maxSubdomains: args.maxsub,
        maxDatabases: args.maxsql,
        maxMailboxes: args.maxpop,
        maxMailingLists: args.maxlst,
        maxFtpAccounts: args.maxftp,
        maxEmailPerHour: args.MAX_EMAIL_PER_HOUR,
        maxDeferFailPercentage: args.MAX_DEFER_FAIL_PERCENTAGE,
        maxMailboxQuota: args.max_emailacct_quota,
        maxTeamUsers: args.max_team_users,
        theme: args.cpmod,
        locale: args.language,
        featureList: args.featurelist,
        dedicatedIp: args.ip,
        shell: args.hasshell,
        cgi: args.cgi,
        digestAuth: args.digestauth,
      }),
    );
    const extensions = form.readExtensions(args._PACKAGE_EXTENSIONS ?? '');
    return { pkg: await packages.add(db, caller, args.name, settings, extensions) };
  },
});
