// Debian's WordPress as the website of an account, with the database that the account makes for it, and one post.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Machine } from '../machine/machine.ts';

const PACKAGES = ['wordpress', 'wordpress-theme-twentytwentyfour'];

/**
 * The machine has no network, so the packages are downloaded outside of it, and unpacked. What they link to in other
 * packages, such as scripts of the administration, is missing. The path of the post is `/2026/a-post/`, and its text is
 * “the post of the victim”.
 */
export function installWordPress(machine: Machine, username: string): void {
  const home = `/home/${username}/public_html`;
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-wordpress-'));
  try {
    execFileSync('apt-get', ['-q', 'download', ...PACKAGES], { cwd: folder, stdio: 'ignore' });
    for (const file of readdirSync(folder))
      execFileSync('dpkg', ['--extract', join(folder, file), machine.path('/srv/wordpress')]);
  } finally {
    rmSync(folder, { recursive: true });
  }
  machine.sh(`cd /srv/wordpress/usr/share/wordpress && rm -f wp-config.php .htaccess
    cp -a * ${home}/ && chown -hR ${username}: ${home}/*`);
  const { stdout } = machine.run('uapi', [
    ...[`--user=${username}`, '--output=json', 'Mysql', 'setup_db_and_user', 'prefix=wp'],
  ]);
  const { data } = (JSON.parse(stdout) as { result: { data: Readonly<Record<string, string>> } }).result;
  const configuration = `<?php
define('DB_NAME', '${data.database}');
define('DB_USER', '${data.database_user}');
define('DB_PASSWORD', '${data.database_user_password}');
define('DB_HOST', 'localhost');
// The machine has no network.
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
`;
  const asUser = ['-u', username, '--'];
  const written = machine.run('runuser', [...asUser, 'tee', `${home}/wp-config.php`], {
    input: configuration,
  });
  if (written.status !== 0) throw new Error(written.stderr);
  const installation = `<?php
$_SERVER['HTTP_HOST'] = '${username}.example';
define('WP_INSTALLING', true);
require '${home}/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('A site', 'admin', 'admin@${username}.example', true, '', 'correct horse battery staple 7');
update_option('permalink_structure', '/%year%/%postname%/');
wp_insert_post(['post_title' => 'A post', 'post_name' => 'a-post', 'post_status' => 'publish',
  'post_date' => '2026-01-02 03:04:05', 'post_content' => 'the post of the victim']);
flush_rewrite_rules();
`;
  const { status, stderr } = machine.run('runuser', [...asUser, 'php'], { input: installation });
  if (status !== 0) throw new Error(`WordPress was not installed: ${stderr}`);
}
