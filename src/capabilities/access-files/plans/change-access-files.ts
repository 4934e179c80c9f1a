// Replaces files of an account that configure its website, such as .htaccess.
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import write from '../driver/steps/write.ts';

const change = defineChange<null>({
  kind: 'change-access-files',
  // The account's files alone have it.
  store: async () => undefined,
});
export default change;

export interface ChangedFile {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

export function changeAccessFiles(name: string, files: readonly ChangedFile[]): Plan {
  const changed = files.filter(({ before, after }) => before !== after);
  return change.plan(null, {
    locks: [exclusive(`account ${name}`)],
    steps: changed.length === 0 ? [] : [write.plan({ name, files: changed })],
  });
}
