// Finds the PHP versions of the machine, by their programs. A version counts if its PHP-FPM is installed: Debian’s, and
// those of other repositories that follow its layout.
import type { Machine } from '../../../core/machine.ts';
import type { PhpVersion } from '../rules/versions.ts';

/** `php-fpm8.4`, `php8.4`, `php-cgi8.4` */
const PROGRAM = /^php(-fpm|-cgi|)(\d\.\d{1,2})$/;

/** The oldest first. */
export async function findVersions(machine: Pick<Machine, 'tools'>): Promise<PhpVersion[]> {
  const programs = new Set(await (await machine.tools([])).find(PROGRAM));
  const releases = [...programs].flatMap((name) => {
    const [, kind, release] = PROGRAM.exec(name) ?? [];
    return kind === '-fpm' && release !== undefined ? [release] : [];
  });
  const installed = (name: string) => (programs.has(name) ? name : undefined);
  return releases.sort(byAge).map((release) => ({
    id: `ea-php${release.replace('.', '')}`,
    release,
    unit: `php${release}-fpm`,
    fpm: `php-fpm${release}`,
    cli: installed(`php${release}`),
    cgi: installed(`php-cgi${release}`),
    configuration: `/etc/php/${release}`,
  }));
}

/** The CGI programs that are installed, also of versions without PHP-FPM. */
export async function findCgiPrograms(machine: Pick<Machine, 'tools'>): Promise<ReadonlySet<string>> {
  return new Set(await (await machine.tools([])).find(/^php-cgi\d\.\d{1,2}$/));
}

function byAge(a: string, b: string): number {
  const [one, two] = [a, b].map((release) => release.split('.').map(Number));
  return (one?.[0] ?? 0) - (two?.[0] ?? 0) || (one?.[1] ?? 0) - (two?.[1] ?? 0);
}
