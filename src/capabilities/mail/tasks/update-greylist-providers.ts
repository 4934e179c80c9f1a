// Looks the addresses of common mail providers up again, while greylisting is used.
import { ApiError } from '../../../core/errors.ts';
import { defineTask } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { ROLE } from '../driver/account.ts';
import * as settings from '../rules/greylisting/settings.ts';

const DAY_MS = 86_400_000;

export default defineTask({
  description: 'Look up the addresses of common mail providers for greylisting.',
  whenInterrupted: 'retry',
  timer: { everyMs: DAY_MS, hour: 3, keepsMinute: true, role: ROLE },

  async run(_input, { machine: { system }, transaction, callOwn, log }) {
    const isUsed = await transaction(
      'reads',
      async (db) => (await rolesOf({ db, system })).has(ROLE) && (await settings.read(db)).is_enabled === 1,
    );
    if (!isUsed) return {};
    const { metadata, data } = await callOwn({ command: '--update-greylist-providers', args: [] });
    if (metadata.result !== 1) throw new ApiError('host_failed', metadata.reason);
    const { failed = {} } = (data ?? {}) as { readonly failed?: Readonly<Record<string, string>> };
    for (const [provider, reason] of Object.entries(failed)) log(`${provider}: ${reason}`);
    return { failed: Object.keys(failed) };
  },
});
