import { defineFunction } from '../../core/define.ts';
import { serviceNames } from '../../capabilities/system/driver/services/look-services.ts';
import { ALL_EVENTS } from '../../capabilities/notify/rules/applications.ts';
import * as importance from '../../capabilities/notify/rules/importance.ts';

export default defineFunction({
  name: 'get_application_contact_importance',
  since: 58,
  summary: 'Show the importance of an application’s notifications.',
  description: 'It applies to every event that has no importance of its own.',
  access: 'root',
  effect: 'reads',
  params: { app: importance.appName },
  returns: importance.importanceFields,
  examples: [{ args: { app: 'chkservd' }, doc: 'Show how important failures of services are.' }],

  handler: async ({ app }, { db }) =>
    importance.show(await importance.read(db, { app, event: ALL_EVENTS }, serviceNames)),
});
