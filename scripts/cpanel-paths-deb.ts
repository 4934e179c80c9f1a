// Builds whmapi1-cpanel-paths_VERSION_all.deb: `npm run deb:cpanel-paths`. It has the paths that scripts for cPanel servers
// name: /usr/local/cpanel/bin/whmapi1, /scripts/suspendacct and others, in front of the commands of the package whmapi1.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { changelog, copyright, maintainer, withoutAddress } from './deb/documents.ts';
import { PackageTree } from './deb/tree.ts';

const NAME = 'whmapi1-cpanel-paths';
const SCRIPTS = `usr/lib/${NAME}/scripts`;
const DOCUMENTS = `usr/share/doc/${NAME}`;

/** The names of services in `restartsrv_NAME`, other than those of mail, which this program does not manage yet. */
const SERVICES = [
  ...['apache', 'apache_php_fpm', 'bind', 'cphulkd', 'cpsrvd', 'crond', 'httpd', 'mysql', 'named'],
  ...['postgres', 'postgresql', 'queueprocd', 'rsyslogd', 'sshd'],
];

const top = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as { version: string };
const { values: options } = parseArgs({ options: { output: { type: 'string', default: '.' } } });
const seconds = Number(
  process.env.SOURCE_DATE_EPOCH ?? execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: top }),
);
const tree = new PackageTree(top);
try {
  process.stdout.write(`${build()}\n`);
} finally {
  tree.remove();
}

/** @returns the package's path. */
function build(): string {
  for (const name of readdirSync(join(top, 'share/cpanel-paths/scripts')))
    tree.place(`share/cpanel-paths/scripts/${name}`, `${SCRIPTS}/${name}`, 0o755);
  for (const name of SERVICES) tree.symlink('restartsrv', `${SCRIPTS}/restartsrv_${name}`);
  tree.symlink('removeacct', `${SCRIPTS}/killacct`);
  tree.write(`${DOCUMENTS}/copyright`, copyright(readFileSync(join(top, 'LICENSE'), 'utf8'), 'None.'));
  tree.write(`${DOCUMENTS}/changelog.gz`, gzipSync(changelog(NAME, version, seconds), { level: 9 }));
  if (withoutAddress(NAME) !== '') tree.write(`usr/share/lintian/overrides/${NAME}`, withoutAddress(NAME));
  const kilobytes = tree.kilobytes();
  tree.placeSums();
  for (const script of ['postinst', 'prerm'])
    tree.place(`scripts/deb/cpanel-paths/${script}`, `DEBIAN/${script}`, 0o755);
  tree.write(
    'DEBIAN/control',
    `Package: ${NAME}
Version: ${version}
Architecture: all
Maintainer: ${maintainer}
Installed-Size: ${kilobytes}
Depends: whmapi1 (>= ${version})
Section: admin
Priority: optional
Description: paths of cPanel servers for the commands of whmapi1
 Scripts that were written for cPanel servers find the commands whmapi1, uapi
 and cpapi2 below /usr/local/cpanel/bin, and scripts such as suspendacct and
 restartsrv_httpd below /scripts. Only those are here whose function whmapi1
 provides.
`,
  );
  const file = resolve(options.output, `${NAME}_${version}_all.deb`);
  tree.build(seconds, file);
  return file;
}
