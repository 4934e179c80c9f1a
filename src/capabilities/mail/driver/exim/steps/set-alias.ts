// Sets where mail for a user of the system goes. Fails if the file is no longer the one that the call read.
import { defineStep } from '../../../../../core/plan.ts';
import type { FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { oneChange } from '../../../../../ground/driver/step.ts';
import type { SystemAlias } from '../look-aliases.ts';
import { aliasStep } from '../system-aliases.ts';

interface Input extends SystemAlias {
  /** The file as the call has read it. */
  readonly text: string;
}

export default defineStep<Input, FileMemento>({ kind: 'exim/set-alias', ...oneChange(aliasStep) });
