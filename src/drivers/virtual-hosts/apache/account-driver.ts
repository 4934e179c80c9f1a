// The virtual hosts of one account: a file that Apache includes.
import type { DesiredFile, FileDriver } from '../../file-driver.ts';
import type { AccountWeb } from '../contract.ts';
import { domainLogs } from '../places.ts';
import { anywhere, common, reloadsOf } from './common.ts';
import type { ApacheServer } from './control.ts';
import { accountFile, closed } from './places.ts';
import { renderAccount } from './render-account.ts';

export interface DesiredAccount {
  readonly username: string;
  /** Null to remove the virtual hosts. */
  readonly web: AccountWeb | null;
  /** The account's name before, if it is renamed. */
  readonly former?: string;
}

export function accountDriver(server: ApacheServer): FileDriver<DesiredAccount> {
  return {
    ...common,
    furtherFolders: ({ username, web }) =>
      web === null ? [] : [{ path: domainLogs(username), attributes: { group: username, mode: 0o750 } }],
    files({ username, web, former }, locate): DesiredFile[] {
      const content = web === null ? null : renderAccount(web, anywhere(locate), server.ports);
      return [
        ...(former === undefined ? [] : [{ path: accountFile(former), content: null, attributes: closed }]),
        { path: accountFile(username), content, attributes: closed },
      ];
    },
    // Apache checks its whole configuration before each reload. Nothing more could be found in one file.
    check: () => Promise.resolve(),
    reloads: (_desired, changes, port) => reloadsOf(server, changes, port),
    // A reload returns once Apache works with the new configuration.
    healthy: () => Promise.resolve(),
  };
}
