// The texts of the Debian package that follow from its version and contents.

/** As in LICENSE. They have no common email address, and an invented one would mislead. */
const AUTHORS = 'the whmapi1 authors';

/** Who builds the package for others, from the variables of Debian’s tools. Undefined if they are not set. */
const builder =
  process.env.DEBFULLNAME === undefined || process.env.DEBEMAIL === undefined
    ? undefined
    : `${process.env.DEBFULLNAME} <${process.env.DEBEMAIL}>`;

/** The field Maintainer in DEBIAN/control. */
export const maintainer = builder ?? AUTHORS;

/** Overrides for what lintian reports because of the missing address. */
export function withoutAddress(name: string): string {
  return builder === undefined
    ? `${name}: maintainer-address-missing\n${name}: bogus-mail-host-in-debian-changelog *\n`
    : '';
}

export interface Contents {
  readonly version: string;
  readonly architecture: string;
  readonly kilobytes: number;
  /** Dependencies of the native addon, as in the field Depends. */
  readonly libraries: string;
}

/**
 * DEBIAN/control. The tools in Depends create users, their crontabs and quotas; those in Recommends are needed by single
 * functions.
 */
export function control({ version, architecture, kilobytes, libraries }: Contents): string {
  return `Package: whmapi1
Version: ${version}
Architecture: ${architecture}
Maintainer: ${maintainer}
Installed-Size: ${kilobytes}
Depends: nodejs (>= 20.19), ${libraries}, init-system-helpers (>= 1.52), passwd, procps
Recommends: cron, dbus, nftables, quota
Suggests: bash-completion, postgresql-client
Section: admin
Priority: optional
Description: open implementation of cPanel's WHM API 1 on plain Linux
 The command whmapi1 and the HTTPS server whmapi1d provide functions of WHM
 API 1 without cPanel & WHM: two-factor authentication, accounts, packages,
 resellers, API tokens and brute-force protection. Command line, responses,
 JSON and XML API are those that existing scripts and billing systems use.
`;
}

/** @param seconds since the epoch. */
export function changelog(name: string, version: string, seconds: number): string {
  const date = new Date(seconds * 1000).toUTCString().replace('GMT', '+0000');
  return `${name} (${version}) unstable; urgency=medium

  * Release ${version}. /usr/share/doc/whmapi1/CHANGELOG.md.gz lists the changes.

 -- ${builder ?? `${AUTHORS} <>`}  ${date}
`;
}

/** https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/ */
export function copyright(licence: string, notices: string): string {
  const [, holder = ''] = /Copyright \(c\) (.*)/i.exec(licence) ?? [];
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: whmapi1
Comment: The packages that are bundled into the program have these licences:
${indented(withoutCommonLicences(notices))}

Files: *
Copyright: ${holder}
License: Expat
${indented(licence.replace(/^[^]*?(?=Permission)/, ''))}
`;
}

/** Debian has the text of the Apache License on every machine, so a package refers to it (Debian Policy, 12.5). */
function withoutCommonLicences(notices: string): string {
  return notices.replace(
    /^ *Apache License\n *Version 2\.0,[^]*?\n *limitations under the License\.$/gm,
    'The text of the Apache License, version 2.0, is in /usr/share/common-licenses/Apache-2.0.',
  );
}

/** As the continuation of a field. */
function indented(text: string): string {
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) => (line.trim() === '' ? ' .' : ` ${line.replaceAll('\t', '  ')}`))
    .join('\n');
}
