// The extensions of PHP that websites have: those that WordPress, Nextcloud, Laravel and phpMyAdmin require or recommend.
import type { DriverMachine } from '../../../ground/driver/step.ts';
import { findVersions } from './versions.ts';

const EXTENSIONS = [
  ...['bcmath', 'curl', 'gd', 'gmp', 'imagick', 'intl', 'ldap', 'mbstring'],
  ...['mysql', 'pgsql', 'soap', 'sqlite3', 'xml', 'zip'],
];

/** The packages for the PHP version of the distribution. Its OPcache comes with PHP-FPM. */
export const extensionPackages: readonly string[] = EXTENSIONS.map((name) => `php-${name}`);

/** The packages of every installed version, such as `php8.3-curl`: other repositories name them in the same way. */
export async function versionPackages(machine: DriverMachine): Promise<string[]> {
  const versions = await findVersions(machine);
  return versions.flatMap(({ release }) =>
    ['cli', 'opcache', ...EXTENSIONS].map((name) => `php${release}-${name}`),
  );
}
