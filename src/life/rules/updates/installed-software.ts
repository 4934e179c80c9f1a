// The names that WHM has for software, and Debian’s packages of it.
import type { SoftwareFact } from '../statistics.ts';

/** The first installed package counts. */
const packagesOf = {
  apache: ['apache2'],
  bind: ['bind9'],
  clamav: ['clamav', 'clamav-daemon'],
  cron: ['cron'],
  cronie: ['cronie'],
  dovecot: ['dovecot-core'],
  exim: ['exim4-base'],
  mailman: ['mailman3'],
  munin: ['munin'],
  nscd: ['nscd'],
  'openssh-server': ['openssh-server'],
  p0f: ['p0f'],
  powerdns: ['pdns-server'],
  proftpd: ['proftpd-core', 'proftpd-basic'],
  pureftpd: ['pure-ftpd'],
  roundcube: ['roundcube-core', 'roundcube'],
  rsyslog: ['rsyslog'],
  spamd: ['spamd', 'spamassassin'],
} as const;

type Packages = ReadonlyMap<string, string>;
export type SoftwareName = keyof typeof packagesOf;

/** As in WHM. */
export const ABSENT = '0';

const softwareNames = Object.keys(packagesOf) as SoftwareName[];

/** The version as dpkg has it: `1:9.20.11-4`. */
export function versionsOf(packages: Packages): Record<SoftwareName, string> {
  const versionOf = (names: readonly string[]) =>
    names.map((name) => packages.get(name)).find((version) => version !== undefined) ?? ABSENT;
  return Object.fromEntries(softwareNames.map((name) => [name, versionOf(packagesOf[name])])) as Record<
    SoftwareName,
    string
  >;
}

/** A database server: its line, such as `11.8`, and its whole version, such as `11.8.3`. */
export function databaseVersion(packages: Packages, pattern: RegExp): { line: string; build: string } {
  const build = [...packages]
    .filter(([name]) => pattern.test(name))
    .map(([, version]) => upstream(version))
    .sort(compareVersions)
    .at(-1);
  if (build === undefined) return { line: ABSENT, build: ABSENT };
  return { line: /^\d+(?:\.\d+)?/.exec(build)?.[0] ?? build, build };
}

/** What the statistics of accounts show. Undefined for software that is not installed. */
export function statisticsOf({
  kernel,
  machineType,
  packages,
}: {
  readonly kernel: string;
  readonly machineType: string;
  readonly packages: Packages;
}): Readonly<Record<SoftwareFact, string | undefined>> {
  const of = (name: string) => {
    const version = packages.get(name);
    return version === undefined ? undefined : upstream(version);
  };
  const { build } = databaseVersion(packages, /^(?:mariadb-server|(?:default-)?mysql-server(?:-\d[\d.]*)?)$/);
  return {
    apacheversion: of('apache2'),
    kernelversion: kernel,
    machinetype: machineType,
    mysqlversion: build === ABSENT ? undefined : build,
    operatingsystem: 'linux',
    perlversion: of('perl') ?? of('perl-base'),
  };
}

/** The versions of PHP that a web server can run, such as `8.4`, the oldest first. */
export function phpVersions(packages: Packages): string[] {
  const found = [...packages.keys()].flatMap((name) => {
    const [, fpm, module] = /^(?:php(\d+\.\d+)-(?:fpm|cgi)|libapache2-mod-php(\d+\.\d+))$/.exec(name) ?? [];
    return fpm ?? module ?? [];
  });
  return [...new Set(found)].sort(compareVersions);
}

/** Debian’s default version: that of the package `php`, such as `2:8.4+96`. */
export function defaultPhp(packages: Packages): string {
  return /(\d+\.\d+)/.exec(upstream(packages.get('php') ?? ''))?.[1] ?? ABSENT;
}

/** Each as `NAME=VERSION`, which apt-get install also takes. */
export function listed(packages: Packages, pattern = /^/): string[] {
  return [...packages].filter(([name]) => pattern.test(name)).map(([name, version]) => `${name}=${version}`);
}

/** Without the epoch and Debian’s revision (Debian Policy, section 5.6.12). */
function upstream(version: string): string {
  return version.replace(/^\d+:/, '').replace(/-[^-]*$/, '');
}

function compareVersions(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
