// The privileges of resellers, and the acl-NAME parameters for them.
import type { Caller } from '../../../../core/context.ts';
import type { Param } from '../../../../core/define.ts';

interface Description {
  /** The actions that the privilege allows. */
  readonly doc: string;
  /** True if a new reseller has it. */
  readonly initial?: true;
}

const catalogue = {
  'acct-summary': { initial: true, doc: 'Show summaries and counts of accounts.' },
  'basic-system-info': { initial: true, doc: 'Show the hostname, the version and the load of the server.' },
  'basic-whm-functions': { initial: true, doc: 'Call the functions that every interface needs.' },
  'connected-applications': { initial: true, doc: 'Manage connected applications.' },
  'cors-proxy-get': { initial: true, doc: 'Fetch web pages through the server.' },
  'cpanel-api': { initial: true, doc: 'Call the functions of accounts through WHM.' },
  'cpanel-integration': { initial: true, doc: 'Manage links to other systems in the interface of accounts.' },
  'create-user-session': { initial: true, doc: 'Log in as an account without its password.' },
  'digest-auth': { initial: true, doc: 'Enable and disable digest authentication of accounts.' },
  'generate-email-config': { initial: true, doc: 'Generate configuration files for mail programs.' },
  'list-pkgs': { initial: true, doc: 'List packages.' },
  'manage-api-tokens': { initial: true, doc: 'Create, change and revoke API tokens.' },
  'manage-dns-records': { initial: true, doc: 'Manage the records of DNS zones.' },
  'manage-oidc': { initial: true, doc: 'Manage logins through external identity providers.' },
  'manage-styles': { initial: true, doc: 'Manage the styles of the interface.' },
  'mysql-info': { initial: true, doc: 'Show the names of databases and their servers.' },
  'ns-config': { initial: true, doc: 'Set the nameservers of accounts.' },
  'public-contact': { initial: true, doc: 'Set the contact information that customers see.' },
  'ssl-info': { initial: true, doc: 'See certificates.' },
  'track-email': { initial: true, doc: 'Trace the delivery of email.' },

  'list-accts': { doc: 'List accounts.' },
  'show-bandwidth': { doc: 'Show the bandwidth usage of accounts.' },
  'create-acct': { doc: 'Create accounts, and manage two-factor authentication.' },
  'kill-acct': { doc: 'Remove accounts.' },
  'suspend-acct': { doc: 'Suspend and unsuspend accounts.' },
  'upgrade-account': { doc: 'Change the package of accounts.' },
  ssl: { doc: 'Manage the certificates of accounts.' },
  'ssl-buy': { doc: 'Buy certificates.' },
  'ssl-gencrt': { doc: 'Generate keys and certificate signing requests.' },
  'edit-mx': { doc: 'Set the mail servers (MX records) of domains.' },
  passwd: { doc: 'Set the passwords of accounts.' },
  'file-restore': { doc: 'Restore files of accounts from backups.' },
  'create-dns': { doc: 'Add DNS zones.' },
  'kill-dns': { doc: 'Remove DNS zones.' },
  'park-dns': { doc: 'Park domains.' },
  'edit-dns': { doc: 'Change DNS zones.' },
  'add-pkg': { doc: 'Make packages.' },
  'edit-pkg': { doc: 'Change packages.' },
  thirdparty: { doc: 'Manage third-party services.' },
  mailcheck: { doc: 'Diagnose mail problems.' },
  news: { doc: 'Set the news that accounts see.' },
  'assign-root-account-enhancements': { doc: 'Assign root’s account enhancements to accounts.' },

  'allow-shell': { doc: 'Grant accounts shell access.' },
  viewglobalpackages: { doc: 'List and use the packages of root.' },
  'allow-addoncreate': { doc: 'Create packages with addon domains.' },
  'allow-parkedcreate': { doc: 'Create packages with parked domains.' },
  'add-pkg-ip': { doc: 'Create packages with a dedicated IP address.' },
  'add-pkg-shell': { doc: 'Create packages with shell access.' },
  'allow-unlimited-pkgs': { doc: 'Create packages with unlimited features.' },
  'allow-emaillimits-pkgs': { doc: 'Create packages with custom mail limits.' },
  'allow-unlimited-disk-pkgs': { doc: 'Create packages with unlimited disk space.' },
  'allow-unlimited-bw-pkgs': { doc: 'Create packages with unlimited bandwidth.' },

  status: { doc: 'Show the status of the server’s services.' },
  stats: { doc: 'Show statistics of the server.' },
  restart: { doc: 'Restart services.' },
  resftp: { doc: 'Synchronise the passwords of FTP.' },

  'edit-account': { doc: 'Change accounts, even beyond the limits of their packages.' },
  'limit-bandwidth': { doc: 'Set the bandwidth of accounts.' },
  quota: { doc: 'Set the disk space of accounts.' },
  'demo-setup': { doc: 'Enable and disable demo mode of accounts.' },
  'rearrange-accts': { doc: 'Move accounts to another disk.' },
  clustering: { doc: 'Manage clusters of servers.' },
  'locale-edit': { doc: 'Change the texts of locales.' },

  all: { doc: 'All privileges of root, over every account.' },
} as const satisfies Record<string, Description>;

export type PrivilegeName = keyof typeof catalogue;

const descriptions: Readonly<Record<PrivilegeName, Description>> = catalogue;

/** The privilege with which a reseller has root's power. */
export const ALL = 'all' satisfies PrivilegeName;

/** Sorted. */
export const privilegeNames: readonly PrivilegeName[] = (Object.keys(catalogue) as PrivilegeName[]).sort();

export const initialPrivileges: readonly PrivilegeName[] = privilegeNames.filter(
  (name) => descriptions[name].initial === true,
);

export function isPrivilege(name: string): name is PrivilegeName {
  return Object.hasOwn(catalogue, name);
}

/** A list of privileges: the parameter is repeated or numbered. */
export const privilegeList = {
  type: 'string',
  list: true,
  required: true,
  pattern: {
    matches: new RegExp(`^(?:${privilegeNames.join('|')})$`),
    expects: 'the name of a privilege that myprivs lists, such as list-accts',
  },
  doc: 'A privilege. Repeat it, or number it: privilege-1, privilege-2.',
} as const satisfies Param;

/** The parameter that grants a privilege. */
export function acl<Name extends PrivilegeName>(name: Name) {
  return `acl-${name}` as const;
}

type AclParams<P> = { readonly [Name in PrivilegeName as `acl-${Name}`]: P & { readonly doc: string } };

/** Returns a parameter acl-NAME for each privilege. */
export function aclParams<const P extends Omit<Param, 'doc'>>(param: P): AclParams<P> {
  const entries = privilegeNames.map((name) => [acl(name), { ...param, doc: descriptions[name].doc }]);
  return Object.fromEntries(entries) as AclParams<P>;
}

/** Returns 1 or 0 for each privilege. */
export function showPrivileges(held: Caller['privileges']): Record<PrivilegeName, 0 | 1> {
  const flags = privilegeNames.map((name) => [name, held === 'all' || held.has(name) ? 1 : 0]);
  return Object.fromEntries(flags) as Record<PrivilegeName, 0 | 1>;
}
