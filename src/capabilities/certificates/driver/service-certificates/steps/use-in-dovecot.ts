import { defineStep } from '../../../../../core/plan.ts';
import type { FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { dovecotStep } from '../dovecot.ts';

interface Input {
  readonly path: string;
}

export default defineStep<Input, FileMemento>({
  kind: 'service-certificates/use-in-dovecot',
  describe: ({ path }) => `Have Dovecot use the certificate “${path}”.`,
  async preview(machine, { path }) {
    const diff = await dovecotStep(path).preview(machine);
    return diff === '' ? [] : diff.trimEnd().split('\n');
  },
  prepare: (machine, { path }) => dovecotStep(path).prepare(machine),
  apply: (machine, { input: { path }, memento }) => dovecotStep(path).apply(machine, memento),
  undo: (machine, { input: { path }, memento }) => dovecotStep(path).undo(machine, memento),
});
