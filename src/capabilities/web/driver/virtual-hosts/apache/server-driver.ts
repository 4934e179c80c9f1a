// What holds for all accounts: a file that Debian's configuration of Apache includes, limits, and the rotation of logs.
import { logrotateFile } from '../../../../bandwidth/driver/logrotate.ts';
import { BYTES_LOG, LOG_ROTATION } from '../../../../bandwidth/driver/places.ts';
import { digestOf, type FileChange, type FileDriver } from '../../../../../ground/driver/file-driver.ts';
import type { WebServerOptions } from '../contract.ts';
import { DOMAIN_LOGS, KEPT_LOGS } from '../../../../../ground/driver/virtual-hosts/places.ts';
import { path } from './apache-conf.ts';
import { anywhere, common } from './common.ts';
import { exclusively, reload, restart, type ApacheServer } from './control.ts';
import { OVER_LIMIT_ANSWER, SUSPENDED_ANSWER, WELCOME_ANSWER } from './pages.ts';
import {
  LIMITS,
  OURS,
  OVER_LIMIT_PAGE,
  PAGES,
  readable,
  ROTATION,
  SUEXEC,
  SUSPENDED_PAGE,
  WELCOME_PAGE,
} from './places.ts';
import { renderServer } from './render-server.ts';

/** Apache opens two logs for each virtual host, in each of its processes. */
const MAX_FILES = 524_288;

const LIMITS_CONTENT = `# Written by whmapi1.
[Service]
LimitNOFILE=${MAX_FILES}
# apachectl would lower it again.
Environment=APACHE_ULIMIT_MAX_FILES=true
`;

/** suexec runs programs only below this directory, and only those of their owner. */
const SUEXEC_CONTENT = '/home\npublic_html/cgi-bin\n';

/** Apache opens the new files when it is reloaded. Their folders let only the account and root in. */
export const rotation = (logs: string) => `# Written by whmapi1.
${logs} {
\tsu root root
\tweekly
\trotate ${KEPT_LOGS}
\tmissingok
\tnotifempty
\tcompress
\tdelaycompress
\tcreate 0644 root root
\tsharedscripts
\tpostrotate
\t\tif systemctl --quiet is-active apache2; then systemctl reload apache2; fi
\tendscript
}
`;

export interface DesiredServer {
  readonly options: WebServerOptions;
  /** The file of suexec as it was found. Debian’s package has one. */
  readonly suexec: string | undefined;
  /** Apache’s process model has changed, which a reload would end it for. */
  readonly restarts: boolean;
}

/** What Apache needs to use these changes. Undefined: nothing. It reads the other files when it uses them. */
export function needOf(
  changes: readonly FileChange[],
): { readonly restarts: boolean; readonly why: string } | undefined {
  const [limits, ours] = [LIMITS, OURS].map((file) => changes.find((change) => change.path === file));
  if (limits !== undefined)
    return { restarts: true, why: `“${LIMITS}” holds for a process from its start on` };
  if (ours === undefined) return undefined;
  if (ours.before === null)
    return { restarts: true, why: 'it has the configuration of whmapi1 for the first time' };
  return { restarts: false, why: `“${OURS}” has changed` };
}

export function serverDriver(server: ApacheServer): FileDriver<DesiredServer> {
  return {
    ...common,
    directories: [...common.directories, '/etc/systemd/system', '/etc/logrotate.d'],
    folders: [
      ...common.folders,
      { path: PAGES, attributes: { mode: 0o755 } },
      { path: '/etc/apache2/suexec', attributes: { mode: 0o755 } },
      { path: '/etc/systemd/system/apache2.service.d', attributes: { mode: 0o755 } },
    ],
    files: ({ options, suexec }, locate) => [
      { path: WELCOME_PAGE, content: WELCOME_ANSWER, attributes: readable },
      { path: SUSPENDED_PAGE, content: SUSPENDED_ANSWER, attributes: readable },
      { path: OVER_LIMIT_PAGE, content: OVER_LIMIT_ANSWER, attributes: readable },
      {
        path: SUEXEC,
        content: SUEXEC_CONTENT,
        attributes: readable,
        replaces: suexec === undefined ? null : digestOf(suexec),
      },
      { path: LIMITS, content: LIMITS_CONTENT, attributes: readable },
      {
        path: ROTATION,
        content: rotation(path(locate(`${DOMAIN_LOGS}/any`)).replace('any"', '*"/*.log')),
        attributes: readable,
      },
      { path: LOG_ROTATION, content: logrotateFile(path(locate(BYTES_LOG))), attributes: readable },
      { path: OURS, content: renderServer(options, anywhere(locate), server.ports), attributes: readable },
    ],
    check: () => Promise.resolve(),
    async reloads({ restarts }, changes, port) {
      const need = needOf(changes);
      if (need === undefined || !(await server.isServed(port))) return [];
      const isRestart = need.restarts || restarts;
      const key = isRestart ? 'apache restart' : 'apache reload of the server';
      const run = () => (isRestart ? restart(server, port) : reload(server, port));
      return [{ key, run, exclusively: exclusively(port) }];
    },
    healthy: () => Promise.resolve(),
  };
}
