// Enables PHP-FPM for all virtual hosts that do not use it. A retry continues with those that are left.
import { ApiError } from '../core/errors.ts';
import { defineTask } from '../core/task.ts';
import { groupForCalls, toConvert } from '../model/php/conversion.ts';
import { hostsOf, readAccounts } from '../model/php/virtual-hosts.ts';

const root = { user: 'root', privileges: 'all' } as const;

export default defineTask<Record<string, never>>({
  description: 'Enable PHP-FPM for all virtual hosts.',
  whenInterrupted: 'retry',

  async run(_input, { call, log, progress, signal, transaction }) {
    const hosts = await transaction('reads', async (db) => hostsOf(await readAccounts(db, root, undefined)));
    const groups = groupForCalls(toConvert(hosts));
    const failed: string[] = [];
    let converted = 0;
    for (const [at, { username, version, servernames }] of groups.entries()) {
      signal.throwIfAborted();
      progress((100 * at) / groups.length, `Account ${at + 1} of ${groups.length}: ${username}`);
      const names = servernames.map((value) => ({ name: 'vhost', value }));
      const args = [{ name: 'version', value: version }, { name: 'php_fpm', value: '1' }, ...names];
      const { metadata } = await call({ command: 'php_set_vhost_versions', args });
      const list = servernames.join(', ');
      log(metadata.result === 1 ? `Converted: ${list}` : `Not converted: ${list}: ${metadata.reason}`);
      if (metadata.result === 1) converted += servernames.length;
      else failed.push(`${list}: ${metadata.reason}`);
    }
    if (failed.length > 0) {
      throw new ApiError('host_failed', `Not all virtual hosts could be converted. ${failed.join(' ')}`);
    }
    if (hosts.length > 0 && groups.length === 0) log('All virtual hosts already use PHP-FPM.');
    return { converted };
  },
});
