// The files with which issuers validate names by HTTP. Every virtual host serves them (`ground/driver/virtual-hosts/places.ts`).
import { setTimeout as wait } from 'node:timers/promises';
import type { MachineFiles } from '../../../../core/machine-daemons.ts';
import { CHALLENGES } from '../../../../ground/driver/virtual-hosts/places.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';

export class Challenges {
  readonly #files: MachineFiles;

  private constructor(files: MachineFiles) {
    this.#files = files;
  }

  static async open({ files: filesBelow }: Pick<DriverMachine, 'files'>): Promise<Challenges> {
    const files = await filesBelow([CHALLENGES]);
    await files.makeDirectory(CHALLENGES, { mode: 0o755 });
    return new Challenges(files);
  }

  /** Removes all files, such as those of a process that was killed. */
  async clear(): Promise<void> {
    for (const name of await this.#files.list(CHALLENGES)) await this.#files.remove(pathOf(name));
  }

  /** @throws TypeError for a token that is not Base64url. */
  async put(token: string, answer: string): Promise<void> {
    assertToken(token);
    await this.#files.write(pathOf(token), answer, { mode: 0o644 });
  }

  async remove(token: string): Promise<void> {
    assertToken(token);
    await this.#files.remove(pathOf(token));
  }
}

/** @throws the signal’s reason if it is aborted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
}

function assertToken(token: string): void {
  if (!/^[\w-]{1,256}$/.test(token)) throw new TypeError('Invalid token of a challenge.');
}

const pathOf = (token: string) => `${CHALLENGES}/${token}`;
