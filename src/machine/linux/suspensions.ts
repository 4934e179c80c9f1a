// Records the state of a user's account before it was suspended, so that it can be restored.
import type { MachineUser } from '../../core/machine.ts';
import { PrivateRecords } from './private-records.ts';

export interface Before {
  readonly isLocked: boolean;
  /** As in the shadow file: days since 1970-01-01, or empty. */
  readonly expiry: string;
}

export class Suspensions {
  readonly #records: PrivateRecords<Before & { readonly uid: number }>;

  constructor(folder: string) {
    this.#records = new PrivateRecords(folder);
  }

  /** Returns undefined also if the record is of a removed user with the same name. */
  async recall({ name, uid }: MachineUser): Promise<Before | undefined> {
    const kept = await this.#records.read(name);
    return kept?.uid === uid ? { isLocked: kept.isLocked, expiry: kept.expiry } : undefined;
  }

  /** Once this returns, a power cut doesn't lose the record. */
  remember({ name, uid }: MachineUser, before: Before): Promise<void> {
    return this.#records.write(name, { uid, ...before });
  }

  forget(name: string): Promise<void> {
    return this.#records.remove(name);
  }

  rename(from: string, to: string): Promise<void> {
    return this.#records.rename(from, to);
  }
}
