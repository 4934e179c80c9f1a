// Changes the files by which Exim knows an account: its domains, addresses and settings.
import { defineStep } from '../../../../../core/plan.ts';
import type { FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { oneChange } from '../../../../../ground/driver/step.ts';
import { lookupStep, type DesiredLookups } from '../lookups.ts';

export default defineStep<DesiredLookups, FileMemento>({
  kind: 'exim/change-files',
  ...oneChange(lookupStep),
});
