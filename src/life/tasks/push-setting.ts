// Sends a tweak setting, or settings of updates, to the servers of the configuration cluster. Each gets it on its own, so one that cannot be
// reached does not stop the others. All get it again in a retry, which changes nothing for those that have it.
import type { Db } from '../../core/context.ts';
import { ApiError } from '../../core/errors.ts';
import { defineTask, type TaskContext } from '../../core/task.ts';
import { readSettings } from '../../capabilities/software/driver/updates/look-updates.ts';
import type {
  PushedSetting,
  PushedUpdates,
} from '../../capabilities/settings/rules/config-cluster/pushes.ts';
import * as servers from '../../capabilities/settings/rules/config-cluster/servers.ts';
import * as settings from '../../capabilities/settings/rules/settings.ts';

/** The setting may change while it is sent. */
const MAX_SENDS = 5;

type Pushed = PushedSetting | PushedUpdates;

/** A call that sets what is pushed, on another server. */
interface Sending {
  readonly command: string;
  /** Reads the present values. */
  readonly words: () => Promise<Readonly<Record<string, string>>>;
}

export default defineTask<Pushed>({
  description: 'Send settings to the servers of the configuration cluster.',
  whenInterrupted: 'retry',
  retries: { count: 5, delayMs: 5 * 60_000 },

  async run(pushed, context) {
    const { log, progress, transaction } = context;
    const names = (await transaction('reads', servers.list)).map(({ name }) => name);
    const sending = 'updates' in pushed ? sendingOfUpdates(pushed, context) : sendingOf(pushed, context);
    const what = 'updates' in pushed ? pushed.updates.join(', ') : pushed.key;
    let ended = 0;
    const outcomes = await Promise.all(
      names.map(async (name) => {
        const problem = await send(name, sending, context);
        log(problem === undefined ? `“${name}” has “${what}” now.` : `“${name}”: ${problem}`);
        progress((100 * ++ended) / names.length, `${ended} of ${names.length} servers`);
        return { name, problem };
      }),
    );
    const failed = outcomes.filter(({ problem }) => problem !== undefined);
    if (failed.length > 0) {
      const list = failed.map(({ name, problem }) => `“${name}”: ${problem}`).join(' ');
      const count = `${failed.length} of ${names.length}`;
      throw new ApiError('remote_unreachable', `“${what}” did not reach ${count} servers. ${list}`);
    }
    return { servers: names };
  },
});

function sendingOf({ module, key }: PushedSetting, context: TaskContext): Sending {
  const { transaction, sealer, machine } = context;
  const read = (db: Db) => settings.read({ db, system: machine.system, sealer }, module, key);
  return {
    command: 'set_tweaksetting',
    words: async () => ({ module, key, value: await transaction('reads', read) }),
  };
}

function sendingOfUpdates({ updates }: PushedUpdates, { machine }: TaskContext): Sending {
  return {
    command: 'update_updateconf',
    words: async () =>
      Object.fromEntries(
        Object.entries(await readSettings(machine)).filter(([name]) => updates.includes(name)),
      ),
  };
}

/** @returns why it failed, as a sentence; undefined if the server has the present value. */
async function send(
  name: string,
  { command, words }: Sending,
  { transaction, sealer, callPeer, signal }: TaskContext,
): Promise<string | undefined> {
  try {
    let present = await words();
    for (let sends = 1; ; sends++) {
      signal.throwIfAborted();
      const peer = await transaction('reads', (db) => servers.get({ db, sealer }, name));
      // push=0: that server does not send it on.
      const args = Object.entries({ ...present, push: '0' }).map(([word, value]) => ({ name: word, value }));
      // Setting the same value twice is harmless.
      const { metadata } = await callPeer(peer, { command, args, isSafeToRepeat: true });
      if (metadata.result !== 1) return metadata.reason;
      const sent = JSON.stringify(present);
      present = await words();
      if (JSON.stringify(present) === sent || sends === MAX_SENDS) return undefined;
    }
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === 'key_lost') throw error;
    // It was removed from the cluster meanwhile.
    return error.code === 'not_found' ? undefined : error.message;
  }
}
