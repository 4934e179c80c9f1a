// Sends a tweak setting to the servers of the configuration cluster. Each gets it on its own, so one that cannot be
// reached does not stop the others. All get it again in a retry, which changes nothing for those that have it.
import { ApiError } from '../core/errors.ts';
import { defineTask, type TaskContext } from '../core/task.ts';
import type { PushedSetting } from '../model/config-cluster/pushes.ts';
import * as servers from '../model/config-cluster/servers.ts';
import * as settings from '../model/tweak-settings/settings.ts';

/** The setting may change while it is sent. */
const MAX_SENDS = 5;

export default defineTask<PushedSetting>({
  description: 'Send a setting to the servers of the configuration cluster.',
  whenInterrupted: 'retry',
  retries: { count: 5, delayMs: 5 * 60_000 },

  async run(setting, context) {
    const { log, progress, transaction } = context;
    const names = (await transaction('reads', servers.list)).map(({ name }) => name);
    let ended = 0;
    const outcomes = await Promise.all(
      names.map(async (name) => {
        const problem = await send(name, setting, context);
        log(problem === undefined ? `“${name}” has “${setting.key}” now.` : `“${name}”: ${problem}`);
        progress((100 * ++ended) / names.length, `${ended} of ${names.length} servers`);
        return { name, problem };
      }),
    );
    const failed = outcomes.filter(({ problem }) => problem !== undefined);
    if (failed.length > 0) {
      const list = failed.map(({ name, problem }) => `“${name}”: ${problem}`).join(' ');
      const count = `${failed.length} of ${names.length}`;
      throw new ApiError('remote_unreachable', `“${setting.key}” did not reach ${count} servers. ${list}`);
    }
    return { servers: names };
  },
});

/** @returns why it failed, as a sentence; undefined if the server has the present value. */
async function send(
  name: string,
  { module, key }: PushedSetting,
  { transaction, sealer, machine: { system }, callPeer, signal }: TaskContext,
): Promise<string | undefined> {
  const current = () => transaction('reads', (db) => settings.read({ db, system, sealer }, module, key));
  try {
    let value = await current();
    for (let sends = 1; ; sends++) {
      signal.throwIfAborted();
      const peer = await transaction('reads', (db) => servers.get({ db, sealer }, name));
      // push=0: that server does not send it on.
      const words = { module, key, value, push: '0' };
      const args = Object.entries(words).map(([word, text]) => ({ name: word, value: text }));
      // Setting the same value twice is harmless.
      const { metadata } = await callPeer(peer, { command: 'set_tweaksetting', args, isSafeToRepeat: true });
      if (metadata.result !== 1) return metadata.reason;
      const sent = value;
      value = await current();
      if (value === sent || sends === MAX_SENDS) return undefined;
    }
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === 'key_lost') throw error;
    // It was removed from the cluster meanwhile.
    return error.code === 'not_found' ? undefined : error.message;
  }
}
