// The role SpamFilter: SpamAssassin’s daemon, which Exim asks.
import { configurationProblems } from '../../../../ground/driver/configuration-problems.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { assertNone, eachAccount } from '../../../../ground/driver/each-account.ts';
import type { RoleDriver, RoleWork } from '../../../../ground/driver/role.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { listUsernames } from '../../../accounts/rules/in-work.ts';
import { fileOf as preferencesFile } from '../../rules/spam/preferences.ts';
import * as settings from '../../rules/spam/settings.ts';
import { readState, spamOf } from '../../rules/state.ts';
import { lookupStep } from '../exim/lookups.ts';
import { SPAM_ROLE } from './account.ts';
import { CONFIGURATION, LIMITS, UNIT } from './places.ts';
import { spamdStep } from './server.ts';
import { writePreferences } from './steps/write-preferences.ts';

const DEBIAN_OPTIONS = '/etc/default/spamd';
const DEBIAN_DEFAULT = 'OPTIONS="--create-prefs --max-children 5 --helper-home-dir"';
/** A name for the step: no account has this one. */
const SERVER = 'spam filter';

export const spamRole: RoleDriver = {
  role: SPAM_ROLE,
  packages: ['spamd', 'spamassassin'],
  units: [UNIT],
  configure,

  async writeAccounts({ machine, transaction, locking }) {
    const usernames = await transaction('reads', listUsernames);
    const failures = await eachAccount(locking, usernames, async (username) => {
      const { preferences } = spamOf(await transaction('reads', (db) => readState(db, username)));
      const text = preferencesFile(preferences);
      if (text !== undefined) await writePreferences(machine, username, text);
    });
    assertNone(failures);
  },

  /** Exim no longer asks. */
  async release({ machine }) {
    const files = await machine.files(['/etc/exim4']);
    if ((await files.facts(settings.PATH)) !== undefined) await files.remove(settings.PATH);
  },

  examine,
};

/** Also follows what an administrator has set. Can be repeated. */
export async function configure({
  machine,
  transaction,
  log,
  changed,
}: Pick<RoleWork, 'machine' | 'transaction' | 'log' | 'changed'>): Promise<void> {
  await assertUnconfigured(machine);
  const [daemon, file] = await transaction('reads', async (db) => [
    await settings.read(db),
    await settings.fileOf(db),
  ]);
  for (const step of [spamdStep(daemon), lookupStep({ username: SERVER, files: [file] })]) {
    const diff = await step.preview(machine);
    await step.apply(machine, await step.prepare(machine));
    if (diff === '') log(`Nothing to change: ${step.description}`);
    else changed(step.description);
  }
}

/** Debian starts the daemon with a few options. Other options than the first ones are an administrator’s. */
async function assertUnconfigured(machine: DriverMachine): Promise<void> {
  const files = await machine.files(['/etc']);
  if ((await files.facts(LIMITS)) !== undefined) return;
  const options = /^OPTIONS=.*$/m.exec((await files.readText(DEBIAN_OPTIONS)) ?? '')?.[0];
  if (options === undefined || options === DEBIAN_DEFAULT) return;
  throw new MachineError(
    'failed',
    `SpamAssassin was configured by hand: “${DEBIAN_OPTIONS}” has other OPTIONS than Debian’s. whmapi1 would not use ` +
      `them. To allow it, write this line there: ${DEBIAN_DEFAULT}`,
  );
}

async function examine(machine: DriverMachine): Promise<readonly string[]> {
  const files = await machine.files(['/etc']);
  return configurationProblems(
    files,
    [CONFIGURATION, LIMITS].map((path) => ({ name: 'SpamAssassin', path })),
  );
}
