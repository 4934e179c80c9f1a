// Versions of MariaDB and MySQL, as WHM shows them: the server, and its line, such as `11.8`.
import { badParam } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';

export interface MysqlVersion {
  readonly server: 'mariadb' | 'mysql';
  readonly version: string;
}

/** The fields of responses that show a version. */
export const versionFields = {
  server: { type: 'string', doc: '“mariadb” or “mysql”.' },
  version: { type: 'string', doc: 'The version: “11.8”.' },
} as const;

/** Of Debian’s version of a package, such as `1:11.8.3-0+deb13u1`. */
export function lineOf(packageVersion: string): string {
  return /^(?:\d+:)?(\d+\.\d+)/.exec(packageVersion)?.[1] ?? packageVersion;
}

/** Of what the server says about itself, such as `11.8.3-MariaDB-0+deb13u1 from Debian`. */
export function runningVersion(said: string): MysqlVersion {
  return { server: said.includes('MariaDB') ? 'mariadb' : 'mysql', version: lineOf(said) };
}

/** @returns a negative number if the first is older. */
export function compareLines(one: string, other: string): number {
  const [a, b] = [one, other].map((line) => line.split('.').map(Number));
  return (a?.[0] ?? 0) - (b?.[0] ?? 0) || (a?.[1] ?? 0) - (b?.[1] ?? 0);
}

/** @throws ApiError `bad_param` if apt does not offer the version. */
export function assertInstallable(version: string, offered: readonly MysqlVersion[]): void {
  if (offered.some((one) => one.version === version)) return;
  const choice = offered.map((one) => one.version).join(', ');
  throw badParam(
    `apt does not offer the version ${quote(version)}. ` +
      (choice === '' ? 'It offers none.' : `The parameter “version” should be one of: ${choice}.`),
  );
}
