import { defineFunction } from '../../core/define.ts';
import { serviceNames } from '../../capabilities/system/driver/services/look-services.ts';
import * as importance from '../../capabilities/notify/rules/importance.ts';

export default defineFunction({
  name: 'set_application_contact_event_importance',
  since: 58,
  summary: 'Set how important an application’s notifications of one event are.',
  description:
    'The importance decides by which contact methods a notification is sent: see the Tweak Settings contact_level_email, ' +
    'contact_level_posturl and contact_level_pushbullet of the module Basic.',
  access: 'root',
  effect: 'changes',
  params: {
    app: importance.appName,
    event: importance.eventName,
    importance: importance.importanceName,
  },
  returns: null,
  examples: [
    {
      args: { app: 'chkservd', event: 'spamd', importance: 'Low' },
      doc: 'Failures of the spam filter matter little.',
    },
  ],

  async handler({ app, event, importance: level }, context) {
    await importance.set(context, { app, event }, level, serviceNames);
  },
});
