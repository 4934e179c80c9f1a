// Implements --export-databases and --import-databases. They are functions that only root can call, and only on this
// server: they are in no list of functions, because WHM has none for it.
import { createApplication, root } from '../app/app.ts';
import {
  exportDatabases,
  lookForAccount,
  tellWhatIsLeftOut,
} from '../capabilities/databases/plans/export-databases.ts';
import {
  importDatabases,
  lookForImport,
  tellAboutDefiners,
  tellAboutMissing,
} from '../capabilities/databases/plans/import-databases.ts';
import { defineFunction, type AnyFunction } from '../core/define.ts';
import { dispatch } from '../core/dispatch.ts';
import type { Envelope } from '../core/envelope.ts';
import { existingAccount } from '../ground/rules/accounts/names.ts';

const directory = {
  type: 'string',
  required: true,
  pattern: {
    matches: /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._+@:%~,=-]{1,255})+$/,
    expects: 'an absolute path of letters, digits and ._+@:%~,=- without a trailing slash',
  },
} as const;

const exporting = defineFunction({
  name: '--export-databases',
  since: null,
  summary: 'Write the databases of an account to a directory.',
  access: 'root',
  effect: 'operates',
  params: {
    user: { ...existingAccount, required: true, doc: 'The account.' },
    directory: { ...directory, doc: 'The directory. It must not exist yet, or be empty.' },
  },
  returns: null,
  examples: [{ args: { user: 'bob', directory: '/root/bob' }, doc: 'Export the databases of bob.' }],
  look: ({ user }, context) => lookForAccount(context, user),
  async handler({ user, directory: path }, context, found) {
    context.plan(await exportDatabases(context, { username: user, directory: path }, found), (results) => {
      tellWhatIsLeftOut(context, results);
      return undefined;
    });
  },
});

const importing = defineFunction({
  name: '--import-databases',
  since: null,
  summary: 'Create the databases in a directory for an account.',
  access: 'root',
  effect: 'operates',
  params: {
    user: { ...existingAccount, required: true, doc: 'The account.' },
    directory: { ...directory, doc: 'The directory of an export, or an unpacked cpmove archive.' },
  },
  returns: null,
  examples: [{ args: { user: 'bob', directory: '/root/bob' }, doc: 'Import the databases of bob.' }],
  look: ({ user: username, directory: path }, context) =>
    lookForImport(context, { username, directory: path }),
  async handler({ user: username, directory: path }, context, found) {
    context.plan(await importDatabases(context, { username, directory: path }, found), (results) => {
      tellAboutDefiners(context, results);
      tellAboutMissing(context, results);
      return undefined;
    });
  },
});

const functions: Readonly<Record<string, AnyFunction>> = Object.fromEntries(
  [exporting, importing].map((one) => [one.name, one]),
);

/** For the engine. */
export const findAdministration = (name: string): Promise<AnyFunction | undefined> =>
  Promise.resolve(Object.hasOwn(functions, name) ? functions[name] : undefined);

/** Runs one of the commands. @throws ApiError `store_insecure`, `store_unavailable`. */
export async function administerDatabases(
  environment: Readonly<Record<string, string | undefined>>,
  command: '--export-databases' | '--import-databases',
  { user, directory: path, dryRun }: { user: string; directory: string; dryRun: boolean },
): Promise<Envelope> {
  const application = createApplication(environment);
  const args = Object.entries({ user, directory: path }).map(([name, value]) => ({ name, value }));
  try {
    return await dispatch({ command, args, dryRun }, root, {
      ...application.engine,
      find: findAdministration,
    });
  } finally {
    application.close();
  }
}
