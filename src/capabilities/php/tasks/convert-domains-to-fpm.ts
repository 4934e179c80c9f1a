// Enables PHP-FPM for all virtual hosts that do not use it. A retry continues with those that are left.
import { ApiError } from '../../../core/errors.ts';
import { defineTask } from '../../../core/task.ts';
import { groupForCalls, isCurrent, toConvert } from '../rules/conversion.ts';
import { hostsOf, readAccounts } from '../rules/virtual-hosts.ts';

/** How often the virtual hosts are read again because another call changed them meanwhile. */
const MAX_READS = 100;

const root = { user: 'root', privileges: 'all' } as const;

export default defineTask<Record<string, never>>({
  description: 'Enable PHP-FPM for all virtual hosts.',
  whenInterrupted: 'retry',

  async run(_input, { callIfCurrent, log, progress, signal, transaction }) {
    const read = () => transaction('reads', async (db) => hostsOf(await readAccounts(db, root, undefined)));
    const hosts = await read();
    const groups = groupForCalls(toConvert(hosts));
    const failed: string[] = [];
    let converted = 0;
    let readAgain = 0;
    for (const [at, group] of groups.entries()) {
      const { username, version, servernames } = group;
      signal.throwIfAborted();
      progress((100 * at) / groups.length, `Account ${at + 1} of ${groups.length}: ${username}`);
      const names = servernames.map((value) => ({ name: 'vhost', value }));
      const args = [{ name: 'version', value: version }, { name: 'php_fpm', value: '1' }, ...names];
      const list = servernames.join(', ');
      // The call sets the version too, so it would undo another call.
      const envelope = await callIfCurrent({ command: 'php_set_vhost_versions', args }, (db) =>
        isCurrent(db, group),
      );
      if (envelope === undefined && ++readAgain <= MAX_READS) {
        log(`Changed by another call meanwhile: ${list}`);
        const present = (await read()).filter(({ host }) => servernames.includes(host.servername));
        groups.push(...groupForCalls(toConvert(present)));
        continue;
      }
      const { metadata } = envelope ?? { metadata: { result: 0, reason: 'Other calls keep changing it.' } };
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
