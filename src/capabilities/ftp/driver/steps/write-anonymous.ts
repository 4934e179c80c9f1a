// Lets anybody use the public FTP folder of an account, or nobody.
import { defineStep } from '../../../../core/plan.ts';
import type { FileMemento } from '../../../../ground/driver/file-driver.ts';
import { oneChange } from '../../../../ground/driver/step.ts';
import { anonymousStep, type DesiredAnonymous } from '../proftpd/anonymous.ts';

export default defineStep<DesiredAnonymous, FileMemento>({
  kind: 'ftp/write-anonymous',
  ...oneChange(anonymousStep),
});
