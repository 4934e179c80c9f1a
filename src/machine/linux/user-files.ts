// How the helper process of a user is started: with the user's groups, and without any way to gain privileges.
import { execPath } from 'node:process';
import type { MachineUser, MachineUsers } from '../../core/machine.ts';
import type { MachineUserFiles } from '../../core/machine-user-files.ts';
import { assertNotSystemUser, userNotFound } from '../../core/machine-values.ts';
import type { Started } from '../user-files/helper-process.ts';
import { Helpers } from '../user-files/helpers.ts';
import { RemoteFiles } from '../user-files/remote-files.ts';
import { environment } from './environment.ts';

/** It works in parts, so that it needs little memory even for large files. A list of 100,000 files needs the most. */
const HEAP_MEBIBYTES = 256;

export class LinuxUserFiles {
  readonly #users: MachineUsers;
  readonly #bases: readonly string[];
  readonly #helpers = new Helpers();
  /** For content that arrives as slowly as a client sends it: it does not keep other work waiting. */
  readonly #receivers = new Helpers();
  readonly #program: () => string;

  /** @param program the built `user-files/start.ts`, which every user can read. */
  constructor(users: MachineUsers, bases: readonly string[], program: () => string) {
    this.#users = users;
    this.#bases = bases;
    this.#program = program;
  }

  /** @throws MachineError `not_found`; `not_ours` for a system user. */
  async of(name: string): Promise<MachineUserFiles> {
    const user = await this.#users.find(name);
    if (user === undefined) throw userNotFound(name);
    assertNotSystemUser(user, this.#bases);
    return new RemoteFiles(user, { work: this.#helpers, content: this.#receivers }, (one) =>
      startOf(one, this.#program()),
    );
  }
}

/** @param program the script that Node runs. */
export function startOf({ uid, gid }: Pick<MachineUser, 'uid' | 'gid'>, program: string): Started {
  // The bounding set stays: the server’s unit may not change it, and with no_new_privs it gives nothing.
  const rights = [
    ...[`--reuid=${uid}`, `--regid=${gid}`, '--init-groups'],
    ...['--no-new-privs', '--inh-caps=-all', '--ambient-caps=-all'],
    // If this program is killed, the helper is too.
    '--pdeathsig=KILL',
  ];
  const node = [execPath, `--max-old-space-size=${HEAP_MEBIBYTES}`, program];
  return { program: 'setpriv', words: [...rights, '--', ...node], environment };
}
