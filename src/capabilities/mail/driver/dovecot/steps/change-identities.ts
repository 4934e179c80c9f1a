// Changes who can log in to Dovecot, and where their mail is.
import type { Machine } from '../../../../../core/machine.ts';
import { userNotFound } from '../../../../../core/machine-values.ts';
import { defineStep } from '../../../../../core/plan.ts';
import type { DesiredIdentity } from '../../../rules/desired.ts';
import { changeIdentities, findIdentities, type Identity } from '../identities.ts';
import { makeIdentityFolder } from '../prepare.ts';

interface Input {
  /** The account. */
  readonly username: string;
  /** All logins of these accounts are removed first. */
  readonly usernames?: readonly string[];
  /** These logins are removed first. */
  readonly addresses?: readonly string[];
  readonly added: readonly DesiredIdentity[];
}

export default defineStep<Input, readonly Identity[]>({
  kind: 'dovecot/change-identities',
  describe: ({ username, added }) => {
    const names = added.map(({ address }) => address);
    if (names.length === 0) return `Remove logins of “${username}” from Dovecot.`;
    const listed = names.length <= 5 ? names.join(', ') : `${names.length} logins`;
    return `Set logins of “${username}” in Dovecot: ${listed}.`;
  },
  prepare: (machine, { usernames = [], addresses = [], added }) =>
    findIdentities(machine, {
      usernames,
      addresses: [...addresses, ...added.map(({ address }) => address)],
    }),
  async apply(machine, { input: { username, usernames = [], addresses = [], added } }) {
    const ids = added.length === 0 ? undefined : await idsOf(machine, username);
    await makeIdentityFolder(machine);
    await changeIdentities(machine, {
      usernames,
      addresses: [...addresses, ...added.map(({ address }) => address)],
      added: ids === undefined ? [] : added.map((one) => ({ ...one, ...ids })),
    });
  },
  async undo(machine, { input: { usernames = [], addresses = [], added }, memento }) {
    await changeIdentities(machine, {
      usernames,
      addresses: [...addresses, ...added.map(({ address }) => address)],
      added: memento,
    });
  },
});

async function idsOf(machine: Machine, username: string): Promise<{ uid: number; gid: number }> {
  const user = await (await machine.users()).find(username);
  if (user === undefined) throw userNotFound(username);
  const { uid, gid } = user;
  return { uid, gid };
}
