// Writes and removes the certificates with which mail servers answer at the names of an account.
import { defineStep } from '../../../../../core/plan.ts';
import { linesOfDiff } from '../../../../../ground/driver/diffs.ts';
import type { FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { certificateStep, describe, type CertificateChange } from '../certificates.ts';

export default defineStep<CertificateChange, FileMemento>({
  kind: 'tls/change-certificates',
  describe,
  preview: async (machine, input, sealer) =>
    linesOfDiff(await (await certificateStep(input, sealer)).preview(machine)),
  prepare: async (machine, input, sealer) => (await certificateStep(input, sealer)).prepare(machine),
  apply: async (machine, { input, memento, sealer }) =>
    (await certificateStep(input, sealer)).apply(machine, memento),
  // Its keys are not needed to restore what was there.
  undo: async (machine, { input, memento, sealer }) =>
    (await certificateStep({ ...input, added: [] }, sealer)).undo(machine, memento),
});
