import { defineFunction } from '../../core/define.ts';
import { serviceNames } from '../../capabilities/system/driver/services/look-services.ts';
import { ALL_EVENTS } from '../../capabilities/notify/rules/applications.ts';
import * as importance from '../../capabilities/notify/rules/importance.ts';

export default defineFunction({
  name: 'set_application_contact_importance',
  since: 58,
  summary: 'Set how important an application’s notifications are.',
  description:
    'It applies to every event that has no importance of its own. The importance decides by which contact methods a ' +
    'notification is sent: see the Tweak Settings contact_level_email, contact_level_posturl and contact_level_pushbullet ' +
    'of the module Basic.',
  access: 'root',
  effect: 'changes',
  params: { app: importance.appName, importance: importance.importanceName },
  returns: null,
  examples: [
    { args: { app: 'chkservd', importance: 'Disabled' }, doc: 'Send no notifications about services.' },
  ],

  async handler({ app, importance: level }, context) {
    await importance.set(context, { app, event: ALL_EVENTS }, level, serviceNames);
  },
});
