// Runs in a machine as root: gives the files of accounts the form in which earlier versions wrote them, as if this program
// had been upgraded, and has Apache and PHP-FPM use them. No server may run. `earlier-form.cjs RELEASE`
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '../../support/installed-sqlite.ts';

const STATE = '/var/lib/whmapi1';
const ACCOUNTS = '/etc/apache2/whmapi1/accounts';
const SERVER = '/etc/apache2/conf-enabled/whmapi1.conf';
const [release = ''] = process.argv.slice(2);
const POOLS = `/etc/php/${release}/fpm/pool.d`;
const run = (program: string, ...words: string[]) => execFileSync(program, words, { encoding: 'utf8' });

/** The program notes the digest of each file that it wrote. */
function asWritten(path: string, text: string): void {
  const before = createHash('sha256').update(readFileSync(path)).digest('hex');
  writeFileSync(path, text);
  const after = createHash('sha256').update(text).digest('hex');
  for (const name of readdirSync(STATE, { recursive: true, encoding: 'utf8' })) {
    const file = join(STATE, name);
    if (!statSync(file).isFile() || statSync(file).size > 4096) continue;
    const noted = readFileSync(file, 'utf8');
    if (noted.includes(path) && noted.includes(before)) writeFileSync(file, noted.replaceAll(before, after));
  }
}

function earlierHosts(text: string): string {
  return text
    .replaceAll(/^\t*ProxyFCGISetEnvIf .*\n/gm, '')
    .replaceAll(/^\t*<IfModule mod_php\.c>\n.*\n\t*<\/IfModule>\n/gm, '')
    .replaceAll(
      /^(\t*)RewriteEngine On\n\t*RewriteCond "%\{ENV:REDIRECT_STATUS\}" "\^\$"\n\t*RewriteRule "\^\/\[\.\]whmapi1-" .*\n\t*ScriptAlias "\/\.whmapi1-cgi\/"[^]*?<FilesMatch "\[\.\]\(\?:cgi\|pl\)\$">\n.*\n\t*<\/FilesMatch>\n(\t*<\/IfModule>\n\t*<Directory "([^"]*)">\n(?:\t+\w.*\n)*)/gm,
      (_all, indent: string, end: string, root: string) =>
        `${indent}ScriptAlias "/cgi-bin/" "${root}/cgi-bin/"\n${end}${indent}Options +ExecCGI\n${indent}AddHandler cgi-script .cgi .pl\n`,
    );
}

for (const name of readdirSync(ACCOUNTS)) {
  const path = join(ACCOUNTS, name);
  asWritten(path, earlierHosts(readFileSync(path, 'utf8')));
}
for (const name of readdirSync(POOLS).filter((one) => /^whmapi1-.*\.conf$/.test(one))) {
  const path = join(POOLS, name);
  const text = readFileSync(path, 'utf8').replaceAll(
    /^listen\.(owner|group) = .*$/gm,
    'listen.$1 = www-data',
  );
  asWritten(path, text);
}
asWritten(SERVER, readFileSync(SERVER, 'utf8').replace(/^Group .*\n/m, ''));
run('dpkg-divert', '--quiet', '--local', '--rename', '--remove', `${POOLS}/www.conf`);
run('a2enmod', '--quiet', 'status');
run('systemctl', 'restart', `php${release}-fpm`, 'apache2');

const store = new DatabaseSync(join(STATE, 'store.db'), { timeout: 5_000 });
store.exec('UPDATE active_profile SET files_form = 1');
store.close();
