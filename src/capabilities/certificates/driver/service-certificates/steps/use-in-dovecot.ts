import { defineStep } from '../../../../../core/plan.ts';
import type { FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { oneChange } from '../../../../../ground/driver/step.ts';
import { dovecotStep } from '../dovecot.ts';

interface Input {
  readonly path: string;
}

export default defineStep<Input, FileMemento>({
  kind: 'service-certificates/use-in-dovecot',
  ...oneChange(({ path }) => dovecotStep(path)),
  describe: ({ path }) => `Have Dovecot use the certificate “${path}”.`,
});
