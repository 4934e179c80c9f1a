// Writes, replaces or removes the file of a domain’s DKIM key. The store has the keys, so that nothing is lost.
import { defineStep } from '../../../../../core/plan.ts';
import { filesOf, isThere, pathOf, writeKey, type SealedKey } from '../key-files.ts';

export interface KeyChange {
  readonly domain: string;
  /** The key that signs until now. Null: none. */
  readonly before: SealedKey | null;
  /** Null: the mail of the domain is not signed any longer. */
  readonly after: SealedKey | null;
}

export default defineStep<KeyChange, { readonly wasThere: boolean }>({
  kind: 'authentication/change-key',
  describe: ({ domain, after }) =>
    `${after === null ? 'Remove' : 'Write'} the DKIM key of “${domain}”, “${pathOf(domain)}”.`,
  async prepare(machine, { domain, before, after }, sealer) {
    const known = [before, after].filter((key) => key !== null);
    return { wasThere: await isThere(await filesOf(machine), sealer, domain, known) };
  },
  async apply(machine, { input: { domain, after }, sealer }) {
    const files = await filesOf(machine);
    if (after === null) await files.remove(pathOf(domain));
    else await writeKey(files, sealer, { domain, ...after });
  },
  async undo(machine, { input: { domain, before }, memento: { wasThere }, sealer }) {
    const files = await filesOf(machine);
    await files.discard(pathOf(domain));
    if (wasThere && before !== null) await writeKey(files, sealer, { domain, ...before });
    else await files.remove(pathOf(domain));
  },
});
