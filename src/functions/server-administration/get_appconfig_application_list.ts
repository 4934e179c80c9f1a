import { defineFunction } from '../../core/define.ts';
import type { Field } from '../../core/define.ts';
import {
  MAX_FILE_BYTES,
  readAppConfig,
  services,
  type Application,
  type Service,
} from '../../capabilities/system/rules/applications/app-config.ts';

const text = (doc: string) => ({ type: 'string', optional: true, doc }) as const;

const application = {
  fields: {
    acls: { list: { type: 'string' }, doc: 'The privileges, one of which its users need.' },
    displayname: text('The name that people see.'),
    entryurl: text('The page that the interface links to.'),
    features: { list: { type: 'string' }, doc: 'The features, one of which its users need.' },
    group: text('The group of the interface.'),
    icon: text('The file name of its icon.'),
    name: { type: 'string', doc: 'Its name. Default: that of the file.' },
    origin: { type: 'string', doc: 'The file that registers it.' },
    phpConfig: text('The directory of its php.ini.'),
    target: text('The window in which it opens, such as _blank.'),
    upgradecall: text('The script to run after an update.'),
    url: { type: 'string', doc: 'The path that belongs to it.' },
    user: text('The system user that runs it.'),
  },
} as const satisfies Field;

export default defineFunction({
  name: 'get_appconfig_application_list',
  since: 38,
  summary: 'List the applications that are registered with AppConfig files.',
  description:
    'Applications register themselves with a file NAME.conf in the folder “apps” of the state directory ' +
    '(/var/lib/whmapi1/apps), as with WHM’s folder /var/cpanel/apps. It has lines KEY=VALUE: service, url, name, acls, ' +
    'features, displayname and others, as cPanel’s guide to AppConfig describes them. This server lists the ' +
    'applications and does not run them. A warning names each file that is not valid.',
  access: 'root',
  effect: 'looks',
  params: {},
  returns: {
    cpanel: { list: application, doc: 'The applications for accounts.' },
    webmail: { list: application, doc: 'The applications for mail users.' },
    whostmgr: { list: application, doc: 'The applications for root and resellers.' },
  },
  examples: [{ args: {}, doc: 'All registered applications.' }],

  async handler(_args, { machine, warn }) {
    const files = await machine.customFiles('apps');
    const listed = Object.fromEntries(services.map((service) => [service, []])) as unknown as Record<
      Service,
      Application[]
    >;
    for (const name of await files.list()) {
      if (!name.endsWith('.conf')) continue;
      const content = await files
        .readText(name, MAX_FILE_BYTES)
        .catch((error: unknown) => ({ problem: (error as Error).message }));
      if (content === undefined) continue;
      const read = typeof content === 'string' ? readAppConfig(name, content) : content.problem;
      if (typeof read === 'string') warn(read);
      else for (const service of read.services) listed[service].push(read.application);
    }
    return listed;
  },
});
