// The virtual hosts of accounts: a file for each account, which Apache includes.
import { checkTogether } from '../../../../../core/batches.ts';
import type { DesiredFile, DriverPort, FileDriver } from '../../../../../ground/driver/file-driver.ts';
import type { AccountWeb, ServedBefore } from '../contract.ts';
import { isWildcard } from '../../../../../core/wildcards.ts';
import { waitingFolder } from '../../../../php/driver/php-pools/waiting.ts';
import {
  MAIL_POLICIES,
  policyFile,
  SUSPENSIONS,
  suspensionOf,
} from '../../../../../ground/driver/virtual-hosts/places.ts';
import { logFolderOf } from '../logs.ts';
import { anywhere, common, reloadsOf, reloadsOfRemovals, requestedReloads } from './common.ts';
import type { ApacheServer } from './control.ts';
import { accountFile, closed, primaryFile, primaryTypes, readable, wildcardFile } from './places.ts';
import { domain, userName } from './apache-conf.ts';
import {
  renderAccount,
  renderPrimary,
  renderWildcard,
  unlessWaiting,
  type Locate,
  type Ports,
} from './render-account.ts';

export interface DesiredAccount {
  readonly username: string;
  /** Null to remove the virtual hosts: the change returns once their files are gone. */
  readonly web: AccountWeb | null;
  readonly before: ServedBefore;
  /** True if the change returns once a reload is requested, if Apache accepts the virtual hosts. */
  readonly isAddition?: true;
}

/** Several accounts share a reload. */
export function accountDriver(server: ApacheServer): FileDriver<readonly DesiredAccount[]> {
  /** Additions whose file Apache has accepted. */
  const accepted = new WeakSet<DesiredAccount>();
  return {
    ...common,
    furtherFolders: (accounts) =>
      accounts.filter(({ web }) => web !== null).map(({ username }) => logFolderOf(username)),
    async files(accounts, locate, port) {
      const isServed = await server.isServed(port);
      const find = anywhere(locate);
      return accounts.flatMap((account) => filesOf(account, find, { ports: server.ports, isServed }));
    },
    // Apache checks its whole configuration before each reload, which need not be waited for if it accepts an addition
    // alone. A file that it does not accept alone may need something in the rest of the configuration.
    async check(accounts, staged, port) {
      if (!(await server.isServed(port))) return;
      for (const account of accounts) {
        const path = staged.get(accountFile(account.username));
        if (account.isAddition !== true || path === undefined) continue;
        const isAccepted = (paths: readonly string[]) => acceptedOf(server, port, paths);
        if (
          await port.batches.run('apache additions', port.files.locate(path), isAccepted, { isPatient: true })
        )
          accepted.add(account);
      }
    },
    reloads(accounts, all, port) {
      const changes = all.filter(({ path }) => !isReadAtRequests(path));
      const isAdded = changes.every(({ before, after }) => before === null && after !== null);
      if (changes.every(({ after }) => after === null) && accounts.every(isRemoval))
        return reloadsOfRemovals(server, changes, port);
      return isAdded && accounts.every((account) => accepted.has(account))
        ? requestedReloads(server, port)
        : reloadsOf(server, changes, port);
    },
    // A reload returns once Apache works with the new configuration.
    healthy: () => Promise.resolve(),
  };
}

/** True for the files that Apache looks for, or sends, at each request. */
const isReadAtRequests = (path: string) =>
  [SUSPENSIONS, MAIL_POLICIES].some((folder) => path.startsWith(`${folder}/`));

const isRemoval = ({ web }: DesiredAccount) => web === null;

/** True if Apache accepts each of the files. Usually it accepts all of them, with one check. */
async function acceptedOf(
  server: ApacheServer,
  port: DriverPort,
  paths: readonly string[],
): Promise<readonly boolean[]> {
  const check = async (some: readonly string[]) => {
    if (!(await server.accepts(port, some))) throw new Error('Apache rejects them.');
  };
  return (await checkTogether(paths, check)).map((reason) => reason === undefined);
}

function rendered(
  web: AccountWeb,
  { username, isAddition }: DesiredAccount,
  find: Locate,
  ports: Ports,
): string {
  const text = renderAccount(web, find, ports);
  return isAddition === true ? unlessWaiting(text, find(waitingFolder(username))) : text;
}

interface Serving {
  readonly ports: Ports;
  readonly isServed: boolean;
}

function filesOf(desired: DesiredAccount, find: Locate, { ports, isServed }: Serving): DesiredFile[] {
  const { username, web, before } = desired;
  const { former, primary = [] } = before;
  const own = (web?.hosts ?? []).map(({ servername }) => servername).filter(isWildcard);
  const wildcards = [...new Set([...own, ...(before.wildcards ?? [])])];
  const file = (path: string, content: string | null) => ({ path, content, attributes: closed });
  const policies = new Map<string, string | null>((before.policies ?? []).map((name) => [name, null]));
  for (const one of (web?.hosts ?? []).flatMap(({ services = [] }) => services))
    if ('policy' in one) policies.set(one.name, one.policy.text);
  const primaryFiles = primaryTypes.flatMap((type) => {
    const content = web === null ? null : renderPrimary(web, type, find, ports);
    return content === null && !primary.includes(type) ? [] : [file(primaryFile(type), content)];
  });
  const suspension = (name: string, isSuspended: boolean) => ({
    path: suspensionOf(userName(name)),
    content: isSuspended ? '' : null,
    attributes: readable,
  });
  return [
    // Apache has the virtual hosts of a removed account until it is reloaded, and `confirm` removes the file then.
    suspension(username, web === null ? isServed : web.isSuspended),
    ...(former === undefined ? [] : [suspension(former, false), file(accountFile(userName(former)), null)]),
    // Before the virtual hosts that serve them.
    ...[...policies].map(([name, content]) => ({
      path: policyFile(domain(name)),
      content,
      attributes: readable,
    })),
    file(accountFile(username), web === null ? null : rendered(web, desired, find, ports)),
    ...wildcards.map((name) => {
      const host = web?.hosts.find(({ servername }) => servername === name);
      const isServed = web !== null && host !== undefined;
      return file(wildcardFile(name), isServed ? renderWildcard(web, host, find, ports) : null);
    }),
    ...primaryFiles,
  ];
}
