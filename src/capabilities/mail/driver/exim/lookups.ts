// The files that Exim looks into at each message. It needs no reload for them.
import { FileSteps, type DesiredFile, type FileDriver } from '../../../../ground/driver/file-driver.ts';
import { folder, FOLDER, readable } from './places.ts';

export interface DesiredLookups {
  readonly username: string;
  /** The content of files, by `domains/bob.example`. Null removes one. */
  readonly files: readonly (readonly [name: string, content: string | null])[];
}

const driver: FileDriver<DesiredLookups> = {
  name: 'Exim',
  directories: ['/etc/exim4'],
  tools: [{ name: 'exim4' }],
  suits: async ({ tools, services }) => !services.isSupported || tools.has('exim4'),
  folders: [],
  furtherFolders: ({ files }) => {
    const names = new Set(files.map(([name]) => name.slice(0, name.indexOf('/'))));
    return [
      { path: '/etc/exim4', attributes: { mode: 0o755 } },
      { path: FOLDER, attributes: folder },
      ...[...names].map((name) => ({ path: `${FOLDER}/${name}`, attributes: folder })),
    ];
  },
  files: ({ files }) =>
    files.map(([name, content]): DesiredFile => ({
      path: `${FOLDER}/${name}`,
      content,
      attributes: readable,
    })),
  check: () => Promise.resolve(),
  reloads: () => Promise.resolve([]),
  healthy: () => Promise.resolve(),
  isDown: () => false,
};

const steps = new FileSteps(driver);

export const lookupStep = (desired: DesiredLookups) =>
  steps.step(`exim ${desired.username}`, `Change Exim’s files of “${desired.username}”.`, desired);
