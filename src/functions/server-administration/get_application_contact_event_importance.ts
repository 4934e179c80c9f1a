import { defineFunction } from '../../core/define.ts';
import { serviceNames } from '../../capabilities/system/driver/services/look-services.ts';
import * as importance from '../../capabilities/notify/rules/importance.ts';

export default defineFunction({
  name: 'get_application_contact_event_importance',
  since: 58,
  summary: 'Show the importance of an application’s notifications of one event.',
  access: 'root',
  effect: 'reads',
  params: { app: importance.appName, event: importance.eventName },
  returns: importance.importanceFields,
  examples: [
    { args: { app: 'chkservd', event: 'httpd' }, doc: 'Show how important failures of the web server are.' },
  ],

  handler: async ({ app, event }, { db }) =>
    importance.show(await importance.read(db, { app, event }, serviceNames)),
});
