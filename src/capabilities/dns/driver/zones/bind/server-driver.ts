// The configuration of the server: our files, and the one line in the administrator's file that includes them.
import type { FileAttributes } from '../../../../../core/machine-daemons.ts';
import { MachineError } from '../../../../../core/machine-error.ts';
import { digestOf, type DesiredFile, type FileDriver } from '../../../../../ground/driver/file-driver.ts';
import type { ServerOptions } from '../contract.ts';
import { common, controlOf, reconfiguration, type Context } from './common.ts';
import type { Control } from './control.ts';
import {
  CATALOG,
  FIRST_STATEMENT,
  KEYS,
  LOCAL,
  OPTIONS,
  OUR_OPTIONS,
  OURS,
  POLICIES,
  readable,
} from './places.ts';
import { renderPolicies } from './policies.ts';
import {
  FIRST,
  includeOurOptions,
  includeOurs,
  renderKeys,
  renderOptions,
  renderServer,
  TRANSFER,
} from './render.ts';

/** A file of the administrator, as it was read. */
export interface FoundFile {
  /** Undefined if the file does not exist. */
  readonly text: string | undefined;
  /** The owner and mode, which the file keeps. */
  readonly attributes: FileAttributes;
}

export interface DesiredServer {
  readonly options: ServerOptions;
  /** `named.conf.local`. */
  readonly local: FoundFile;
  /** `named.conf.options`. */
  readonly block: FoundFile;
  /** The catalog zone, if the options request one. */
  readonly catalog: string;
}

export function serverDriver(context: Context): FileDriver<DesiredServer> {
  return {
    ...common,
    files,
    // named-checkconf needs the whole configuration. It runs only if named rejects that, and everything is undone then.
    check: () => Promise.resolve(),
    async reloads({ options: { catalog } }, changes, port) {
      const control = await controlOf(port, context);
      if (changes.length === 0) return [];
      const isServed = await control.isServed();
      const needed = [reconfiguration(port, isServed ? control : undefined)];
      // A secondary that was not allowed to copy until now tries again after the notification.
      if (isServed && catalog !== null)
        needed.push({ key: `bind notify ${catalog}`, run: () => notify(catalog, control) });
      return needed;
    },
    async healthy({ options: { primaries = [] } }, _changes, port) {
      const control = await controlOf(port, context);
      if (!(await control.isServed())) return;
      // The line might be inside a comment.
      const effective = await control.effectiveConfiguration();
      if (!effective.includes(`"${TRANSFER}"`)) {
        throw new MachineError('failed', `The line in “${LOCAL}” that includes “${OURS}” has no effect.`);
      }
      if (primaries.some(({ catalog }) => !effective.includes(`zone "${catalog}" default-primaries`))) {
        throw new MachineError(
          'failed',
          `The line in “${OPTIONS}” that includes “${OUR_OPTIONS}” has no effect.`,
        );
      }
    },
  };
}

async function notify(catalog: string, control: Control): Promise<void> {
  await control.rndc(['notify', catalog]);
}

/** The files that belong to this program alone. Its zones and their statements are in further ones. */
export const ownFiles = (
  options: ServerOptions,
  locate: (path: string) => string,
): readonly (DesiredFile & { readonly content: string })[] => [
  { path: FIRST_STATEMENT, content: FIRST, attributes: readable },
  { path: KEYS, content: renderKeys(options.keys), attributes: readable, isSecret: true },
  { path: POLICIES, content: renderPolicies(), attributes: readable },
  { path: OUR_OPTIONS, content: renderOptions(options, locate), attributes: readable },
  { path: OURS, content: renderServer(options, locate), attributes: readable },
];

function files(
  { options, local, block, catalog }: DesiredServer,
  locate: (path: string) => string,
): DesiredFile[] {
  const edits = editsOfOptions(options, block, locate);
  return [
    { path: CATALOG, content: options.catalog === null ? null : catalog, attributes: readable },
    ...ownFiles(options, locate).filter(({ path }) => path !== OUR_OPTIONS || edits.length > 0),
    ...edits,
    edited(LOCAL, local, includeOurs(local.text ?? '', locate)),
  ];
}

/** Empty on a server that copies no zones and never did: the administrator's options are not touched. */
function editsOfOptions(
  options: ServerOptions,
  { text = '', ...found }: FoundFile,
  locate: (path: string) => string,
): DesiredFile[] {
  const after = includeOurOptions(text, locate);
  if ((options.primaries ?? []).length === 0 && after !== text) return [];
  if (after === undefined) {
    throw new MachineError(
      'failed',
      `“${OPTIONS}” has no line “options {”. To copy the zones of other servers, put this line into the options of ` +
        `BIND, in that file: include "${locate(OUR_OPTIONS)}";`,
    );
  }
  return [edited(OPTIONS, { ...found, text }, after)];
}

/** A file of the administrator, with a line of ours. */
function edited(path: string, { text, attributes }: FoundFile, content: string): DesiredFile {
  return { path, content, attributes, replaces: text === undefined ? null : digestOf(text) };
}
