// Debian's WordPress as the website of an account, with the database that the account makes for it, and one post.
import type { Machine } from '../machine/machine.ts';

/** The path of the post is `/2026/a-post/`, and its text is “the post of the victim”. */
export function installWordPress(machine: Machine, username: string): void {
  const home = `/home/${username}/public_html`;
  machine.sh(`apt-get install -y --no-install-recommends wordpress
    cp -rL /usr/share/wordpress/. ${home}/ && rm ${home}/wp-config.php && chown -R ${username}: ${home}/*`);
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
  machine.run('runuser', [...asUser, 'tee', `${home}/wp-config.php`], { input: configuration });
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
