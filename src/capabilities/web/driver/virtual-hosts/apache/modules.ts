// The modules of Apache that the role WebServer enables and disables.
import { MachineError } from '../../../../../core/machine-error.ts';
import type { DriverPort } from '../../../../../ground/driver/file-driver.ts';
import { rejectionOf, type ApacheServer } from './control.ts';
import { MODULES } from './places.ts';

/** The modules that are enabled, by their names for a2enmod. */
export const MODULE_NAMES = [
  ...['ssl', 'http2', 'proxy', 'proxy_fcgi', 'setenvif', 'headers', 'rewrite', 'expires', 'actions', 'asis'],
  ...['deflate', 'filter', 'mime', 'dir', 'alias', 'env', 'autoindex', 'negotiation', 'auth_basic'],
  ...['authn_file', 'authz_user', 'authz_groupfile', 'access_compat', 'cgid', 'suexec'],
];

/** Apache needs one of them. The third one, mpm_prefork, is only there for modules that run programs inside Apache. */
const EVENT = 'mpm_event';
const PROCESS_MODELS = [EVENT, 'mpm_worker'];

/**
 * The modules that are disabled, and what each would let every account do by its .htaccess. A module comes before those
 * that it depends on.
 */
const UNSAFE: readonly (readonly [name: RegExp, what: string])[] = [
  [/^php\d[\d.]*$/, 'runs the PHP programs of every account as Apache’s own user, who reads all websites'],
  [/^(?:perl|python|lua)$/, 'runs programs of every account as Apache’s own user, who reads all websites'],
  [/^(?:status|info)$/, 'shows every account the requests or the configuration of all websites'],
  [/^proxy_balancer$/, 'lets every account change how Apache distributes requests'],
  [/^userdir$/, 'serves the files of accounts outside of their own virtual hosts'],
  [/^mpm_prefork$/, 'is the process model for such modules, and cannot serve HTTP/2'],
];

export interface ModuleChanges {
  readonly enable: readonly string[];
  readonly disable: readonly string[];
}

/** What differs from the modules that the role needs. Nothing in a sandbox. */
export async function moduleChanges({ files, services }: DriverPort): Promise<ModuleChanges> {
  if (!services.isSupported) return { enable: [], disable: [] };
  const names = (await files.list(MODULES))
    .filter((file) => file.endsWith('.load'))
    .map((file) => file.slice(0, -'.load'.length));
  const disable = UNSAFE.flatMap(([name]) => names.filter((one) => name.test(one)));
  const models = names.some((name) => PROCESS_MODELS.includes(name)) ? [] : [EVENT];
  return { enable: [...models, ...MODULE_NAMES].filter((name) => !names.includes(name)), disable };
}

/** They run inside of Apache’s processes, and may have changed them. */
const INTERPRETERS = /^(?:php\d[\d.]*|perl|python|lua)$/;

/**
 * Why Apache must be restarted for these changes. Undefined: a reload is enough, which loads and unloads modules. It would
 * end Apache if its process model changed.
 */
export function restartReason({ enable, disable }: ModuleChanges): string | undefined {
  const interpreter = disable.find((name) => INTERPRETERS.test(name));
  if (interpreter !== undefined) return `the module ${interpreter} ran in its processes`;
  const model = [...enable, ...disable].find((name) => name.startsWith('mpm_'));
  return model === undefined ? undefined : 'its process model is another one';
}

/** Why a module of `disable` is not safe, as the rest of a sentence. */
export function dangerOf(module: string): string {
  return UNSAFE.find(([name]) => name.test(module))?.[1] ?? '';
}

/**
 * Changes the modules that are read at the next restart.
 * @throws MachineError `failed`, with the modules as they were, if the configuration needs one that is not safe.
 */
export async function changeModules(
  server: ApacheServer,
  port: DriverPort,
  { enable, disable }: ModuleChanges,
): Promise<void> {
  const run = async (off: readonly string[], on: readonly string[]) => {
    if (off.length > 0) await port.tools.run('a2dismod', ['--quiet', ...off]);
    if (on.length > 0) await port.tools.run('a2enmod', ['--quiet', ...on]);
  };
  const before = disable.length === 0 ? undefined : await rejectionOf(server, port);
  if (before !== undefined) throw before;
  await run(disable, enable);
  const rejected = await rejectionOf(server, port);
  if (rejected === undefined) return;
  await run(enable, disable.toReversed());
  throw new MachineError(
    'failed',
    disable.length === 0
      ? rejected.message
      : `Apache cannot do without ${disable.join(' and ')} yet, which accounts could abuse. ` +
          `Remove what needs it from the configuration, and then activate the profile again. ${rejected.message}`,
  );
}
