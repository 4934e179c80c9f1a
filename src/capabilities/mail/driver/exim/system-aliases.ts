// Changes where mail for users of the system goes.
import { digestOf, FileSteps, type FileDriver } from '../../../../ground/driver/file-driver.ts';
import { ALIASES_FILE, withAlias, type SystemAlias } from './look-aliases.ts';

interface DesiredAlias extends SystemAlias {
  /** The file as it was found. */
  readonly text: string;
}

const driver: FileDriver<DesiredAlias> = {
  name: 'Exim',
  directories: ['/etc'],
  tools: [],
  suits: () => Promise.resolve(true),
  folders: [],
  files: ({ text, ...alias }) => [
    {
      path: ALIASES_FILE,
      content: withAlias(text, alias),
      attributes: { mode: 0o644 },
      replaces: text === '' ? null : digestOf(text),
    },
  ],
  check: () => Promise.resolve(),
  reloads: () => Promise.resolve([]),
  healthy: () => Promise.resolve(),
  isDown: () => false,
};

const steps = new FileSteps(driver);

export const aliasStep = (desired: DesiredAlias) =>
  steps.step('aliases', `Set where mail for “${desired.user}” goes, in “${ALIASES_FILE}”.`, desired);
