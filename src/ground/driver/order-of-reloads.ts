// What the configuration of a daemon names besides its own files: users, groups, logs, certificates, keys. A daemon that
// reads its configuration while one of them is missing rejects it, or ends. Other calls can have it reloaded at any time.
// So each step that makes, renames or removes such a thing has its place among the steps that write the files, each of
// which returns once the daemon has read them. Files of removed virtual hosts are only taken away: while Apache reads, the
// step waits, and whatever reads later does not find them. `tests/ground/driver/order-of-reloads.test.ts` holds the plans to this table.

export interface Dependency {
  /** What it touches that files name. */
  readonly touches: string;
  /** Steps that come before it in every plan that has both: they take the name out of the files. */
  readonly after?: readonly string[];
  /** Steps that come after it in every plan that has both: they write the name into the files. */
  readonly before?: readonly string[];
}

const WEB = 'virtual-hosts/change';
const POOLS = 'php-pools/change';

/** By kind of step. src/ground/README.md has the same table. */
export const dependencies: Readonly<Record<string, Dependency>> = {
  'users/create': { touches: 'user and group', before: [WEB, POOLS] },
  'users/recreate': { touches: 'user and group', before: [WEB, POOLS] },
  // Around it: meanwhile, no file names the user.
  'users/rename': {
    touches: 'user, group and home',
    after: [`${WEB} (moving)`, 'virtual-hosts/pause', 'php-pools/remove'],
    before: [WEB, POOLS],
  },
  'users/remove': { touches: 'user, group and home', after: ['virtual-hosts/remove', 'php-pools/remove'] },
  'certificates/write': { touches: 'certificate', before: [WEB] },
  'certificates/write-stored': { touches: 'certificate', before: [WEB] },
  'certificates/remove': { touches: 'certificate', after: [WEB, 'virtual-hosts/remove'] },
  'virtual-hosts/share-logs': { touches: 'logs', before: [WEB] },
  'virtual-hosts/remove-logs': { touches: 'logs', after: [WEB] },
  'virtual-hosts/delete-logs': { touches: 'logs', after: ['virtual-hosts/remove'] },
  'virtual-hosts/write-cgi-runner': { touches: 'program for CGI', before: [WEB] },
  'php/write-cgi-programs': { touches: 'programs', before: [WEB] },
  'zones/remove-keys': { touches: 'DNSSEC keys', after: ['zones/remove', 'zones/change'] },
};
