// The server itself: our part of its configuration, and the one line in the administrator's file that includes it.
import type { FileAttributes } from '../../../core/machine-daemons.ts';
import { MachineError } from '../../../core/machine-error.ts';
import { digestOf, type DesiredFile, type FileDriver } from '../../file-driver.ts';
import type { ServerOptions } from '../contract.ts';
import { writeCatalog } from './catalog.ts';
import { common, controlOf, RECONFIGURATION, type Context } from './common.ts';
import { CATALOG, FIRST_STATEMENT, KEYS, LOCAL, OURS, POLICIES, readable } from './places.ts';
import { renderPolicies } from './policies.ts';
import { includeOurs, renderKeys, renderServer, TRANSFER } from './render.ts';

export interface DesiredServer {
  readonly options: ServerOptions;
  /** The administrator's file, as it was read; undefined if there is none. */
  readonly local: string | undefined;
  /** Its owner and mode, which it keeps. */
  readonly localAttributes: FileAttributes;
  /** The catalog zone, if the options ask for one. */
  readonly catalog: string;
}

export function serverDriver(context: Context): FileDriver<DesiredServer> {
  return {
    ...common,
    files,
    // named-checkconf wants the whole configuration: it is asked if named refuses it, and everything is taken back.
    check: () => Promise.resolve(),
    async reloads(_desired, changes, port) {
      const control = await controlOf(port, context);
      const isServed = await control.isServed();
      const run = async () => {
        if (isServed) await control.reconfigure();
        await writeCatalog(port, isServed ? control : undefined);
      };
      return changes.length === 0 ? [] : [{ key: RECONFIGURATION, run }];
    },
    async healthy(_desired, _changes, port) {
      const control = await controlOf(port, context);
      if (!(await control.isServed())) return;
      // The line may be in a comment.
      if ((await control.effectiveConfiguration()).includes(`"${TRANSFER}"`)) return;
      throw new MachineError('failed', `The line in “${LOCAL}” that includes “${OURS}” has no effect.`);
    },
  };
}

function files(
  { options, local, localAttributes, catalog }: DesiredServer,
  locate: (path: string) => string,
): DesiredFile[] {
  const replaces = local === undefined ? null : digestOf(local);
  return [
    { path: FIRST_STATEMENT, content: '// Zones follow.\n', attributes: readable },
    { path: KEYS, content: renderKeys(options.keys), attributes: readable, isSecret: true },
    { path: POLICIES, content: renderPolicies(), attributes: readable },
    { path: CATALOG, content: options.catalog === null ? null : catalog, attributes: readable },
    { path: OURS, content: renderServer(options, locate), attributes: readable },
    {
      path: LOCAL,
      content: includeOurs(local ?? '', locate),
      attributes: localAttributes,
      replaces,
    },
  ];
}
