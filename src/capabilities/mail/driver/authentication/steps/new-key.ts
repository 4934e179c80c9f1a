// Writes the file of a new domain’s DKIM key. Its record is in the first zone, and the outcome stores the key.
import { defineStep } from '../../../../../core/plan.ts';
import { filesOf, isThere, pathOf, writeKey } from '../key-files.ts';

export interface NewKey {
  readonly domain: string;
  readonly username: string;
  /** The private key, encrypted, in Base64. */
  readonly sealed: string;
  /** The text to which the encryption binds it. */
  readonly purpose: string;
  readonly publicKey: string;
}

export default defineStep<NewKey, undefined, Omit<NewKey, 'purpose'>>({
  kind: 'authentication/new-key',
  describe: ({ domain }) => `Write the DKIM key of “${domain}”, “${pathOf(domain)}”.`,
  async prepare(machine, { domain, ...key }, sealer) {
    await isThere(await filesOf(machine), sealer, domain, [key]);
  },
  async apply(machine, { input: { purpose, ...key }, sealer }) {
    await writeKey(await filesOf(machine), sealer, { ...key, purpose });
    return key;
  },
  async undo(machine, { input: { domain } }) {
    const files = await filesOf(machine);
    await files.discard(pathOf(domain));
    await files.remove(pathOf(domain));
  },
});
