// The privileges of resellers, and the acl-NAME parameters for them.
import type { Caller } from '../../core/context.ts';
import type { Param } from '../../core/define.ts';

interface Description {
  /** The actions that the privilege allows. */
  readonly doc: string;
  /** True if a new reseller has it. */
  readonly initial?: true;
}

const catalogue = {
  'acct-summary': { initial: true, doc: 'See summaries and counts of accounts.' },
  'basic-system-info': { initial: true, doc: 'See the hostname, the version and the load of the machine.' },
  'basic-whm-functions': { initial: true, doc: 'Call the functions that every interface needs.' },
  'connected-applications': { initial: true, doc: 'Manage the applications that are connected.' },
  'cors-proxy-get': { initial: true, doc: 'Fetch web pages by way of the server.' },
  'cpanel-api': { initial: true, doc: 'Call the functions of accounts by way of WHM.' },
  'cpanel-integration': { initial: true, doc: 'Manage links to other systems in the interface of accounts.' },
  'create-user-session': { initial: true, doc: 'Log in as an account without its password.' },
  'digest-auth': { initial: true, doc: 'Turn digest authentication of accounts on and off.' },
  'generate-email-config': { initial: true, doc: 'Make configuration files for mail programs.' },
  'list-pkgs': { initial: true, doc: 'List packages.' },
  'manage-api-tokens': { initial: true, doc: 'Make, change and revoke API tokens.' },
  'manage-dns-records': { initial: true, doc: 'Manage the records of DNS zones.' },
  'manage-oidc': { initial: true, doc: 'Manage logging in by way of other identity providers.' },
  'manage-styles': { initial: true, doc: 'Manage the styles of the interface.' },
  'mysql-info': { initial: true, doc: 'See what databases are called and which server has them.' },
  'ns-config': { initial: true, doc: 'Set the nameservers of accounts.' },
  'public-contact': { initial: true, doc: 'Set the name and address that customers see.' },
  'ssl-info': { initial: true, doc: 'See certificates.' },
  'track-email': { initial: true, doc: 'See what became of mails.' },

  'list-accts': { doc: 'List accounts.' },
  'show-bandwidth': { doc: 'See how much bandwidth accounts have used.' },
  'create-acct': { doc: 'Make accounts, and manage two-factor authentication.' },
  'kill-acct': { doc: 'Remove accounts.' },
  'suspend-acct': { doc: 'Suspend accounts and take that back.' },
  'upgrade-account': { doc: 'Give accounts another package.' },
  ssl: { doc: 'Manage the certificates of accounts.' },
  'ssl-buy': { doc: 'Buy certificates.' },
  'ssl-gencrt': { doc: 'Make keys and requests for certificates.' },
  'edit-mx': { doc: 'Set where the mail of domains goes.' },
  passwd: { doc: 'Set the passwords of accounts.' },
  'file-restore': { doc: 'Restore files of accounts from backups.' },
  'create-dns': { doc: 'Add DNS zones.' },
  'kill-dns': { doc: 'Remove DNS zones.' },
  'park-dns': { doc: 'Park domains.' },
  'edit-dns': { doc: 'Change DNS zones.' },
  'add-pkg': { doc: 'Make packages.' },
  'edit-pkg': { doc: 'Change packages.' },
  thirdparty: { doc: 'Manage services of third parties.' },
  mailcheck: { doc: 'Look for trouble with mail.' },
  news: { doc: 'Set the news that accounts see.' },
  'assign-root-account-enhancements': { doc: 'Give accounts the enhancements that root has made.' },

  'allow-shell': { doc: 'Give accounts a shell.' },
  viewglobalpackages: { doc: 'See and use the packages of root.' },
  'allow-addoncreate': { doc: 'Make packages with addon domains.' },
  'allow-parkedcreate': { doc: 'Make packages with parked domains.' },
  'add-pkg-ip': { doc: 'Make packages with an IP address for each account.' },
  'add-pkg-shell': { doc: 'Make packages with a shell.' },
  'allow-unlimited-pkgs': { doc: 'Make packages with unlimited features.' },
  'allow-emaillimits-pkgs': { doc: 'Make packages with other limits of mail than the usual ones.' },
  'allow-unlimited-disk-pkgs': { doc: 'Make packages with unlimited disk space.' },
  'allow-unlimited-bw-pkgs': { doc: 'Make packages with unlimited bandwidth.' },

  status: { doc: 'See how the services of the machine are.' },
  stats: { doc: 'See statistics of the machine.' },
  restart: { doc: 'Restart services.' },
  resftp: { doc: 'Synchronise the passwords of FTP.' },

  'edit-account': { doc: 'Change accounts, also past what their packages say.' },
  'limit-bandwidth': { doc: 'Set the bandwidth of accounts.' },
  quota: { doc: 'Set the disk space of accounts.' },
  'demo-setup': { doc: 'Make accounts demonstrations and take that back.' },
  'rearrange-accts': { doc: 'Move accounts to another disk.' },
  clustering: { doc: 'Manage clusters of servers.' },
  'locale-edit': { doc: 'Change the texts of locales.' },

  all: { doc: 'Do everything that root may, with every account.' },
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
    expects: 'the name of a privilege, such as list-accts; myprivs tells them all',
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
