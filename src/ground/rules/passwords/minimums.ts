// The minimum strength of each kind of password: 0 to 100.
import type { Db } from '../../../core/context.ts';
import * as storedSettings from '../stored-settings.ts';

/** The kinds, by WHM's names, with their descriptions. `default` is for kinds without a minimum of their own. */
export const applications = {
  default: 'passwords for which no other minimum is set',
  createacct: 'the passwords of new accounts',
  passwd: 'the passwords that passwd sets',
  ftp: 'the passwords of FTP accounts',
  list: 'the passwords of mailing lists',
  mysql: 'the passwords of MySQL users',
  postgres: 'the passwords of PostgreSQL users',
  sshkey: 'the passphrases of SSH keys',
  virtual: 'the passwords of email accounts and Web Disk accounts',
} as const;

export type Application = keyof typeof applications;

/** The kinds of passwords that functions of this program can set. */
const enforced: ReadonlySet<Application> = new Set<Application>([
  'default',
  'createacct',
  'passwd',
  'mysql',
  'postgres',
]);

export function isEnforced(application: Application): boolean {
  return enforced.has(application);
}

/** As in WHM. */
export const DEFAULT_MINIMUM = 65;

export async function minimumOf(db: Db, application: Application): Promise<number> {
  const own = await storedSettings.read(db, rowOf(application));
  if (own !== undefined && own !== '') return Number(own);
  return application === 'default' ? DEFAULT_MINIMUM : minimumOf(db, 'default');
}

/** Sets a minimum. If it is undefined, the default minimum applies again. */
export async function setMinimum(
  db: Db,
  application: Application,
  strength: number | undefined,
): Promise<void> {
  await storedSettings.write(db, rowOf(application), strength?.toString() ?? '');
}

function rowOf(application: Application): string {
  return application === 'default' ? 'minimum_password_strength' : `minimum_password_strength_${application}`;
}
