// PHP versions of a sandbox: programs below its own directory, which nothing runs.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Installation } from './installation.ts';

/** `releases`: such as 8.4. */
export function installPhp(here: Installation, ...releases: string[]): void {
  const folder = join(here.state, 'root/usr/sbin');
  mkdirSync(folder, { recursive: true });
  for (const release of releases) writeFileSync(join(folder, `php-fpm${release}`), '');
}

/** The CGI program of a version: `php-cgi8.4`. */
export function installCgi(here: Installation, release: string): void {
  const folder = join(here.state, 'root/usr/bin');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `php-cgi${release}`), '');
}

/** The pools of an account in PHP-FPM of a release. Undefined if it has none. */
export function poolFile(here: Installation, release: string, username: string): string | undefined {
  try {
    const folder = join(here.state, 'root/etc/php', release, 'fpm/pool.d');
    return readFileSync(join(folder, `whmapi1-${username}.conf`), 'utf8');
  } catch {
    return undefined;
  }
}

/** The names of the pools in a file. */
export function poolNames(text: string | undefined): string[] {
  return [...(text ?? '').matchAll(/^\[(.*)\]$/gm)].map(([, name = '']) => name);
}
