// Lines of versions, such as `11.8`, from what packages and servers say.
import type { MysqlVersion } from '../../rules/mysql-versions.ts';

/** Returns the line of Debian’s version of a package, such as `1:11.8.3-0+deb13u1`. */
export function lineOf(packageVersion: string): string {
  return /^(?:\d+:)?(\d+\.\d+)/.exec(packageVersion)?.[1] ?? packageVersion;
}

/** Reads what the server says about itself, such as `11.8.3-MariaDB-0+deb13u1 from Debian`. */
export function runningVersion(said: string): MysqlVersion {
  return { server: said.includes('MariaDB') ? 'mariadb' : 'mysql', version: lineOf(said) };
}

/** @returns a negative number if the first is older. */
export function compareLines(one: string, other: string): number {
  const [a, b] = [one, other].map((line) => line.split('.').map(Number));
  return (a?.[0] ?? 0) - (b?.[0] ?? 0) || (a?.[1] ?? 0) - (b?.[1] ?? 0);
}
