// The kinds of passwords by the names of PasswdStrength, which differ from those of the server’s minimums.
import type { Application } from './minimums.ts';

export const accountApplications = {
  createacct: 'createacct',
  ftp: 'ftp',
  htaccess: 'default',
  mysql: 'mysql',
  passwd: 'passwd',
  pop: 'virtual',
  postgres: 'postgres',
  sshkey: 'sshkey',
  virtual: 'virtual',
  webdisk: 'virtual',
} as const satisfies Record<string, Application>;

export const accountApplicationNames = Object.keys(
  accountApplications,
) as (keyof typeof accountApplications)[];

/** The parameter that names a kind. */
export const applicationParam = {
  type: 'string',
  required: true,
  values: accountApplicationNames,
  doc: 'The kind of password: “pop” for email accounts, “htaccess” for protected directories.',
} as const;
