// The files with which issuers validate names by HTTP. Every virtual host serves them (`../virtual-hosts/places.ts`).
import { setTimeout as wait } from 'node:timers/promises';
import type { MachineFiles } from '../../core/machine-daemons.ts';
import { CHALLENGES } from '../virtual-hosts/places.ts';
import type { DriverMachine } from '../step.ts';

/** A file that a process has left behind when it died. */
const OLD_MS = 86_400_000;

export class Challenges {
  readonly #files: MachineFiles;

  private constructor(files: MachineFiles) {
    this.#files = files;
  }

  /** Removes files that nobody needs any more. */
  static async open({ files: filesBelow }: Pick<DriverMachine, 'files'>, now: number): Promise<Challenges> {
    const files = await filesBelow([CHALLENGES]);
    await files.makeDirectory(CHALLENGES, { mode: 0o755 });
    for (const name of await files.list(CHALLENGES)) {
      const facts = await files.facts(pathOf(name));
      if (facts?.kind === 'file' && facts.modifiedAt < now - OLD_MS) await files.remove(pathOf(name));
    }
    return new Challenges(files);
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
